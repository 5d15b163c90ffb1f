package spelling

import (
	"strings"
	"testing"
)

func TestDistance(t *testing.T) {
	for _, c := range []struct {
		a, b string
		want int
	}{
		{"", "", 0}, {"", "abc", 3}, {"abc", "", 3}, {"events", "events", 0}, {"event", "events", 1},
		{"mesage.received", "message.received", 1}, {"kitten", "sitting", 3}, {"ab", "ba", 2},
	} {
		if got := Distance(c.a, c.b); got != c.want {
			t.Errorf("%q to %q: %d, want %d", c.a, c.b, got, c.want)
		}
	}
}

func TestNearest(t *testing.T) {
	known := []string{"types", "limit", "rawId", "q", "id"}
	for written, want := range map[string]string{
		"type": "types", "TYPES": "types", "raw_id": "rawId", "limt": "limit", "ad": "id", "x": "", "": "", "offset": "", strings.Repeat("q", 101): "",
	} {
		if got, ok := Nearest(written, known); got != want || ok != (want != "") {
			t.Errorf("%q: %q, %v", written, got, ok)
		}
	}
	if got, _ := Nearest("ac", []string{"ab", "ad"}); got != "ab" {
		t.Errorf("of equals: %q", got)
	}
}

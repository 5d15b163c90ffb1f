package outbox

import (
	"strings"
	"testing"
	"time"
)

func TestPick(t *testing.T) {
	now := time.Now()
	row := func(id, chat string, next, expires time.Duration) Row {
		r := Row{MessageID: id, Chat: chat, ExpiresAt: now.Add(expires)}
		if next != 0 {
			r.NextAt = now.Add(next)
		}
		return r
	}
	for name, c := range map[string]struct {
		rows   []Row
		online bool
		want   string        // id; "" = none
		again  time.Duration // 0 = when woken
	}{
		"nothing":                              {nil, true, "", 0},
		"the first by submission":              {[]Row{row("A", "x", 0, time.Hour), row("B", "y", 0, time.Hour)}, true, "A", 0},
		"a chat that waits holds up itself":    {[]Row{row("A", "x", time.Minute, time.Hour), row("B", "x", 0, time.Hour)}, true, "", time.Minute},
		"and not the others":                   {[]Row{row("A", "x", time.Minute, time.Hour), row("B", "y", 0, time.Hour)}, true, "B", 0},
		"without a connection nothing goes":    {[]Row{row("A", "x", 0, time.Hour)}, false, "", time.Hour},
		"but what has expired is ended":        {[]Row{row("A", "x", 0, time.Hour), row("B", "x", 0, -time.Second)}, false, "B", 0},
		"an expiry before the next try counts": {[]Row{row("A", "x", time.Hour, time.Minute)}, true, "", time.Minute},
	} {
		got, again := pick(c.rows, now, c.online)
		id := ""
		if got != nil {
			id = got.MessageID
		}
		if id != c.want {
			t.Errorf("%s: picked %q, want %q", name, id, c.want)
		}
		if c.again != 0 && !again.Equal(now.Add(c.again)) {
			t.Errorf("%s: again in %v, want %v", name, again.Sub(now), c.again)
		}
	}
}

func TestAKeyGivesOneID(t *testing.T) {
	if newID("d", "k") != newID("d", "k") || newID("d", "k") == newID("e", "k") || newID("d", "k") == newID("d", "l") || newID("d", "") == newID("d", "") {
		t.Error("ids are not as the keys are")
	}
	if id := newID("d", "k"); len(id) != 22 || id != strings.ToUpper(id) || !strings.HasPrefix(id, "3EB0") {
		t.Errorf("%s", id)
	}
}

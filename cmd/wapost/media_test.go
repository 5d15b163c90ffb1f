package main

import "testing"

func TestSizesAreWrittenWithUnits(t *testing.T) {
	for text, want := range map[string]int64{"0": 0, "512": 512, "1KiB": 1 << 10, "100MiB": 100 << 20, "100 mib": 100 << 20, "10GiB": 10 << 30, "2T": 2 << 40, "5MB": 5e6} {
		var s size
		if err := s.UnmarshalText([]byte(text)); err != nil || int64(s) != want {
			t.Errorf("%q: %d, %v; want %d", text, s, err, want)
		}
	}
	for _, text := range []string{"", "MiB", "-1", "1.5GiB", "1XB", "9999999999999TiB", "10 apples"} {
		var s size
		if err := s.UnmarshalText([]byte(text)); err == nil {
			t.Errorf("%q: accepted as %d", text, s)
		}
	}
}

package media

import (
	"reflect"
	"testing"
)

func TestWhoGivesRoom(t *testing.T) {
	const mib = 1 << 20
	a := New(Options{})
	for account, have := range map[int64][2]int64{1: {500 * mib, 0}, 2: {300 * mib, 100 * mib}, 3: {10 * mib, 0}} {
		a.changeUsage(account, have[0], 1)
		a.reserveFor(account, have[1])
	}
	for name, c := range map[string]struct {
		account, size, short int64
		want                 []claim
	}{
		"the one that has most, down to the next":        {3, mib, 300 * mib, []claim{{1, 100 * mib}, {2, 300 * mib}, {3, 300 * mib}}},
		"no more than is short":                          {3, mib, mib, []claim{{1, mib}, {2, mib}, {3, mib}}},
		"nobody pays for one that has more":              {2, 50 * mib, 50 * mib, []claim{{1, 50 * mib}, {2, 50 * mib}}},
		"the one that has most pays itself":              {1, mib, mib, []claim{{1, mib}}},
		"of equals the one that asks":                    {2, 100 * mib, 100 * mib, []claim{{2, 16 * mib}}},
		"one that has nothing yet":                       {4, mib, mib, []claim{{1, mib}, {2, mib}, {3, mib}, {4, mib}}},
		"nobody asks: the limit is lower than it was":    {0, 0, 8 * mib, []claim{{1, 8 * mib}, {2, 8 * mib}, {3, 8 * mib}}},
		"in steps, so that equals do not give all of it": {4, 500 * mib, 100 * mib, []claim{{4, 16 * mib}}},
	} {
		if got := a.claims(c.account, c.size, c.short); !reflect.DeepEqual(got, c.want) {
			t.Errorf("%s: %v, want %v", name, got, c.want)
		}
	}
	a.changeUsage(3, -10*mib, -1)
	a.changeUsage(2, -300*mib, -1)
	a.reserveFor(2, -100*mib)
	if len(a.shares) != 1 {
		t.Errorf("accounts that have nothing are kept: %v", a.accounts())
	}
}

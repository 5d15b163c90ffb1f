package media

import (
	"cmp"
	"slices"
)

// share is what an account has in our store, and on its way there.
type share struct {
	Usage
	pending int64 // bytes that its files on their way have reserved
}

// weight is what counts when room is short.
func (s *share) weight() int64 { return s.Bytes + s.pending }

// shareOf returns the share of an account. Call it with a.mu held, and tidy after a change.
func (a *Archive) shareOf(account int64) *share {
	s := a.shares[account]
	if s == nil {
		s = &share{}
		a.shares[account] = s
	}
	return s
}

// tidy forgets an account that has nothing.
func (a *Archive) tidy(account int64) {
	if s := a.shares[account]; s != nil && *s == (share{}) {
		delete(a.shares, account)
	}
}

func (a *Archive) changeUsage(account, bytes, files int64) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.usage.Bytes += bytes
	a.usage.Files += files
	s := a.shareOf(account)
	s.Bytes += bytes
	s.Files += files
	a.tidy(account)
}

// reserveFor reserves room for bytes of an account on their way; a negative number gives it back.
func (a *Archive) reserveFor(account, bytes int64) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.pending += bytes
	a.shareOf(account).pending += bytes
	a.tidy(account)
}

// claim is a part of the room that is short, to be taken from an account.
type claim struct {
	account int64
	bytes   int64
}

// step is how much is taken from one account before it is asked again who has most.
const step = 16 << 20

// claims says whose files go, in this order, when bytes are short: those of the account that has most, down to what the next
// one has. For a file of an account (0 = none), accounts that have less than it do not give: it has to do with what it has.
func (a *Archive) claims(account, size, short int64) []claim {
	a.mu.Lock()
	defer a.mu.Unlock()
	type entry struct{ account, weight int64 }
	var list []entry
	for id, s := range a.shares {
		if id != account {
			list = append(list, entry{id, s.weight()})
		}
	}
	if account != 0 {
		own := size
		if s := a.shares[account]; s != nil {
			own += s.weight()
		}
		list = append(list, entry{account, own})
	}
	slices.SortFunc(list, func(x, y entry) int {
		own := 0
		switch account {
		case x.account:
			own = -1
		case y.account:
			own = 1
		}
		return cmp.Or(cmp.Compare(y.weight, x.weight), own, cmp.Compare(x.account, y.account))
	})
	var claims []claim
	for i, e := range list {
		bytes := short
		if i+1 < len(list) {
			bytes = min(short, max(e.weight-list[i+1].weight, step))
		}
		claims = append(claims, claim{e.account, bytes})
		if e.account == account {
			break
		}
	}
	return claims
}

// overdrawn returns by how much an account would exceed what one may have, with a file of a size.
func (a *Archive) overdrawn(account, size int64) int64 {
	if a.MaxAccount == 0 {
		return 0
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	if s := a.shares[account]; s != nil {
		size += s.weight()
	}
	return size - a.MaxAccount
}

// accounts lists those that have something.
func (a *Archive) accounts() []int64 {
	a.mu.Lock()
	defer a.mu.Unlock()
	var list []int64
	for id := range a.shares {
		list = append(list, id)
	}
	slices.Sort(list)
	return list
}

package media

import (
	"context"
	"errors"
	"math"
	"time"
)

// sweep is one round of housekeeping.
func (a *Archive) sweep(ctx context.Context) {
	for _, step := range []struct {
		what string
		do   func(context.Context) error
	}{
		{"delete unfinished files", a.dropHalf},
		{"bury deleted files", a.bury},
		{"evict old files", a.evictOld},
		{"make room", a.evictSurplus},
		{"give phones up", a.giveUpPhones},
		{"forget old records", a.forget},
	} {
		if err := step.do(ctx); err != nil && ctx.Err() == nil {
			a.log.Warn("media housekeeping failed", "step", step.what, "error", err)
		}
	}
	a.noteUses(ctx)
}

// bury deletes the bytes of files whose records are gone.
func (a *Archive) bury(ctx context.Context) error {
	for ctx.Err() == nil {
		list, err := a.Store.Doomed(ctx, page)
		if err != nil || len(list) == 0 {
			return err
		}
		ids := make([]string, len(list))
		for i, d := range list {
			if err := a.Blobs.Delete(ctx, d.ID); err != nil {
				return err
			}
			ids[i] = d.ID
		}
		if err := a.Store.Buried(ctx, ids); err != nil {
			return err
		}
		for _, d := range list {
			if d.Size > 0 {
				a.changeUsage(d.AccountID, -d.Size, -1)
			}
		}
	}
	return nil
}

// evictOld deletes copies that nobody has used for too long.
func (a *Archive) evictOld(ctx context.Context) error {
	if a.MaxAge == 0 {
		return nil
	}
	for ctx.Err() == nil {
		a.noteUses(ctx)
		list, err := a.Store.Unused(ctx, time.Now().Add(-a.MaxAge), page)
		if err != nil {
			return err
		}
		n, err := a.dropSome(ctx, list, math.MaxInt64, evictedForAge)
		if err != nil || n == 0 {
			return err
		}
	}
	return nil
}

// evictSurplus brings the store and each account under their limits, which may have been lowered.
func (a *Archive) evictSurplus(ctx context.Context) error {
	a.room.Lock()
	defer a.room.Unlock()
	for _, account := range a.accounts() {
		if err := a.fitAccount(ctx, account, 0); err != nil && !errors.Is(err, errAccountFull) { // what is on its way, and may fail
			return err
		}
	}
	if err := a.fitAll(ctx, 0, 0); err != nil && !errors.Is(err, ErrFull) {
		return err
	}
	return nil
}

// slack is how much longer a record lives than the event that named it.
const slack = time.Hour

// forget deletes records whose events have left the log.
func (a *Archive) forget(ctx context.Context) error {
	if a.Keep == 0 {
		return nil
	}
	for ctx.Err() == nil {
		n, err := a.Store.Forget(ctx, time.Now().Add(-a.Keep-slack), page)
		if err != nil || n == 0 {
			return err
		}
	}
	return nil
}

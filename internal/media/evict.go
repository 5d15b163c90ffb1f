package media

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// reserve is what files leave free on the disk: the log lives there too.
const reserve = 256 << 20

var errAccountFull = errors.New("the account has no room for more files")

// makeRoom evicts until so many bytes of an account fit, and reserves their place.
//
// Errors: errStorage.
func (a *Archive) makeRoom(ctx context.Context, account, size int64) error {
	a.room.Lock()
	defer a.room.Unlock()
	if err := a.fitAccount(ctx, account, size); err != nil {
		return err
	}
	if err := a.fitAll(ctx, account, size); err != nil {
		return err
	}
	a.reserveFor(account, size)
	return nil
}

// fitAccount evicts files of an account until it has room for so many more bytes. Call it with a.room held.
func (a *Archive) fitAccount(ctx context.Context, account, size int64) error {
	for {
		short := a.overdrawn(account, size)
		if short <= 0 {
			return nil
		}
		n, err := a.evict(ctx, account, short, evictedForAccount)
		if err != nil {
			return err
		}
		if n == 0 {
			return fmt.Errorf("%w: %w", errStorage, errAccountFull)
		}
	}
}

// fitAll evicts until so many bytes of an account fit beside those of all. Call it with a.room held.
func (a *Archive) fitAll(ctx context.Context, account, size int64) error {
	for {
		short, err := a.short(size)
		if err != nil {
			return fmt.Errorf("%w: %w", errStorage, err)
		}
		if short <= 0 {
			return nil
		}
		n := 0
		for _, c := range a.claims(account, size, short) {
			if n, err = a.evict(ctx, c.account, c.bytes, evictedForRoom); err != nil {
				return err
			}
			if n > 0 { // who has most may be another one now
				break
			}
		}
		if n == 0 {
			return fmt.Errorf("%w: %w", errStorage, ErrFull)
		}
	}
}

// short returns how many bytes must go before a file of a size fits.
func (a *Archive) short(size int64) (int64, error) {
	a.mu.Lock()
	used, pending, landed := a.usage.Bytes, a.pending, a.landed
	a.mu.Unlock()
	short := int64(0)
	if a.MaxBytes > 0 {
		short = used + pending + size - a.MaxBytes
	}
	if a.Free != nil {
		free, err := a.Free()
		if err != nil {
			return 0, err
		}
		short = max(short, size+pending-landed+reserve-free)
	}
	return short, nil
}

// evict deletes our copies of files of an account, the longest unused first, until so many bytes are free; it returns how many
// files went.
func (a *Archive) evict(ctx context.Context, account, bytes int64, why eviction) (int, error) {
	a.noteUses(ctx)
	list, err := a.Store.UnusedOf(ctx, account, page)
	if err != nil {
		return 0, err
	}
	return a.dropSome(ctx, list, bytes, why)
}

func (a *Archive) dropSome(ctx context.Context, list []Record, bytes int64, why eviction) (n int, err error) {
	for i := 0; i < len(list) && bytes > 0; i++ {
		if err := a.drop(ctx, &list[i]); err != nil {
			return n, err
		}
		bytes -= list[i].StoredSize
		n++
		a.figures.evicted(why)
	}
	return n, nil
}

// noteUses puts the times of the last uses on disk. What cannot be written is kept for the next time.
func (a *Archive) noteUses(ctx context.Context) {
	a.mu.Lock()
	uses := a.uses
	a.uses = map[string]time.Time{}
	a.mu.Unlock()
	if len(uses) == 0 {
		return
	}
	err := a.Store.Used(ctx, uses)
	if err == nil {
		return
	}
	a.log.Warn("the use of files is not noted", "error", err)
	a.mu.Lock()
	defer a.mu.Unlock()
	for id, at := range uses {
		if a.uses[id].Before(at) {
			a.uses[id] = at
		}
	}
}

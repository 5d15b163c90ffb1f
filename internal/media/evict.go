package media

import (
	"context"
	"fmt"
	"time"
)

// reserve is what files leave free on the disk: the log lives there too.
const reserve = 256 << 20

// makeRoom evicts until so many bytes fit, and reserves their place.
//
// Errors: errStorage.
func (a *Archive) makeRoom(ctx context.Context, size int64) error {
	a.room.Lock()
	defer a.room.Unlock()
	for {
		short, err := a.short(size)
		if err != nil {
			return fmt.Errorf("%w: %w", errStorage, err)
		}
		if short <= 0 {
			break
		}
		n, err := a.evict(ctx, short, time.Now().Add(time.Hour), evictedForRoom)
		if err != nil {
			return err
		}
		if n == 0 {
			return fmt.Errorf("%w: %w", errStorage, ErrFull)
		}
	}
	a.mu.Lock()
	a.pending += size
	a.mu.Unlock()
	return nil
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

// evict deletes our copies of files that were not used since a time, the longest unused first, until so many bytes are free;
// it returns how many files went.
func (a *Archive) evict(ctx context.Context, bytes int64, before time.Time, why eviction) (int, error) {
	a.noteUses(ctx)
	list, err := a.Store.Unused(ctx, before, page)
	if err != nil {
		return 0, err
	}
	n := 0
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

func (a *Archive) changeUsage(bytes, files int64) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.usage.Bytes += bytes
	a.usage.Files += files
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

package session

import (
	"context"
	"errors"
	"log/slog"
	"slices"
	"testing"
	"testing/synctest"

	"wapost/internal/fault"
)

// The end of the loop may meet an entry in the middle of its write: it is written by whoever flushes last.
func TestAnEntryThatTheEndInterruptsIsWrittenLast(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newDiary(slog.New(slog.DiscardHandler))
		var written []string
		begun := make(chan struct{})
		d.add(entry{"a", func(ctx context.Context) error {
			if len(written) == 0 && ctx.Done() != nil {
				close(begun)
				<-ctx.Done()
				return ctx.Err()
			}
			written = append(written, "a")
			return nil
		}})
		d.add(entry{"b", func(context.Context) error { written = append(written, "b"); return nil }})
		ctx, end := context.WithCancel(t.Context())
		var notes tasks
		notes.Go(func() { d.run(ctx) })
		<-begun
		end()
		notes.wait(flushLimit)
		d.flush(context.Background())
		d.abandon()
		if !slices.Equal(written, []string{"a", "b"}) || d.lost.Load() != 0 {
			t.Errorf("written %v, lost %d", written, d.lost.Load())
		}
	})
}

func TestWhatStorageNeverTookIsCounted(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newDiary(slog.New(slog.DiscardHandler))
		for range 3 {
			d.add(entry{"a", func(context.Context) error {
				return fault.Wrap(errors.New("disk"), fault.Unavailable, "Storage is unavailable")
			}})
		}
		last, cancel := context.WithTimeout(t.Context(), flushLimit)
		defer cancel()
		d.flush(last)
		d.abandon()
		if d.lost.Load() != 3 {
			t.Errorf("lost %d, want 3", d.lost.Load())
		}
	})
}

package whatsapp

import (
	"context"
	"database/sql"
	"errors"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"go.mau.fi/whatsmeow/store"
)

var errDisk = errors.New("disk full")

// buffer is an event buffer that does what a test says.
type buffer struct {
	store.EventBuffer
	event   *store.BufferedEvent
	err     error // of every call
	txn     error // of a transaction whose function succeeded
	blanked []byte
	prunes  int
}

func (b *buffer) GetBufferedEvent(context.Context, [32]byte) (*store.BufferedEvent, error) {
	return b.event, b.err
}
func (b *buffer) DoDecryptionTxn(ctx context.Context, fn func(context.Context) error) error {
	if err := fn(ctx); err != nil {
		return err
	}
	return b.txn
}
func (b *buffer) ClearBufferedEventPlaintext(_ context.Context, hash [32]byte) error {
	b.blanked = append(b.blanked, hash[0])
	return nil
}
func (b *buffer) DeleteOldOutgoingEvents(context.Context) error { b.prunes++; return nil }

func guarded(b *buffer) (*guard, *guardedBuffer) {
	g := &guard{ctx: context.Background(), busy: &busy{}, writes: newWrites(Options{})}
	return g, &guardedBuffer{EventBuffer: b, g: g}
}

func TestGuardAnInfrastructureErrorIsCanceledAndTaints(t *testing.T) {
	g, b := guarded(&buffer{err: errDisk})
	told := 0
	g.onTaint = func(error) { told++ }
	for range 2 {
		_, err := b.GetBufferedEvent(t.Context(), [32]byte{})
		if !errors.Is(err, context.Canceled) || !errors.Is(err, errDisk) {
			t.Fatalf("%v", err)
		}
	}
	if g.tainted() == nil || told != 1 {
		t.Errorf("tainted %v, told %d times", g.tainted(), told)
	}
	g.clear()
	if g.tainted() != nil {
		t.Error("still tainted on the next connection")
	}
}

func TestGuardATaintedLineDecryptsNothing(t *testing.T) {
	inner := &buffer{err: errDisk}
	g, b := guarded(inner)
	_, _ = b.GetBufferedEvent(t.Context(), [32]byte{})
	inner.err, inner.event = nil, &store.BufferedEvent{}
	if _, err := b.GetBufferedEvent(t.Context(), [32]byte{}); !errors.Is(err, context.Canceled) {
		t.Errorf("%v", err)
	}
	g.clear()
	if _, err := b.GetBufferedEvent(t.Context(), [32]byte{}); err != nil {
		t.Errorf("%v", err)
	}
}

func TestGuardOrdinaryErrorsPass(t *testing.T) {
	errCrypto := errors.New("bad MAC")
	g, b := guarded(&buffer{})
	if _, err := b.GetBufferedEvent(t.Context(), [32]byte{}); err != nil {
		t.Fatal(err)
	}
	err := b.DoDecryptionTxn(t.Context(), func(context.Context) error { return errCrypto })
	if !errors.Is(err, errCrypto) || errors.Is(err, context.Canceled) {
		t.Errorf("the message's own error: %v", err)
	}
	if err := g.check(t.Context(), "read", sql.ErrNoRows); !errors.Is(err, sql.ErrNoRows) || errors.Is(err, context.Canceled) {
		t.Errorf("no rows: %v", err)
	}
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	if err := g.check(ended, "read", errDisk); errors.Is(err, context.Canceled) {
		t.Errorf("a caller who gave up: %v", err)
	}
	if g.tainted() != nil {
		t.Errorf("tainted by %v", g.tainted())
	}
}

func TestGuardAFailedCommitOfADecryptionTaints(t *testing.T) {
	g, b := guarded(&buffer{txn: errDisk})
	if _, err := b.GetBufferedEvent(t.Context(), [32]byte{}); err != nil {
		t.Fatal(err)
	}
	err := b.DoDecryptionTxn(t.Context(), func(context.Context) error { return nil })
	if !errors.Is(err, context.Canceled) || g.tainted() == nil {
		t.Errorf("%v, tainted %v", err, g.tainted())
	}
}

func TestGuardTwoCopiesNeverLookAtTheSameTime(t *testing.T) {
	inner := &buffer{}
	_, b := guarded(inner)
	if _, err := b.GetBufferedEvent(t.Context(), [32]byte{}); err != nil { // an empty look: the lock is kept
		t.Fatal(err)
	}
	looked := make(chan *store.BufferedEvent, 1)
	go func() {
		ev, _ := b.GetBufferedEvent(context.Background(), [32]byte{})
		looked <- ev
	}()
	select {
	case <-looked:
		t.Fatal("the second copy looked between the first one's look and its transaction")
	case <-time.After(20 * time.Millisecond):
	}
	err := b.DoDecryptionTxn(t.Context(), func(context.Context) error {
		inner.event = &store.BufferedEvent{Plaintext: []byte("x")}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if ev := <-looked; ev == nil {
		t.Error("the second copy did not see what the first one left")
	}
	if _, err := b.GetBufferedEvent(t.Context(), [32]byte{}); err != nil { // a full look gave the lock back
		t.Fatal(err)
	}
}

func TestGuardTheRetryBufferIsPrunedTwiceADay(t *testing.T) {
	inner := &buffer{}
	g, b := guarded(inner)
	for range 100 {
		if err := b.DeleteOldOutgoingEvents(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	if inner.prunes != 1 {
		t.Errorf("pruned %d times", inner.prunes)
	}
	g.pruned = time.Now().Add(-pruneEvery - time.Second)
	_ = b.DeleteOldOutgoingEvents(t.Context())
	if inner.prunes != 2 {
		t.Errorf("pruned %d times, want 2", inner.prunes)
	}
}

func TestQuietWaitsForWhatRuns(t *testing.T) {
	b := &busy{}
	b.enter()
	short, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	if b.quiet(short) == nil {
		t.Fatal("quiet while something runs")
	}
	b.leave()
	begun := time.Now()
	if err := b.quiet(t.Context()); err != nil || time.Since(begun) < calm-20*time.Millisecond {
		t.Errorf("%v after %v", err, time.Since(begun))
	}
}

// The content of a handled message is blanked in the next decryption, or soon when none comes; never twice.
func TestGuardBlanksWhatWasHandled(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		inner := &buffer{}
		_, b := guarded(inner)
		decrypt := func() error {
			if _, err := b.GetBufferedEvent(t.Context(), [32]byte{9}); err != nil {
				return err
			}
			return b.DoDecryptionTxn(t.Context(), func(context.Context) error { return nil })
		}
		handled := func(n byte) {
			if err := b.ClearBufferedEventPlaintext(t.Context(), [32]byte{n}); err != nil {
				t.Fatal(err)
			}
		}
		handled(1)
		handled(2)
		if len(inner.blanked) != 0 {
			t.Errorf("blanked %v at once", inner.blanked)
		}
		inner.txn = errDisk
		if err := decrypt(); err == nil || len(b.spent) != 2 {
			t.Errorf("after a transaction that failed %d are left: %v", len(b.spent), err)
		}
		b.g.clear()
		inner.txn, inner.blanked = nil, nil
		if err := decrypt(); err != nil || !slices.Equal(inner.blanked, []byte{1, 2}) || len(b.spent) != 0 {
			t.Errorf("the next decryption blanked %v: %v", inner.blanked, err)
		}
		handled(3)
		time.Sleep(blankSoon + time.Millisecond)
		synctest.Wait()
		if !slices.Equal(inner.blanked, []byte{1, 2, 3}) || len(b.spent) != 0 {
			t.Errorf("soon after: %v", inner.blanked)
		}
	})
}

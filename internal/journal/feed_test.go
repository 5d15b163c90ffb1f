package journal

import (
	"testing"

	"wapost/internal/event"
	"wapost/internal/fault"
)

func woken(r *Reader) bool {
	select {
	case <-r.Woken():
		return true
	default:
		return false
	}
}

func join(t *testing.T, f *Feed, account int64) *Reader {
	t.Helper()
	r, err := f.Join(account)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func TestOnlyReadersOfTheAccountAreWoken(t *testing.T) {
	f := NewFeed()
	anna, ben := join(t, f, 1), join(t, f, 2)
	f.Recorded([]*event.Recorded{{AccountID: 1}, {AccountID: 1}})
	if !woken(anna) || woken(anna) || woken(ben) {
		t.Error("one token for the reader of account 1, none for the other, was wanted")
	}
	f.Recorded([]*event.Recorded{{AccountID: 1}, {AccountID: 2}})
	if !woken(anna) || !woken(ben) {
		t.Error("a batch of two accounts wakes both")
	}
}

func TestReaderThatSleepsBlocksNobody(t *testing.T) {
	f := NewFeed()
	r := join(t, f, 1)
	for range 1000 {
		f.Recorded([]*event.Recorded{{AccountID: 1}})
	}
	if !woken(r) || woken(r) {
		t.Error("a thousand commits leave one token")
	}
	r.Leave()
	f.Recorded([]*event.Recorded{{AccountID: 1}})
	if woken(r) || len(f.readers) != 0 {
		t.Error("a reader that left is still known")
	}
}

func TestReadersOfAnAccountAreLimited(t *testing.T) {
	f := NewFeed()
	first := join(t, f, 1)
	for range maxReaders - 1 {
		join(t, f, 1)
	}
	if _, err := f.Join(1); !fault.Is(err, fault.Throttled) {
		t.Errorf("one too many: %v", err)
	}
	join(t, f, 2)
	first.Leave()
	join(t, f, 1)
}

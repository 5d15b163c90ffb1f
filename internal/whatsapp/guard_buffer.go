package whatsapp

import (
	"context"
	"slices"
	"sync"
	"time"

	"go.mau.fi/whatsmeow/store"
	"go.mau.fi/whatsmeow/types"
)

type guardedBuffer struct {
	store.EventBuffer
	g *guard

	mu    sync.Mutex
	spent [][32]byte // buffered events that were handled: their content is to be blanked
	gone  int        // how many were before the first of spent
	later bool       // a timer is set that blanks them when no message comes
}

const (
	blankSoon = time.Second // how long the content of a handled message may stay when nothing follows it
	maxSpent  = 256
)

// GetBufferedEvent begins a decryption. After an empty look the lock is kept: the library opens a transaction next, always.
func (b *guardedBuffer) GetBufferedEvent(ctx context.Context, hash [32]byte) (*store.BufferedEvent, error) {
	if err := b.g.tainted(); err != nil {
		return nil, err
	}
	b.g.decoding.Lock()
	v, err := ask(ctx, b.g, "look into the event buffer", func() (*store.BufferedEvent, error) {
		return b.EventBuffer.GetBufferedEvent(ctx, hash)
	})
	if v != nil || err != nil {
		b.g.decoding.Unlock()
	}
	return v, err
}

// DoDecryptionTxn runs a decryption. The errors of fn are the message's; others are the store's.
func (b *guardedBuffer) DoDecryptionTxn(ctx context.Context, fn func(context.Context) error) error {
	defer b.g.decoding.Unlock()
	if err := b.g.tainted(); err != nil {
		return err
	}
	b.g.busy.enter()
	defer b.g.busy.leave()
	var inner error
	blanked := 0
	err := b.g.writes.alone(ctx, func() error {
		return b.EventBuffer.DoDecryptionTxn(context.WithValue(ctx, decryptingKey{}, true), func(ctx context.Context) error {
			if inner = fn(ctx); inner != nil {
				return inner
			}
			var err error
			blanked, err = b.blank(ctx)
			return err
		})
	})
	if err == nil {
		b.forget(blanked)
	}
	if inner != nil {
		return err
	}
	return b.g.check(ctx, "decrypt in a transaction", err)
}

func (b *guardedBuffer) PutBufferedEvent(ctx context.Context, hash [32]byte, plaintext []byte, at time.Time) error {
	return b.g.write(ctx, "buffer an event", func() error { return b.EventBuffer.PutBufferedEvent(ctx, hash, plaintext, at) })
}

// ClearBufferedEventPlaintext is called for each message that was handled. It would be a transaction of its own; the content is
// blanked in the next decryption instead, or soon.
func (b *guardedBuffer) ClearBufferedEventPlaintext(ctx context.Context, hash [32]byte) error {
	b.mu.Lock()
	b.spent = append(b.spent, hash)
	full := len(b.spent) >= maxSpent
	if !b.later {
		b.later = true
		time.AfterFunc(blankSoon, func() { _ = b.blankAll(b.g.ctx) }) // the guard remembers its error
	}
	b.mu.Unlock()
	if full {
		return b.blankAll(ctx)
	}
	return nil
}

// blankAll blanks what is spent in a transaction of its own.
func (b *guardedBuffer) blankAll(ctx context.Context) error {
	b.mu.Lock()
	b.later = false
	nothing := len(b.spent) == 0
	b.mu.Unlock()
	if nothing {
		return nil // the decryptions since have done it
	}
	blanked := 0
	err := b.g.write(ctx, "clear buffered events", func() error {
		return b.EventBuffer.DoDecryptionTxn(ctx, func(ctx context.Context) (err error) {
			blanked, err = b.blank(ctx)
			return err
		})
	})
	if err == nil {
		b.forget(blanked)
	}
	return err
}

// blank blanks what is spent, in the transaction of ctx, and returns how many there were until now.
func (b *guardedBuffer) blank(ctx context.Context) (upTo int, err error) {
	b.mu.Lock()
	spent, upTo := b.spent, b.gone+len(b.spent)
	b.mu.Unlock()
	for _, hash := range spent {
		if err := b.EventBuffer.ClearBufferedEventPlaintext(ctx, hash); err != nil {
			return 0, err
		}
	}
	return upTo, nil
}

// forget takes what is blanked off the list. Another who blanked at the same time may have done so.
func (b *guardedBuffer) forget(upTo int) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if n := upTo - b.gone; n > 0 {
		b.spent, b.gone = slices.Clone(b.spent[n:]), upTo
	}
}

func (b *guardedBuffer) DeleteOldBufferedHashes(ctx context.Context) error {
	return b.g.write(ctx, "prune the event buffer", func() error { return b.EventBuffer.DeleteOldBufferedHashes(ctx) })
}

func (b *guardedBuffer) GetOutgoingEvent(ctx context.Context, chat, alt types.JID, id types.MessageID) (format string, plaintext []byte, err error) {
	err = b.g.run(ctx, "read the retry buffer", func() (err error) {
		format, plaintext, err = b.EventBuffer.GetOutgoingEvent(ctx, chat, alt, id)
		return err
	})
	return format, plaintext, err
}

func (b *guardedBuffer) AddOutgoingEvent(ctx context.Context, chat types.JID, id types.MessageID, format string, plaintext []byte) error {
	return b.g.write(ctx, "fill the retry buffer", func() error { return b.EventBuffer.AddOutgoingEvent(ctx, chat, id, format, plaintext) })
}

// DeleteOldOutgoingEvents is asked for with every message that is sent: the library never notes that it did.
func (b *guardedBuffer) DeleteOldOutgoingEvents(ctx context.Context) error {
	if !b.g.pruneDue() {
		return nil
	}
	return b.g.write(ctx, "prune the retry buffer", func() error { return b.EventBuffer.DeleteOldOutgoingEvents(ctx) })
}

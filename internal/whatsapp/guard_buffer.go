package whatsapp

import (
	"context"
	"time"

	"go.mau.fi/whatsmeow/store"
	"go.mau.fi/whatsmeow/types"
)

type guardedBuffer struct {
	store.EventBuffer
	g *guard
}

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
	err := b.EventBuffer.DoDecryptionTxn(ctx, func(ctx context.Context) error {
		inner = fn(ctx)
		return inner
	})
	if inner != nil {
		return err
	}
	return b.g.check(ctx, "decrypt in a transaction", err)
}

func (b *guardedBuffer) PutBufferedEvent(ctx context.Context, hash [32]byte, plaintext []byte, at time.Time) error {
	return b.g.run(ctx, "buffer an event", func() error { return b.EventBuffer.PutBufferedEvent(ctx, hash, plaintext, at) })
}

func (b *guardedBuffer) ClearBufferedEventPlaintext(ctx context.Context, hash [32]byte) error {
	return b.g.run(ctx, "clear a buffered event", func() error { return b.EventBuffer.ClearBufferedEventPlaintext(ctx, hash) })
}

func (b *guardedBuffer) DeleteOldBufferedHashes(ctx context.Context) error {
	return b.g.run(ctx, "prune the event buffer", func() error { return b.EventBuffer.DeleteOldBufferedHashes(ctx) })
}

func (b *guardedBuffer) GetOutgoingEvent(ctx context.Context, chat, alt types.JID, id types.MessageID) (format string, plaintext []byte, err error) {
	err = b.g.run(ctx, "read the retry buffer", func() (err error) {
		format, plaintext, err = b.EventBuffer.GetOutgoingEvent(ctx, chat, alt, id)
		return err
	})
	return format, plaintext, err
}

func (b *guardedBuffer) AddOutgoingEvent(ctx context.Context, chat types.JID, id types.MessageID, format string, plaintext []byte) error {
	return b.g.run(ctx, "fill the retry buffer", func() error { return b.EventBuffer.AddOutgoingEvent(ctx, chat, id, format, plaintext) })
}

// DeleteOldOutgoingEvents is asked for with every message that is sent: the library never notes that it did.
func (b *guardedBuffer) DeleteOldOutgoingEvents(ctx context.Context) error {
	if !b.g.pruneDue() {
		return nil
	}
	return b.g.run(ctx, "prune the retry buffer", func() error { return b.EventBuffer.DeleteOldOutgoingEvents(ctx) })
}

package whatsapp

import (
	"context"
)

// writes lets the devices of a key store write one after the other. A file has one writer anyway; who finds it taken would
// sleep for a while and look again.
type writes struct {
	turn  chan struct{} // one token, first come first served; nil = the database knows better
	flush func(context.Context) error
}

func newWrites(o Options) *writes {
	w := &writes{flush: o.Sync}
	if !o.Postgres {
		w.turn = make(chan struct{}, 1)
	}
	return w
}

type decryptingKey struct{}

// decrypting reports whether ctx belongs to a decryption, which is one transaction.
func decrypting(ctx context.Context) bool { return ctx.Value(decryptingKey{}) != nil }

// alone runs f while nobody else writes. What is written inside a decryption has its turn already.
func (w *writes) alone(ctx context.Context, f func() error) error {
	if w.turn == nil || decrypting(ctx) {
		return f()
	}
	select {
	case w.turn <- struct{}{}:
	case <-ctx.Done():
		return context.Cause(ctx)
	}
	defer func() { <-w.turn }()
	return f()
}

// sync returns when everything written survives a power cut.
func (w *writes) sync(ctx context.Context) error {
	if w.flush == nil {
		return nil
	}
	return w.alone(ctx, func() error { return w.flush(ctx) })
}

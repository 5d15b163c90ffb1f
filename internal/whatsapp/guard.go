package whatsapp

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"sync"
	"time"

	"go.mau.fi/util/dbutil"
	"go.mau.fi/whatsmeow/store"
	"go.mau.fi/whatsmeow/store/sqlstore"
	"go.mau.fi/whatsmeow/types"

	"wapost/internal/session"
)

// guard stands between the library and a device's key store. Without it a failing disk looks like a broken message, which is
// acknowledged and lost (whatsapp.md §6).
//
//   - An infrastructure error comes back wrapped with context.Canceled: that is the one error for which the library neither
//     acknowledges nor asks for a resend.
//   - Any such error taints the line, because the library swallows some of them; a tainted guard answers "canceled" to every
//     decryption until the next connection.
//   - From an empty look into the event buffer to the end of the decryption that follows it, no other copy of a message of
//     this device may look: else the second copy counts as old and is acknowledged, while the first may still fail.
//   - Devices that write at the same time wait for each other here: SQLite would have them sleep and try again.
//   - What messages are encrypted with is on disk before they leave (docs/adr/0014).
//   - The retry buffer is pruned twice a day, not with every message that is sent.
type guard struct {
	ctx      context.Context // of the line: what the guard does by itself ends with it
	busy     *busy
	writes   *writes
	keys     *dbutil.Database
	onTaint  func(error)              // told once per connection
	onPairs  func([]store.LIDMapping) // told of each list of addresses that the library keeps
	names    func(types.JID) store.ContactStore
	knows    func(lid, pn string) bool // whether the account's directory has a pair; nil = everybody knows everything
	decoding sync.Mutex                // held across GetBufferedEvent and DoDecryptionTxn

	mu     sync.Mutex
	taint  error
	pruned time.Time
	fresh  map[string]string  // numbers by LID that this device was told of lately; user parts
	moved  map[types.JID]bool // numbers under which there is no session any more, as far as they are remembered

	contacts *guardedContacts       // nil = not linked yet
	settings map[types.JID]*setting // found of chats, and not told by an event
}

// mostMoved and mostFresh bound what is remembered: more of them are looked for again, or come again.
const (
	mostMoved = 2000
	mostFresh = 2000
)

// tell notes a pair that this device was told of. The directory learns it with the event of its stanza, which comes after the
// library has asked.
func (g *guard) tell(lid, pn types.JID) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.fresh == nil || len(g.fresh) >= mostFresh {
		g.fresh = map[string]string{}
	}
	g.fresh[lid.User] = pn.User
}

// told reports whether this device or its account was told of a pair.
func (g *guard) told(lid, pn types.JID) bool {
	if g.knows == nil || g.knows(lid.User, pn.User) {
		return true
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	known, ok := g.fresh[lid.User]
	return ok && known == pn.User
}

// pruneEvery is how often old outgoing messages are deleted. They are kept for seven days.
const pruneEvery = 12 * time.Hour

// install puts the guard before the stores of a device that has them.
func (g *guard) install(d *store.Device) {
	d.EventBuffer = &guardedBuffer{EventBuffer: d.EventBuffer, g: g}
	d.Sessions = &guardedSessions{d.Sessions, g, d.ID.String()}
	d.Identities = &guardedIdentities{d.Identities, g}
	d.PreKeys = &guardedPreKeys{d.PreKeys, g}
	d.SenderKeys = &guardedSenderKeys{d.SenderKeys, g}
	d.LIDs = &guardedLIDs{d.LIDs, d.Sessions, g}
	d.MsgSecrets = &guardedSecrets{d.MsgSecrets, g}
	d.ChatSettings = &guardedSettings{d.ChatSettings, g}
	own := *d.ID
	contacts := &guardedContacts{d.Contacts, g, func() store.ContactStore { return g.names(own) }, session.NewRecent[types.JID, titles](knownTitles)}
	d.Contacts = contacts
	g.mu.Lock()
	g.contacts = contacts
	g.mu.Unlock()
}

// people returns the names of people; nil = the device is not linked yet.
func (g *guard) people() *guardedContacts {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.contacts
}

// guardedContainer installs the guard at the moment when pairing gives a device its stores.
type guardedContainer struct {
	store.DeviceContainer
	g *guard
}

// PutDevice passes the device on. The first time the inner container gives it stores, and itself as the container.
func (c *guardedContainer) PutDevice(ctx context.Context, d *store.Device) error {
	first := !d.Initialized
	c.g.busy.enter()
	defer c.g.busy.leave()
	err := c.DeviceContainer.PutDevice(ctx, d)
	if first && d.Initialized {
		c.g.install(d)
		d.Container = c
	}
	if err == nil {
		err = c.g.writes.sync(ctx)
	}
	return err
}

// check turns an infrastructure error into one that the library neither acknowledges nor reports to the sender.
func (g *guard) check(ctx context.Context, what string, err error) error {
	switch {
	case err == nil, errors.Is(err, sql.ErrNoRows), errors.Is(err, sqlstore.ErrInvalidLength), errors.Is(err, store.ErrDeviceDeleted):
		return err
	case ctx.Err() != nil, errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
		return err // the caller gave up; the store is not to blame
	}
	err = fmt.Errorf("%s: %w: %w", what, err, context.Canceled)
	g.mu.Lock()
	first := g.taint == nil
	if first {
		g.taint = err
	}
	g.mu.Unlock()
	if first && g.onTaint != nil {
		g.onTaint(err)
	}
	return err
}

// tainted returns the error that this connection cannot go on after.
func (g *guard) tainted() error {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.taint
}

// clear begins a new connection.
func (g *guard) clear() {
	g.mu.Lock()
	g.taint = nil
	g.mu.Unlock()
}

// pruneDue reports whether it is time to prune, and takes the turn.
func (g *guard) pruneDue() bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	if !g.pruned.IsZero() && time.Since(g.pruned) < pruneEvery {
		return false
	}
	g.pruned = time.Now()
	return true
}

// hasMoved reports whether a device of a person has no session under its number any more.
func (g *guard) hasMoved(pn types.JID) bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.moved[pn]
}

// move notes that.
func (g *guard) move(pn types.JID) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.moved == nil || len(g.moved) >= mostMoved {
		g.moved = map[types.JID]bool{}
	}
	g.moved[pn] = true
}

// run does one store call that returns only an error.
func (g *guard) run(ctx context.Context, what string, f func() error) error {
	g.busy.enter()
	defer g.busy.leave()
	return g.check(ctx, what, f())
}

// write does one store call that changes something.
func (g *guard) write(ctx context.Context, what string, f func() error) error {
	return g.run(ctx, what, func() error { return g.writes.alone(ctx, f) })
}

// promise is write for what others will rely on as soon as it is used: it returns when it is on disk. Inside a decryption
// nothing is promised yet.
func (g *guard) promise(ctx context.Context, what string, f func() error) error {
	return g.run(ctx, what, func() error {
		err := g.writes.alone(ctx, f)
		if err == nil && !decrypting(ctx) {
			err = g.writes.sync(ctx)
		}
		return err
	})
}

// ask does one store call that returns a value.
func ask[T any](ctx context.Context, g *guard, what string, f func() (T, error)) (T, error) {
	g.busy.enter()
	defer g.busy.leave()
	v, err := f()
	return v, g.check(ctx, what, err)
}

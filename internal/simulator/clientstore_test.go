package simulator

import (
	"context"
	"math/rand/v2"
	"sync"
	"time"

	"go.mau.fi/util/random"
	"go.mau.fi/whatsmeow/store"
	"go.mau.fi/whatsmeow/types"
	"go.mau.fi/whatsmeow/util/keys"
	waLog "go.mau.fi/whatsmeow/util/log"
)

// clientStore is the store of a real client in memory: what a phone's has, and what clients need beyond.
type clientStore struct {
	*memStore
	more     sync.Mutex
	toLID    map[string]string
	toPN     map[string]string
	contacts map[types.JID]types.ContactInfo
	buffered map[[32]byte]*store.BufferedEvent
}

// newClientStore makes the keys of a client that was never linked.
func newClientStore() *store.Device {
	cs := &clientStore{memStore: newMemStore(), toLID: map[string]string{}, toPN: map[string]string{},
		contacts: map[types.JID]types.ContactInfo{}, buffered: map[[32]byte]*store.BufferedEvent{}}
	identity := keys.NewKeyPair()
	d := &store.Device{Log: waLog.Noop, Container: container{}, NoiseKey: keys.NewKeyPair(), IdentityKey: identity,
		SignedPreKey: identity.CreateSignedPreKey(1), RegistrationID: rand.Uint32(), AdvSecretKey: random.Bytes(32), Initialized: true}
	d.SetAllStores(cs)
	d.LIDs = cs
	return d
}

// container keeps nothing: the test holds the device.
type container struct{}

func (container) PutDevice(context.Context, *store.Device) error    { return nil }
func (container) DeleteDevice(context.Context, *store.Device) error { return nil }

func (c *clientStore) PutManyLIDMappings(ctx context.Context, list []store.LIDMapping) error {
	for _, m := range list {
		if err := c.PutLIDMapping(ctx, m.LID, m.PN); err != nil {
			return err
		}
	}
	return nil
}

func (c *clientStore) PutLIDMapping(_ context.Context, lid, pn types.JID) error {
	c.more.Lock()
	defer c.more.Unlock()
	if lid.User != "" && pn.User != "" {
		c.toLID[pn.User], c.toPN[lid.User] = lid.User, pn.User
	}
	return nil
}

func (c *clientStore) GetPNForLID(_ context.Context, lid types.JID) (types.JID, error) {
	c.more.Lock()
	defer c.more.Unlock()
	if user := c.toPN[lid.User]; user != "" {
		return types.JID{User: user, Device: lid.Device, Server: types.DefaultUserServer}, nil
	}
	return types.JID{}, nil
}

func (c *clientStore) GetLIDForPN(_ context.Context, pn types.JID) (types.JID, error) {
	c.more.Lock()
	defer c.more.Unlock()
	if user := c.toLID[pn.User]; user != "" {
		return types.JID{User: user, Device: pn.Device, Server: types.HiddenUserServer}, nil
	}
	return types.JID{}, nil
}

func (c *clientStore) GetManyLIDsForPNs(ctx context.Context, pns []types.JID) (map[types.JID]types.JID, error) {
	found := map[types.JID]types.JID{}
	for _, pn := range pns {
		if lid, err := c.GetLIDForPN(ctx, pn); err == nil && !lid.IsEmpty() {
			found[pn] = lid
		}
	}
	return found, nil
}

func (c *clientStore) PutContactName(_ context.Context, user types.JID, full, first string) error {
	c.more.Lock()
	defer c.more.Unlock()
	c.contacts[user] = types.ContactInfo{Found: true, FullName: full, FirstName: first}
	return nil
}

func (c *clientStore) PutAllContactNames(ctx context.Context, list []store.ContactEntry) error {
	for _, e := range list {
		if err := c.PutContactName(ctx, e.JID, e.FullName, e.FirstName); err != nil {
			return err
		}
	}
	return nil
}

func (c *clientStore) GetContact(_ context.Context, user types.JID) (types.ContactInfo, error) {
	c.more.Lock()
	defer c.more.Unlock()
	return c.contacts[user], nil
}

func (c *clientStore) GetBufferedEvent(_ context.Context, hash [32]byte) (*store.BufferedEvent, error) {
	c.more.Lock()
	defer c.more.Unlock()
	return c.buffered[hash], nil
}

func (c *clientStore) PutBufferedEvent(_ context.Context, hash [32]byte, plain []byte, at time.Time) error {
	c.more.Lock()
	defer c.more.Unlock()
	c.buffered[hash] = &store.BufferedEvent{Plaintext: plain, InsertTime: time.Now(), ServerTime: at}
	return nil
}

func (c *clientStore) DoDecryptionTxn(ctx context.Context, f func(context.Context) error) error {
	return f(ctx)
}

func (c *clientStore) ClearBufferedEventPlaintext(_ context.Context, hash [32]byte) error {
	c.more.Lock()
	defer c.more.Unlock()
	if e := c.buffered[hash]; e != nil {
		c.buffered[hash] = &store.BufferedEvent{InsertTime: e.InsertTime, ServerTime: e.ServerTime}
	}
	return nil
}

// loseSessions is what a damaged database does.
func (m *memStore) loseSessions() {
	m.mu.Lock()
	defer m.mu.Unlock()
	clear(m.sessions)
}

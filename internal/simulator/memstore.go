package simulator

import (
	"context"
	"strings"
	"sync"

	"go.mau.fi/whatsmeow/store"
)

// memStore is the key store of a phone, in memory. It reuses whatsmeow's adapter to libsignal; values are kept serialized,
// so that a failed decryption leaves nothing half done. What a phone does not need, NoopStore answers.
type memStore struct {
	*store.NoopStore
	mu         sync.Mutex
	identities map[string][32]byte
	sessions   map[string][]byte
	senderKeys map[string][]byte // group + "|" + sender
	preKeys    map[uint32]*memPreKey
	nextPreKey uint32
	stateKeys  map[string]store.AppStateSyncKey
	newestKey  string
	versions   map[string]memVersion
	macs       map[string][]byte // collection + "|" + index MAC
}

func newMemStore() *memStore {
	return &memStore{NoopStore: &store.NoopStore{}, identities: map[string][32]byte{}, sessions: map[string][]byte{}, senderKeys: map[string][]byte{},
		preKeys: map[uint32]*memPreKey{}, nextPreKey: 1, stateKeys: map[string]store.AppStateSyncKey{}, versions: map[string]memVersion{}, macs: map[string][]byte{}}
}

var _ store.AllSessionSpecificStores = (*memStore)(nil)

// PutIdentity implements store.IdentityStore, as the next ones.
func (m *memStore) PutIdentity(_ context.Context, address string, key [32]byte) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.identities[address] = key
	return nil
}

func (m *memStore) DeleteAllIdentities(_ context.Context, user string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	deletePrefix(m.identities, user+":")
	return nil
}

func (m *memStore) DeleteIdentity(_ context.Context, address string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	delete(m.identities, address)
	return nil
}

// IsTrustedIdentity trusts whom it sees first.
func (m *memStore) IsTrustedIdentity(_ context.Context, address string, key [32]byte) (bool, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	have, ok := m.identities[address]
	return !ok || have == key, nil
}

// GetSession implements store.SessionStore, as the next ones.
func (m *memStore) GetSession(_ context.Context, address string) ([]byte, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.sessions[address], nil
}

func (m *memStore) HasSession(_ context.Context, address string) (bool, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	_, ok := m.sessions[address]
	return ok, nil
}

func (m *memStore) GetManySessions(_ context.Context, addresses []string) (map[string][]byte, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	found := make(map[string][]byte, len(addresses))
	for _, address := range addresses {
		found[address] = m.sessions[address]
	}
	return found, nil
}

func (m *memStore) PutSession(_ context.Context, address string, session []byte) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.sessions[address] = session
	return nil
}

func (m *memStore) PutManySessions(_ context.Context, sessions map[string][]byte) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	for address, session := range sessions {
		m.sessions[address] = session
	}
	return nil
}

func (m *memStore) DeleteAllSessions(_ context.Context, user string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	deletePrefix(m.sessions, user+":")
	return nil
}

func (m *memStore) DeleteSession(_ context.Context, address string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	delete(m.sessions, address)
	return nil
}

func deletePrefix[V any](from map[string]V, prefix string) {
	for key := range from {
		if strings.HasPrefix(key, prefix) {
			delete(from, key)
		}
	}
}

package simulator

import (
	"context"

	"go.mau.fi/whatsmeow/store"
	"go.mau.fi/whatsmeow/util/keys"
)

type memPreKey struct {
	key      *keys.PreKey
	uploaded bool
}

type memVersion struct {
	number uint64
	hash   [128]byte
}

// PutSenderKey implements store.SenderKeyStore, as the next one.
func (m *memStore) PutSenderKey(_ context.Context, group, sender string, key []byte) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.senderKeys[group+"|"+sender] = key
	return nil
}

func (m *memStore) GetSenderKey(_ context.Context, group, sender string) ([]byte, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.senderKeys[group+"|"+sender], nil
}

func (m *memStore) generateLocked(uploaded bool) *keys.PreKey {
	key := keys.NewPreKey(m.nextPreKey)
	m.nextPreKey++
	m.preKeys[key.KeyID] = &memPreKey{key, uploaded}
	return key
}

// GenOnePreKey implements store.PreKeyStore, as the next ones.
func (m *memStore) GenOnePreKey(context.Context) (*keys.PreKey, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.generateLocked(true), nil
}

func (m *memStore) GetOrGenPreKeys(_ context.Context, count uint32) ([]*keys.PreKey, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	var list []*keys.PreKey
	for id := uint32(1); id < m.nextPreKey && uint32(len(list)) < count; id++ {
		if have := m.preKeys[id]; have != nil && !have.uploaded {
			list = append(list, have.key)
		}
	}
	for uint32(len(list)) < count {
		list = append(list, m.generateLocked(false))
	}
	return list, nil
}

func (m *memStore) GetPreKey(_ context.Context, id uint32) (*keys.PreKey, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if have := m.preKeys[id]; have != nil {
		return have.key, nil
	}
	return nil, nil
}

func (m *memStore) RemovePreKey(_ context.Context, id uint32) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	delete(m.preKeys, id)
	return nil
}

func (m *memStore) MarkPreKeysAsUploaded(_ context.Context, upTo uint32) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	for id, have := range m.preKeys {
		have.uploaded = have.uploaded || id <= upTo
	}
	return nil
}

func (m *memStore) UploadedPreKeyCount(context.Context) (count int, _ error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, have := range m.preKeys {
		if have.uploaded {
			count++
		}
	}
	return count, nil
}

// PutAppStateSyncKey implements store.AppStateSyncKeyStore, as the next ones.
func (m *memStore) PutAppStateSyncKey(_ context.Context, id []byte, key store.AppStateSyncKey) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.stateKeys[string(id)], m.newestKey = key, string(id)
	return nil
}

func (m *memStore) GetAppStateSyncKey(_ context.Context, id []byte) (*store.AppStateSyncKey, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if key, ok := m.stateKeys[string(id)]; ok {
		return &key, nil
	}
	return nil, nil
}

func (m *memStore) GetLatestAppStateSyncKeyID(context.Context) ([]byte, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.newestKey == "" {
		return nil, nil
	}
	return []byte(m.newestKey), nil
}

// PutAppStateVersion implements store.AppStateStore, as the next ones.
func (m *memStore) PutAppStateVersion(_ context.Context, name string, number uint64, hash [128]byte) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.versions[name] = memVersion{number, hash}
	return nil
}

func (m *memStore) GetAppStateVersion(_ context.Context, name string) (uint64, [128]byte, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	v := m.versions[name]
	return v.number, v.hash, nil
}

func (m *memStore) DeleteAppStateVersion(_ context.Context, name string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	delete(m.versions, name)
	return nil
}

func (m *memStore) PutAppStateMutationMACs(_ context.Context, name string, _ uint64, list []store.AppStateMutationMAC) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, mac := range list {
		m.macs[name+"|"+string(mac.IndexMAC)] = mac.ValueMAC
	}
	return nil
}

func (m *memStore) DeleteAppStateMutationMACs(_ context.Context, name string, indexes [][]byte) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, index := range indexes {
		delete(m.macs, name+"|"+string(index))
	}
	return nil
}

func (m *memStore) GetAppStateMutationMAC(_ context.Context, name string, index []byte) ([]byte, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.macs[name+"|"+string(index)], nil
}

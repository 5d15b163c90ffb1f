package whatsapp

import (
	"context"

	"go.mau.fi/whatsmeow/store"
	"go.mau.fi/whatsmeow/util/keys"
)

type guardedSessions struct {
	store.SessionStore
	g   *guard
	jid string // of the device, as the key store writes it
}

func (s *guardedSessions) GetSession(ctx context.Context, address string) ([]byte, error) {
	return ask(ctx, s.g, "read a session", func() ([]byte, error) { return s.SessionStore.GetSession(ctx, address) })
}

func (s *guardedSessions) HasSession(ctx context.Context, address string) (bool, error) {
	return ask(ctx, s.g, "look for a session", func() (bool, error) { return s.SessionStore.HasSession(ctx, address) })
}

func (s *guardedSessions) GetManySessions(ctx context.Context, addresses []string) (map[string][]byte, error) {
	return ask(ctx, s.g, "read sessions", func() (map[string][]byte, error) { return s.SessionStore.GetManySessions(ctx, addresses) })
}

func (s *guardedSessions) PutSession(ctx context.Context, address string, session []byte) error {
	return s.g.promise(ctx, "keep a session", func() error { return s.SessionStore.PutSession(ctx, address, session) })
}

func (s *guardedSessions) PutManySessions(ctx context.Context, sessions map[string][]byte) error {
	return s.g.promise(ctx, "keep sessions", func() error { return s.SessionStore.PutManySessions(ctx, sessions) })
}

func (s *guardedSessions) DeleteAllSessions(ctx context.Context, phone string) error {
	return s.g.write(ctx, "delete sessions", func() error { return s.SessionStore.DeleteAllSessions(ctx, phone) })
}

func (s *guardedSessions) DeleteSession(ctx context.Context, address string) error {
	return s.g.write(ctx, "delete a session", func() error { return s.SessionStore.DeleteSession(ctx, address) })
}

type guardedIdentities struct {
	store.IdentityStore
	g *guard
}

func (s *guardedIdentities) PutIdentity(ctx context.Context, address string, key [32]byte) error {
	return s.g.write(ctx, "keep an identity", func() error { return s.IdentityStore.PutIdentity(ctx, address, key) })
}

func (s *guardedIdentities) DeleteAllIdentities(ctx context.Context, phone string) error {
	return s.g.write(ctx, "delete identities", func() error { return s.IdentityStore.DeleteAllIdentities(ctx, phone) })
}

func (s *guardedIdentities) DeleteIdentity(ctx context.Context, address string) error {
	return s.g.write(ctx, "delete an identity", func() error { return s.IdentityStore.DeleteIdentity(ctx, address) })
}

func (s *guardedIdentities) IsTrustedIdentity(ctx context.Context, address string, key [32]byte) (bool, error) {
	return ask(ctx, s.g, "read an identity", func() (bool, error) { return s.IdentityStore.IsTrustedIdentity(ctx, address, key) })
}

type guardedPreKeys struct {
	store.PreKeyStore
	g *guard
}

func (s *guardedPreKeys) GetOrGenPreKeys(ctx context.Context, count uint32) ([]*keys.PreKey, error) {
	var list []*keys.PreKey
	err := s.g.promise(ctx, "make prekeys", func() (err error) {
		list, err = s.PreKeyStore.GetOrGenPreKeys(ctx, count)
		return err
	})
	return list, err
}

func (s *guardedPreKeys) GenOnePreKey(ctx context.Context) (*keys.PreKey, error) {
	var one *keys.PreKey
	err := s.g.promise(ctx, "make a prekey", func() (err error) {
		one, err = s.PreKeyStore.GenOnePreKey(ctx)
		return err
	})
	return one, err
}

func (s *guardedPreKeys) GetPreKey(ctx context.Context, id uint32) (*keys.PreKey, error) {
	return ask(ctx, s.g, "read a prekey", func() (*keys.PreKey, error) { return s.PreKeyStore.GetPreKey(ctx, id) })
}

func (s *guardedPreKeys) RemovePreKey(ctx context.Context, id uint32) error {
	return s.g.write(ctx, "remove a prekey", func() error { return s.PreKeyStore.RemovePreKey(ctx, id) })
}

func (s *guardedPreKeys) MarkPreKeysAsUploaded(ctx context.Context, upToID uint32) error {
	return s.g.write(ctx, "mark prekeys", func() error { return s.PreKeyStore.MarkPreKeysAsUploaded(ctx, upToID) })
}

func (s *guardedPreKeys) UploadedPreKeyCount(ctx context.Context) (int, error) {
	return ask(ctx, s.g, "count prekeys", func() (int, error) { return s.PreKeyStore.UploadedPreKeyCount(ctx) })
}

type guardedSenderKeys struct {
	store.SenderKeyStore
	g *guard
}

func (s *guardedSenderKeys) PutSenderKey(ctx context.Context, group, user string, session []byte) error {
	return s.g.promise(ctx, "keep a sender key", func() error { return s.SenderKeyStore.PutSenderKey(ctx, group, user, session) })
}

func (s *guardedSenderKeys) GetSenderKey(ctx context.Context, group, user string) ([]byte, error) {
	return ask(ctx, s.g, "read a sender key", func() ([]byte, error) { return s.SenderKeyStore.GetSenderKey(ctx, group, user) })
}

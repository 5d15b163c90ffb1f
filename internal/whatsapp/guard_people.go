package whatsapp

import (
	"context"
	"maps"
	"slices"

	"go.mau.fi/whatsmeow/store"
	"go.mau.fi/whatsmeow/types"
)

// guardedLIDs stands before the library's map of addresses, which all devices share and which has no owner: what an account
// may know is kept in its own directory. Lists that come to a device of the account are passed on to it here; single pairs
// come with the stanza that they belong to. The map answers only with what the account has been told itself: else a device
// would write to a LID, or name a number to a group, that only another customer has learnt.
type guardedLIDs struct {
	store.LIDStore
	sessions store.SessionStore
	g        *guard
}

func (s *guardedLIDs) PutManyLIDMappings(ctx context.Context, mappings []store.LIDMapping) error {
	for _, m := range mappings {
		s.g.tell(m.LID, m.PN)
	}
	err := s.g.write(ctx, "keep addresses", func() error { return s.LIDStore.PutManyLIDMappings(ctx, slices.Clone(mappings)) })
	if err == nil && s.g.onPairs != nil {
		s.g.onPairs(mappings)
	}
	return err
}

// PutLIDMapping is told of both addresses of a sender before its message is decrypted. What was encrypted under the number goes
// on under the LID: the library moves the session when a message comes from the number, but not when one comes from the LID,
// and could not read the first of those.
func (s *guardedLIDs) PutLIDMapping(ctx context.Context, lid, pn types.JID) error {
	s.g.tell(lid, pn)
	err := s.g.write(ctx, "keep an address", func() error { return s.LIDStore.PutLIDMapping(ctx, lid, pn) })
	if err != nil || s.g.hasMoved(pn) {
		return err
	}
	old, err := s.sessions.HasSession(ctx, pn.SignalAddress().String())
	switch {
	case err != nil:
		return err
	case old:
		return s.sessions.MigratePNToLID(ctx, pn, lid)
	}
	s.g.move(pn)
	return nil
}

func (s *guardedLIDs) GetPNForLID(ctx context.Context, lid types.JID) (types.JID, error) {
	pn, err := ask(ctx, s.g, "read a number", func() (types.JID, error) { return s.LIDStore.GetPNForLID(ctx, lid) })
	if err != nil || !s.g.told(lid, pn) {
		return types.JID{}, err
	}
	return pn, nil
}

func (s *guardedLIDs) GetLIDForPN(ctx context.Context, pn types.JID) (types.JID, error) {
	lid, err := ask(ctx, s.g, "read a LID", func() (types.JID, error) { return s.LIDStore.GetLIDForPN(ctx, pn) })
	if err != nil || !s.g.told(lid, pn) {
		return types.JID{}, err
	}
	return lid, nil
}

func (s *guardedLIDs) GetManyLIDsForPNs(ctx context.Context, pns []types.JID) (map[types.JID]types.JID, error) {
	found, err := ask(ctx, s.g, "read LIDs", func() (map[types.JID]types.JID, error) { return s.LIDStore.GetManyLIDsForPNs(ctx, pns) })
	maps.DeleteFunc(found, func(pn, lid types.JID) bool { return !s.g.told(lid, pn) })
	return found, err
}

type guardedSecrets struct {
	store.MsgSecretStore
	g *guard
}

func (s *guardedSecrets) PutMessageSecrets(ctx context.Context, inserts []store.MessageSecretInsert) error {
	return s.g.write(ctx, "keep message secrets", func() error { return s.MsgSecretStore.PutMessageSecrets(ctx, inserts) })
}

func (s *guardedSecrets) PutMessageSecret(ctx context.Context, chat, sender types.JID, id types.MessageID, secret []byte) error {
	return s.g.write(ctx, "keep a message secret", func() error { return s.MsgSecretStore.PutMessageSecret(ctx, chat, sender, id, secret) })
}

func (s *guardedSecrets) GetMessageSecret(ctx context.Context, chat, sender types.JID, id types.MessageID) (secret []byte, by types.JID, err error) {
	err = s.g.run(ctx, "read a message secret", func() (err error) {
		secret, by, err = s.MsgSecretStore.GetMessageSecret(ctx, chat, sender, id)
		return err
	})
	return secret, by, err
}

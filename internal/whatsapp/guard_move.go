package whatsapp

import (
	"context"

	"go.mau.fi/whatsmeow/types"
)

// moveStatements move what is kept under a number to its LID, for all devices of the person: sessions, identities, sender keys.
// $1 is our device, $2 the number and $3 the LID, as signal addresses.
func moveStatements() []string {
	return []string{
		`INSERT INTO whatsmeow_sessions (our_jid, their_id, session)
SELECT our_jid, CAST($3 AS TEXT) || substr(their_id, length(CAST($2 AS TEXT)) + 1), session FROM whatsmeow_sessions WHERE our_jid = $1 AND their_id LIKE CAST($2 AS TEXT) || ':%'
ON CONFLICT (our_jid, their_id) DO NOTHING`,
		`DELETE FROM whatsmeow_sessions WHERE our_jid = $1 AND their_id LIKE CAST($2 AS TEXT) || ':%'`,
		`INSERT INTO whatsmeow_identity_keys (our_jid, their_id, identity)
SELECT our_jid, CAST($3 AS TEXT) || substr(their_id, length(CAST($2 AS TEXT)) + 1), identity FROM whatsmeow_identity_keys WHERE our_jid = $1 AND their_id LIKE CAST($2 AS TEXT) || ':%'
ON CONFLICT (our_jid, their_id) DO NOTHING`,
		`DELETE FROM whatsmeow_identity_keys WHERE our_jid = $1 AND their_id LIKE CAST($2 AS TEXT) || ':%'`,
		`INSERT INTO whatsmeow_sender_keys (our_jid, chat_id, sender_id, sender_key)
SELECT our_jid, chat_id, CAST($3 AS TEXT) || substr(sender_id, length(CAST($2 AS TEXT)) + 1), sender_key FROM whatsmeow_sender_keys WHERE our_jid = $1 AND sender_id LIKE CAST($2 AS TEXT) || ':%'
ON CONFLICT (our_jid, chat_id, sender_id) DO NOTHING`,
		`DELETE FROM whatsmeow_sender_keys WHERE our_jid = $1 AND sender_id LIKE CAST($2 AS TEXT) || ':%'`,
	}
}

// MigratePNToLID moves what is kept of a person's devices. It does not pass the call on, because the library's own way puts the
// old keys of every device in the place of those that are there under the LID already, made by a message of ours or by one that
// came from the LID: those are newer. Nor would the library try again what failed.
func (s *guardedSessions) MigratePNToLID(ctx context.Context, pn, lid types.JID) error {
	if s.g.hasMoved(pn) {
		return nil
	}
	from, to := pn.SignalAddressUser(), lid.SignalAddressUser()
	err := s.g.write(ctx, "move sessions to a LID", func() error {
		return s.g.keys.DoTxn(ctx, nil, func(ctx context.Context) error {
			for i, statement := range moveStatements() {
				args := []any{s.jid, from, to}
				if i%2 == 1 { // a DELETE
					args = args[:2]
				}
				if _, err := s.g.keys.Exec(ctx, statement, args...); err != nil {
					return err
				}
			}
			return nil
		})
	})
	if err == nil {
		s.g.move(pn)
	}
	return err
}

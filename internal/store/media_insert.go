package store

import (
	"context"

	"wapost/internal/event"
)

const mediaKeyPurpose = "media key"

// The device is looked up so that a file of a device that has just been deleted is no error of the round.
const insertMedia = `INSERT INTO media (id, device_id, account_id, event_id, order_key, message_id, chat, sender, from_me, kind, keys, mime_type,
filename, size, direct_path, url, sealed_key, sha256, enc_sha256, thumbnail, next_at, created_at)
SELECT $1, d.id, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22 FROM devices d WHERE d.id = $2
ON CONFLICT (id) DO NOTHING`

// OnMediaWanted sets who decides whether a file is fetched without anybody asking. It runs on the writer goroutine. Call it
// before Run.
func (db *DB) OnMediaWanted(f func(event.Attachment) bool) { db.mediaWanted = f }

// appendMedia inserts the files that a recorded event names.
func (r *round) appendMedia(ctx context.Context, e *event.Sealed) error {
	for i := range e.Attachments {
		args := r.mediaRow(e, &e.Attachments[i])
		if r.pipeline != nil {
			r.pipeline.queue(insertMedia, args...)
			continue
		}
		if _, err := r.stmts.insertMedia.ExecContext(ctx, args...); err != nil {
			r.broken = err // an event without its files would be half recorded
			return err
		}
	}
	return nil
}

// mediaRow returns the arguments of insertMedia.
func (r *round) mediaRow(e *event.Sealed, a *event.Attachment) []any {
	var sealed any
	if a.Key != nil {
		sealed = r.vault.Seal(mediaKeyPurpose, a.Key)
	}
	var next any
	if r.mediaWanted != nil && e.Origin != event.History && r.mediaWanted(*a) { // a history names thousands, and most are lost
		next = r.now
	}
	fromMe := int64(0)
	if a.FromMe {
		fromMe = 1
	}
	message := a.MessageID
	if len(message) > longestKey { // quoted by a stranger; such a message exists nowhere, and an index of PostgreSQL does not take it
		message = ""
	}
	return []any{a.ID, e.DeviceID, e.AccountID, e.ID, e.Key, message, a.Chat, a.Sender, fromMe, a.Kind, string(a.Keys), a.MimeType, a.Filename,
		max(a.Size, 0), a.DirectPath, a.URL, sealed, blob(a.SHA256), blob(a.EncSHA256), blob(a.Thumbnail), next, r.now}
}

// blob is NULL when there is nothing.
func blob(b []byte) any {
	if len(b) == 0 {
		return nil
	}
	return b
}

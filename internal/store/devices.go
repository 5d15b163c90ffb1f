package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"wapost/internal/fault"
	"wapost/internal/session"
)

// Devices keeps the device records.
type Devices struct{ db *DB }

// Devices returns the device records.
func (db *DB) Devices() *Devices { return &Devices{db} }

var _ session.Store = (*Devices)(nil)

// Atomic makes one transaction of what is written with the context given to fn.
func (s *Devices) Atomic(ctx context.Context, what string, fn func(ctx context.Context) error) error {
	return s.db.Atomic(ctx, what, fn)
}

// AfterCommit implements session.Store.
func (s *Devices) AfterCommit(ctx context.Context, f func()) {
	if tx, ok := joined(ctx); ok {
		tx.AfterCommit(f)
		return
	}
	f()
}

// Create inserts a device if the account's limit allows it, checked in the insert itself.
func (s *Devices) Create(ctx context.Context, d session.Device, secretHash []byte) error {
	settings, err := encoded(d.Settings)
	if err != nil {
		return err
	}
	return s.db.Write(ctx, "create device", func(ctx context.Context, tx *Tx) error {
		res, err := tx.Exec(ctx, `INSERT INTO devices (id, account_id, name, metadata, secret_hash, token_version, state, state_since, created_at, updated_at, settings, proxy)
SELECT $1, a.id, $3, $4, $5, $6, $7, $8, $9, $9, $10, $11 FROM accounts a
WHERE a.id = $2 AND (SELECT count(*) FROM devices WHERE account_id = a.id) < a.max_devices`,
			d.ID, d.AccountID, d.Name, string(d.Metadata), secretHash, d.TokenVersion, string(d.State), d.StateSince.UnixMilli(),
			d.CreatedAt.UnixMilli(), settings, s.sealProxy(d.Proxy))
		if err != nil {
			return err
		}
		if n, err := res.RowsAffected(); err != nil || n == 1 {
			return err
		}
		var limit int64
		err = tx.QueryRow(ctx, `SELECT max_devices FROM accounts WHERE id = $1`, d.AccountID).Scan(&limit)
		if err != nil {
			return err
		}
		return fault.New(fault.Conflict, "Device limit reached (%d)", limit)
	})
}

const deviceColumns = `id, account_id, name, metadata, token_version, jid, lid, phone, push_name, business_name, platform, state,
state_reason, state_since, state_until, connected_at, last_event_at, heard_at, phone_seen_at, created_at, updated_at, settings, proxy`

// Get reads a device; accountID 0 = of any account.
func (s *Devices) Get(ctx context.Context, accountID int64, id string) (session.Device, error) {
	row := s.db.read.QueryRowContext(ctx, `SELECT `+deviceColumns+` FROM devices WHERE id = $1 AND (account_id = $2 OR $2 = 0)`, id, accountID)
	d, err := s.scan(row)
	return d, deviceError("read device", err)
}

func deviceError(what string, err error) error {
	err = wrap(what, err)
	if fault.Is(err, fault.NotFound) {
		return fault.Wrap(err, fault.NotFound, "No such device")
	}
	return err
}

// List returns a page of devices, oldest first, and the cursor of the next page.
func (s *Devices) List(ctx context.Context, f session.Filter) ([]session.Device, string, error) {
	limit := f.Limit
	if limit <= 0 {
		limit = 100
	}
	created, id, err := readCursor(f.After)
	if err != nil {
		return nil, "", err
	}
	rows, err := s.db.read.QueryContext(ctx, `SELECT `+deviceColumns+` FROM devices
WHERE (account_id = $1 OR $1 = 0) AND ($2 = '' OR state = $2) AND (created_at, id) > ($3, $4)
ORDER BY created_at, id LIMIT $5`, f.AccountID, string(f.State), created, id, limit+1)
	if err != nil {
		return nil, "", wrap("list devices", err)
	}
	list, err := scanAll(rows, s.scan)
	if err != nil {
		return nil, "", wrap("list devices", err)
	}
	if len(list) <= limit {
		return list, "", nil
	}
	list = list[:limit]
	last := list[limit-1]
	return list, cursorOf(last.CreatedAt, last.ID), nil
}

// Update changes what a caller may change.
func (s *Devices) Update(ctx context.Context, accountID int64, id string, c session.Change) (session.Device, error) {
	var d session.Device
	err := s.db.Write(ctx, "update device", func(ctx context.Context, tx *Tx) (err error) {
		var metadata any
		if c.Metadata != nil {
			metadata = string(c.Metadata)
		}
		var settings any
		if c.Settings != nil {
			if settings, err = s.changedSettings(ctx, tx, accountID, id, c.Settings); err != nil {
				return err
			}
		}
		row := tx.QueryRow(ctx, `UPDATE devices SET name = coalesce($3, name), metadata = coalesce($4, metadata), settings = coalesce($6, settings), updated_at = $5
WHERE id = $1 AND (account_id = $2 OR $2 = 0) RETURNING `+deviceColumns, id, accountID, c.Name, metadata, tx.Now(), settings)
		d, err = s.scan(row)
		return err
	})
	return d, deviceError("update device", err)
}

// changedSettings reads the settings of a device, and returns what change makes of them.
func (s *Devices) changedSettings(ctx context.Context, tx *Tx, accountID int64, id string, change func(*session.Settings) error) (string, error) {
	d, err := s.scan(tx.QueryRow(ctx, `SELECT `+deviceColumns+` FROM devices WHERE id = $1 AND (account_id = $2 OR $2 = 0)`, id, accountID))
	if err != nil {
		return "", err
	}
	if err := change(&d.Settings); err != nil {
		return "", err
	}
	return encoded(d.Settings)
}

// SetState keeps the state of a device.
func (s *Devices) SetState(ctx context.Context, id string, t session.Turn) error {
	return s.db.Write(ctx, "set device state", func(ctx context.Context, tx *Tx) error {
		_, err := tx.Exec(ctx, `UPDATE devices SET state = $2, state_reason = $3, state_since = $4, state_until = $5, connected_at = $6,
push_name = $7, business_name = $8, platform = $9, updated_at = $10 WHERE id = $1`, id, string(t.State), t.Reason, t.Since.UnixMilli(),
			millis(t.Until), millis(t.ConnectedAt), t.PushName, t.BusinessName, t.Platform, tx.Now())
		return err
	})
}

// Saw keeps when the device and its phone were last seen.
func (s *Devices) Saw(ctx context.Context, id string, seen session.Sightings) error {
	return s.db.Write(ctx, "note sightings", func(ctx context.Context, tx *Tx) error {
		_, err := tx.Exec(ctx, `UPDATE devices SET heard_at = $2, phone_seen_at = $3 WHERE id = $1`, id, millis(seen.HeardAt), millis(seen.PhoneSeenAt))
		return err
	})
}

// Link says who the device is now. The number is taken from a device that no longer uses it.
func (s *Devices) Link(ctx context.Context, id string, l session.Linked) error {
	err := s.db.Write(ctx, "link device", func(ctx context.Context, tx *Tx) error {
		_, err := tx.Exec(ctx, `UPDATE devices SET jid = $2, lid = $3, phone = $4, updated_at = $5 WHERE id = $1`,
			id, text(l.JID), text(l.LID), text(l.Phone), tx.Now())
		return err
	})
	if fault.Is(err, fault.Conflict) {
		return fault.Wrap(err, fault.Conflict, "Number is already linked to another device")
	}
	return err
}

// Release frees the number for other devices; with forget the device loses all memory of whom it was.
func (s *Devices) Release(ctx context.Context, id string, forget bool) error {
	return s.db.Write(ctx, "release number", func(ctx context.Context, tx *Tx) error {
		_, err := tx.Exec(ctx, `UPDATE devices SET phone = NULL, jid = CASE WHEN $2 THEN NULL ELSE jid END,
lid = CASE WHEN $2 THEN NULL ELSE lid END, updated_at = $3 WHERE id = $1`, id, forget, tx.Now())
		return err
	})
}

// Delete removes a device; webhooks and outgoing messages go with it.
func (s *Devices) Delete(ctx context.Context, id string) error {
	return s.db.Write(ctx, "delete device", func(ctx context.Context, tx *Tx) error {
		if err := s.db.tellHooksGone(ctx, tx, `SELECT id FROM webhooks WHERE device_id = $1`, id); err != nil {
			return err
		}
		if err := doomMedia(ctx, tx, `device_id = $1`, id); err != nil {
			return err
		}
		if err := tx.tellChats(ctx); err != nil { // so that its messages are found when they are to be dropped
			return err
		}
		_, err := tx.Exec(ctx, `DELETE FROM devices WHERE id = $1`, id)
		tx.round.ledger.chats.forget()
		return err
	})
}

// encoded writes settings as they are stored.
func encoded(v any) (string, error) {
	b, err := json.Marshal(v)
	return string(b), err
}

func (s *Devices) scan(row scanner) (session.Device, error) {
	var (
		d                             session.Device
		metadata, settings            string
		jid, lid, phone               sql.NullString
		since, created, updated       int64
		until, connectedAt, lastEvent sql.NullInt64
		heard, phoneSeen              sql.NullInt64
		proxy                         []byte
	)
	err := row.Scan(&d.ID, &d.AccountID, &d.Name, &metadata, &d.TokenVersion, &jid, &lid, &phone, &d.PushName, &d.BusinessName,
		&d.Platform, &d.State, &d.Reason, &since, &until, &connectedAt, &lastEvent, &heard, &phoneSeen, &created, &updated, &settings, &proxy)
	if err != nil {
		return session.Device{}, err
	}
	if err := json.Unmarshal([]byte(settings), &d.Settings); err != nil {
		return session.Device{}, fmt.Errorf("read settings: %w", err)
	}
	d.Proxy, d.Metadata = s.openProxy(proxy), json.RawMessage(metadata)
	d.JID, d.LID, d.Phone = jid.String, lid.String, phone.String
	if user, _, found := strings.Cut(d.JID, ":"); found && d.Phone == "" {
		d.Phone = "+" + user // the number is released, but we know whose it was
	}
	d.StateSince, d.CreatedAt, d.UpdatedAt = time.UnixMilli(since), time.UnixMilli(created), time.UnixMilli(updated)
	d.StateUntil, d.ConnectedAt, d.LastEventAt = instant(until), instant(connectedAt), instant(lastEvent)
	d.HeardAt, d.PhoneSeenAt = instant(heard), instant(phoneSeen)
	return d, nil
}

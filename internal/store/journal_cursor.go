package store

import (
	"context"
	"database/sql"
	"encoding/base64"
	"errors"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"

	"wapost/internal/event"
	"wapost/internal/fault"
)

// PlaceText makes the opaque cursor of a place in the log.
func PlaceText(seq int64) string {
	return base64.RawURLEncoding.EncodeToString([]byte(placePrefix + strconv.FormatInt(seq, 10)))
}

const placePrefix = "log:"

// Place reads a cursor, or the id of an event of the account (and of the device unless that is ""). The id of an event that
// is not, or no longer, in the log stands for the time it was made: what follows is shown again rather than left out.
// Errors: fault.Gone when it is older than the log, fault.Invalid when it is neither.
func (s *Events) Place(ctx context.Context, account int64, device, text string) (int64, error) {
	oldest, since, err := s.oldest(ctx)
	if err != nil {
		return 0, wrap("read a cursor", err)
	}
	var place int64
	if strings.HasPrefix(text, "evt_") {
		place, err = s.placeOfEvent(ctx, account, device, text, oldest, since)
	} else {
		place, err = s.placeOfCursor(ctx, text)
	}
	if err == nil && place < oldest-1 {
		err = tooOld(since)
	}
	return place, wrap("read a cursor", err)
}

// ParsePlace reads what PlaceText made. Errors: fault.Invalid.
func ParsePlace(text string) (int64, error) {
	b, err := base64.RawURLEncoding.DecodeString(text)
	digits, ok := strings.CutPrefix(string(b), placePrefix)
	place, perr := strconv.ParseInt(digits, 10, 64)
	if err != nil || perr != nil || !ok || place < 0 {
		return 0, fault.New(fault.Invalid, "after is not a cursor of this list")
	}
	return place, nil
}

func (s *Events) placeOfCursor(ctx context.Context, text string) (int64, error) {
	place, err := ParsePlace(text)
	if err != nil {
		return 0, noPlace()
	}
	var given int64 // the newest number, also when its event lived only for a moment
	err = s.db.read.QueryRowContext(ctx, s.db.dialect.head).Scan(&given)
	if given > 0 && place > given+1 {
		return 0, noPlace() // of another log, or of one that was restored from a backup: waiting there would skip events
	}
	return place, err
}

func (s *Events) placeOfEvent(ctx context.Context, account int64, device, id string, oldest int64, since time.Time) (int64, error) {
	var seq int64
	err := s.db.read.QueryRowContext(ctx, `SELECT seq FROM events WHERE id = $1 AND account_id = $2 AND ($3 = '' OR device_id = $3)`,
		id, account, device).Scan(&seq)
	if !errors.Is(err, sql.ErrNoRows) {
		return seq, err
	}
	u, err := uuid.Parse(strings.TrimPrefix(id, "evt_"))
	if err != nil || u.Version() != 7 {
		return 0, noPlace()
	}
	made := time.Unix(u.Time().UnixTime())
	if made.Before(since) {
		return 0, tooOld(since)
	}
	head, err := s.Head(ctx)
	if err != nil {
		return 0, err
	}
	seq, err = firstSince(ctx, s.db.read.QueryRowContext, oldest, head+1, made)
	return seq - 1, err
}

func noPlace() error { return fault.New(fault.Invalid, "after is not a cursor or an event id") }

func noEvent() error { return fault.New(fault.NotFound, "No such event") }

func tooOld(oldest time.Time) error {
	return fault.New(fault.Gone, "Cursor is older than the oldest event kept (%s)", oldest.UTC().Format(event.TimeLayout))
}

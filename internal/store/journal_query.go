package store

import (
	"context"
	"database/sql"
	"errors"
	"math"
	"strconv"
	"strings"
	"time"

	"wapost/internal/event"
)

// EventFilter says which events of an account somebody wants to read.
type EventFilter struct {
	AccountID int64
	DeviceID  string       // "" = all, device-less events included
	Types     []event.Type // at least one
	Chats     []string     // JIDs that stand for one chat; none = all
	Since     time.Time    // recorded at or after; zero = no bound
	Until     time.Time    // recorded before; zero = no bound
	Raw       bool         // with what Recorded.With needs for the raw part
	Expired   bool         // with best-effort events whose time is over
}

// EventPage is a piece of the log. Next is the place where the next one begins, whether the page has events or not; More says
// that there was something behind it.
type EventPage struct {
	Events []*event.Recorded
	Next   int64
	More   bool
}

const (
	stretch    = 8192            // events that one statement looks through
	readingFor = 2 * time.Second // how long one page may look for events that the filter wants

	maxPage = 8 << 20 // bytes of bodies that are read together; a body may have half a MiB

	bestEffortLife = time.Minute // a best-effort event is not shown after this (contract.md §4.1)
)

// Newest is the place after the last event, for reading backwards.
const Newest = math.MaxInt64

// Read returns events after a place in the log, oldest first. Its upper end is the head that was read before: an event that
// commits meanwhile is behind Next, never before it.
func (s *Events) Read(ctx context.Context, f EventFilter, after int64, limit int) (EventPage, error) {
	low, high, err := s.bounds(ctx, f)
	if err != nil {
		return EventPage{}, wrap("read the log", err)
	}
	page, deadline := EventPage{Next: max(after, low)}, time.Now().Add(readingFor)
	for page.Next < high && len(page.Events) < limit && time.Now().Before(deadline) {
		end := min(high, page.Next+stretch)
		list, full, err := s.filtered(ctx, f, page.Next, end, "ASC", limit-len(page.Events))
		if err != nil {
			return EventPage{}, wrap("read the log", err)
		}
		page.Events, page.Next = append(page.Events, list...), end
		if full {
			page.Next = list[len(list)-1].Seq
			break
		}
	}
	page.More = page.Next < high
	return page, nil
}

// ReadBack returns events before a place in the log, newest first.
func (s *Events) ReadBack(ctx context.Context, f EventFilter, before int64, limit int) (EventPage, error) {
	low, high, err := s.bounds(ctx, f)
	if err != nil {
		return EventPage{}, wrap("read the log", err)
	}
	page, deadline := EventPage{Next: min(before, high+1)}, time.Now().Add(readingFor)
	for page.Next > low+1 && len(page.Events) < limit && time.Now().Before(deadline) {
		end := max(low+1, page.Next-stretch)
		list, full, err := s.filtered(ctx, f, end-1, page.Next-1, "DESC", limit-len(page.Events))
		if err != nil {
			return EventPage{}, wrap("read the log", err)
		}
		page.Events, page.Next = append(page.Events, list...), end
		if full {
			page.Next = list[len(list)-1].Seq
			break
		}
	}
	page.More = page.Next > low+1
	return page, nil
}

// bounds returns the part of the log that a filter speaks of: low < seq <= high.
func (s *Events) bounds(ctx context.Context, f EventFilter) (low, high int64, err error) {
	oldest, _, err := s.oldest(ctx)
	if err != nil {
		return 0, 0, err
	}
	if high, err = s.Head(ctx); err != nil {
		return 0, 0, err
	}
	low = oldest - 1
	if !f.Since.IsZero() {
		first, err := firstSince(ctx, s.db.read.QueryRowContext, oldest, high+1, f.Since)
		if err != nil {
			return 0, 0, err
		}
		low = first - 1
	}
	if !f.Until.IsZero() {
		end, err := firstSince(ctx, s.db.read.QueryRowContext, oldest, high+1, f.Until)
		if err != nil {
			return 0, 0, err
		}
		high = end - 1
	}
	return low, high, nil
}

// filtered reads what a filter wants of one stretch. full says that it stopped at limit, or at maxPage bytes: then more may
// follow behind the last event.
func (s *Events) filtered(ctx context.Context, f EventFilter, after, upTo int64, order string, limit int) (list []*event.Recorded, full bool, err error) {
	raw := "NULL"
	if f.Raw {
		raw = "raw"
	}
	q := arguments{after, upTo, f.AccountID, f.DeviceID, expiry(f.Expired), string(event.BestEffort), limit}
	where := `seq > $1 AND seq <= $2 AND account_id = $3 AND ($4 = '' OR device_id = $4) AND (class <> $6 OR at > $5) AND type IN (` +
		q.list(names(f.Types)) + `)`
	if len(f.Chats) > 0 { // an ordering key is the device, a bar, "c|" and the chat
		keys := make([]string, len(f.Chats))
		for i, c := range f.Chats {
			keys[i] = "c|" + c
		}
		where += ` AND substr(order_key, length(device_id) + 2) IN (` + q.list(keys) + `)`
	}
	rows, err := s.db.read.QueryContext(ctx, `SELECT seq, id, type, class, account_id, device_id, sequence, order_key, at, body, `+raw+`
FROM events WHERE `+where+` ORDER BY seq `+order+` LIMIT $7`, q...)
	if err != nil {
		return nil, false, err
	}
	defer func() { _ = rows.Close() }() // rows.Err tells what went wrong
	for size := 0; !full && rows.Next(); full = len(list) == limit || size >= maxPage {
		e, err := scanEvent(rows)
		if err != nil {
			return nil, false, err
		}
		list, size = append(list, e), size+len(e.Body)+len(e.Raw)
	}
	return list, full, rows.Err()
}

// arguments are those of a statement whose length is not fixed.
type arguments []any

// list adds values and returns their placeholders.
func (a *arguments) list(values []string) string {
	marks := make([]string, len(values))
	for i, v := range values {
		*a = append(*a, v)
		marks[i] = "$" + strconv.Itoa(len(*a))
	}
	return strings.Join(marks, ", ")
}

func names(types []event.Type) []string {
	list := make([]string, len(types))
	for i, t := range types {
		list[i] = string(t)
	}
	return list
}

// oldest returns the first event of the log. When the log is empty it is the one that comes next.
func (s *Events) oldest(ctx context.Context) (seq int64, at time.Time, err error) {
	var ms int64
	err = s.db.read.QueryRowContext(ctx, `SELECT seq, at FROM events ORDER BY seq LIMIT 1`).Scan(&seq, &ms)
	if !errors.Is(err, sql.ErrNoRows) {
		return seq, time.UnixMilli(ms), err
	}
	err = s.db.Write(ctx, "read the head of the log", func(_ context.Context, tx *Tx) error {
		seq, at = tx.Head()+1, time.UnixMilli(tx.Now())
		return nil
	})
	return seq, at, err
}

// firstSince returns the first event of low <= seq < high that was recorded at or after t, high when there is none. Times
// rise along the log but for steps of the clock, so it halves the log until the place is found: about twenty reads.
func firstSince(ctx context.Context, row func(context.Context, string, ...any) *sql.Row, low, high int64, t time.Time) (int64, error) {
	for low < high {
		var seq, at int64
		middle := low + (high-low)/2
		err := row(ctx, `SELECT seq, at FROM events WHERE seq >= $1 ORDER BY seq LIMIT 1`, middle).Scan(&seq, &at)
		switch {
		case errors.Is(err, sql.ErrNoRows):
			high = middle
		case err != nil:
			return 0, err
		case at >= t.UnixMilli():
			high = middle
		default:
			low = seq + 1
		}
	}
	return low, nil
}

// expiry returns the time from which on best-effort events are shown.
func expiry(all bool) int64 {
	if all {
		return 0
	}
	return time.Now().Add(-bestEffortLife).UnixMilli()
}

// ByID returns an event of an account, and of a device unless that is "". Errors: fault.NotFound "No such event".
func (s *Events) ByID(ctx context.Context, account int64, device, id string) (*event.Recorded, error) {
	return s.byID(ctx, account, device, id, false)
}

func (s *Events) byID(ctx context.Context, account int64, device, id string, expired bool) (*event.Recorded, error) {
	e, err := scanEvent(s.db.read.QueryRowContext(ctx, selectEvents+`WHERE id = $1 AND account_id = $2 AND ($3 = '' OR device_id = $3) AND (class <> $4 OR at > $5)`,
		id, account, device, string(event.BestEffort), expiry(expired)))
	if errors.Is(err, sql.ErrNoRows) {
		return nil, wrap("read event", noEvent())
	}
	return e, wrap("read event", err)
}

// Aliases returns the JIDs under which an account knows the person of a JID; only the JID itself when it is not a person.
func (s *Events) Aliases(ctx context.Context, account int64, jid string) ([]string, error) {
	user, server, _ := strings.Cut(jid, "@")
	rows, err := s.db.read.QueryContext(ctx, `SELECT lid, phone, chat_key FROM identities
WHERE account_id = $1 AND (lid = $2 AND $3 = 'lid' OR (phone = $2 OR chat_key = $2) AND $3 = 's.whatsapp.net')`,
		account, user, server)
	if err != nil {
		return nil, wrap("read identities", err)
	}
	list := []string{jid}
	_, err = scanAll(rows, func(row scanner) (struct{}, error) {
		var lid, phone, key string
		err := row.Scan(&lid, &phone, &key)
		list = append(list, lid+"@lid")
		for _, number := range []string{phone, key} {
			if number != "" {
				list = append(list, number+"@s.whatsapp.net")
			}
		}
		return struct{}{}, err
	})
	return list, wrap("read identities", err)
}

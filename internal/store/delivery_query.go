package store

import (
	"context"
	"slices"
	"time"

	"wapost/internal/delivery"
	"wapost/internal/event"
	"wapost/internal/fault"
	"wapost/internal/webhook"
)

// DeliveryStatus is what a user is told about a delivery (contract.md §3.7).
type DeliveryStatus string

// The statuses. A delivery that is cancelled went with its webhook, so nobody can ask for it.
const (
	DeliveryPending   DeliveryStatus = "pending"
	DeliveryRetrying  DeliveryStatus = "retrying"
	DeliveryDelivered DeliveryStatus = "delivered"
	DeliveryDead      DeliveryStatus = "dead"
	DeliveryHeld      DeliveryStatus = "held"
	DeliverySkipped   DeliveryStatus = "skipped"
	DeliveryExpired   DeliveryStatus = "expired"
)

// Delivery is one event for one webhook.
type Delivery struct {
	Event         *event.Recorded
	Include       []event.Include
	Status        DeliveryStatus
	AttemptsMade  int
	NextAttemptAt time.Time // zero = none planned
	DeliveredAt   time.Time // zero = not delivered
	Attempts      []DeliveryAttempt
}

// DeliveryFilter narrows and pages the deliveries of a webhook.
type DeliveryFilter struct {
	Status DeliveryStatus // "" = all
	Types  []event.Type
	Since  time.Time
	Until  time.Time
	Before int64 // place in the log; Newest = from the newest on
	Limit  int
}

// History tells what became of deliveries: it merges the log, the cursors, the rows of refused deliveries, the packed
// successes and the attempts. A delivery without trouble has no row of its own anywhere (ADR 0001).
type History struct{ db *DB }

// History returns the deliveries as users see them.
func (db *DB) History() *History { return &History{db} }

const (
	historyChunk = 256      // events that are looked at together
	shortExcerpt = 1 << 10  // of an answer, in lists
	fullExcerpt  = 16 << 10 // for one delivery
)

// List returns deliveries, newest event first, and the place where the next page begins; ok is false on the last page. One
// page looks for no longer than readingFor, so it may be short, or empty, although older ones follow.
func (h *History) List(ctx context.Context, w *webhook.Webhook, f DeliveryFilter) (list []Delivery, next int64, ok bool, err error) {
	ef := EventFilter{AccountID: w.AccountID, DeviceID: w.DeviceID, Types: f.Types, Since: f.Since, Until: f.Until, Expired: true}
	low, high, err := h.db.Events().bounds(ctx, ef)
	if err != nil {
		return nil, 0, false, wrap("list deliveries", err)
	}
	next = min(f.Before, high+1)
	for deadline := time.Now().Add(readingFor); next > low+1 && len(list) < f.Limit && time.Now().Before(deadline); {
		var events []*event.Recorded
		end := low + 1
		if f.rowsOnly(w) {
			events, err = h.refused(ctx, w, f, low, next)
			if len(events) == historyChunk {
				end = events[len(events)-1].Seq
			}
		} else {
			end = max(end, next-stretch)
			var full bool
			if events, full, err = h.db.Events().filtered(ctx, ef, end-1, next-1, "DESC", historyChunk); full {
				end = events[len(events)-1].Seq
			}
		}
		if err != nil {
			return nil, 0, false, wrap("list deliveries", err)
		}
		next = end
		page, err := h.judge(ctx, w, events, shortExcerpt)
		if err != nil {
			return nil, 0, false, wrap("list deliveries", err)
		}
		for _, d := range page {
			if f.Status != "" && d.Status != f.Status {
				continue
			}
			if list = append(list, d); len(list) == f.Limit {
				next = d.Event.Seq
				break
			}
		}
	}
	return list, next, next > low+1, nil
}

// rowsOnly reports whether all deliveries of the status have a row, so that the log need not be searched.
func (f DeliveryFilter) rowsOnly(w *webhook.Webhook) bool {
	return f.Status == DeliveryDead || f.Status == DeliveryRetrying && w.Status == webhook.Active
}

// Fits reports whether the filter wants a delivery; it does not look at the page.
func (f DeliveryFilter) Fits(d *Delivery) bool {
	r := d.Event
	return (f.Status == "" || d.Status == f.Status) && slices.Contains(f.Types, r.Type) &&
		(f.Since.IsZero() || !r.At.Before(f.Since)) && (f.Until.IsZero() || r.At.Before(f.Until))
}

// refused reads the events of the rows that a status needs.
func (h *History) refused(ctx context.Context, w *webhook.Webhook, f DeliveryFilter, low, before int64) ([]*event.Recorded, error) {
	statuses := []string{string(delivery.Dead)}
	if f.Status == DeliveryRetrying {
		statuses = []string{string(delivery.Retrying), string(delivery.Late)}
	}
	q := arguments{w.ID, low, before, historyChunk}
	rows, err := h.db.read.QueryContext(ctx, `SELECT e.seq, e.id, e.type, e.class, e.account_id, e.device_id, e.sequence, e.order_key, e.at, e.body, NULL
FROM deliveries d JOIN events e ON e.seq = d.seq
WHERE d.webhook_id = $1 AND d.seq > $2 AND d.seq < $3 AND d.status IN (`+q.list(statuses)+`) AND e.type IN (`+q.list(names(f.Types))+`)
ORDER BY d.seq DESC LIMIT $4`, q...)
	if err != nil {
		return nil, err
	}
	return scanAll(rows, scanEvent)
}

// Get returns one delivery. Errors: fault.NotFound "No such delivery".
func (h *History) Get(ctx context.Context, w *webhook.Webhook, eventID string) (Delivery, error) {
	r, err := h.db.Events().byID(ctx, w.AccountID, w.DeviceID, eventID, true)
	if fault.Is(err, fault.NotFound) {
		return Delivery{}, noDelivery()
	}
	if err != nil {
		return Delivery{}, err
	}
	list, err := h.judge(ctx, w, []*event.Recorded{r}, fullExcerpt)
	if err != nil {
		return Delivery{}, wrap("read delivery", err)
	}
	if len(list) == 0 {
		return Delivery{}, noDelivery()
	}
	return list[0], nil
}

func noDelivery() error { return fault.New(fault.NotFound, "No such delivery") }

// judge makes deliveries of the events that are some; events that the webhook neither wanted nor got are left out.
func (h *History) judge(ctx context.Context, w *webhook.Webhook, events []*event.Recorded, excerpt int) ([]Delivery, error) {
	found, err := h.db.gather(ctx, w.ID, events, excerpt)
	if err != nil {
		return nil, err
	}
	list, now := make([]Delivery, 0, len(events)), time.Now()
	for _, r := range events {
		e := found[r.Seq]
		include, ok := wanted(w, r)
		if !ok && !e.any() {
			continue
		}
		d := Delivery{Event: r, Include: include, Status: statusOf(w, r, e, now, h.db.expired.Load()), AttemptsMade: e.made(), Attempts: e.all()}
		if !ok {
			d.Include = w.Include // it was sent because somebody asked for it
		}
		if d.Status == DeliveryRetrying {
			d.NextAttemptAt = e.row.NextAt
		}
		if e.delivered() {
			d.DeliveredAt = e.done.at.Add(e.done.duration)
		}
		list = append(list, d)
	}
	return list, nil
}

// statusOf says what became of a delivery. Events up to expired have left the log undelivered unless something else is known.
func statusOf(w *webhook.Webhook, r *event.Recorded, e *evidence, now time.Time, expired int64) DeliveryStatus {
	stale := r.Class == event.BestEffort && now.Sub(r.At) > bestEffortLife
	switch {
	case e.delivered():
		return DeliveryDelivered
	case e.done != nil || stale:
		return DeliveryExpired
	case e.row != nil && e.row.Status == delivery.Dead:
		return DeliveryDead
	case e.row != nil && e.row.Status == delivery.Lapsed, e.row == nil && r.Seq <= min(w.Cursor, expired):
		return DeliveryExpired
	case e.row != nil && e.row.Status != delivery.Retrying && e.row.Status != delivery.Late:
		return DeliverySkipped
	case e.row == nil && r.Seq <= w.Cursor:
		return DeliverySkipped // the cursor has passed it, and nothing was sent
	case w.Status != webhook.Active:
		return DeliveryHeld
	case e.row != nil:
		return DeliveryRetrying
	}
	return DeliveryPending
}

// all returns the attempts with the success among them, oldest first. A success that was asked for has a row of its own
// beside the packed one: they are the same request.
func (e *evidence) all() []DeliveryAttempt {
	list := slices.Clone(e.attempts)
	if !e.delivered() || slices.ContainsFunc(list, func(a DeliveryAttempt) bool { return a.N == e.done.attempts && a.Class == "" }) {
		return list
	}
	list = append(list, DeliveryAttempt{N: e.done.attempts, Trigger: e.done.trigger, At: e.done.at, Duration: e.done.duration, Status: e.done.status})
	slices.SortStableFunc(list, func(a, b DeliveryAttempt) int { return a.At.Compare(b.At) })
	return list
}

// EventDelivery is what one webhook has to do with an event.
type EventDelivery struct {
	WebhookID    int64
	Status       DeliveryStatus
	AttemptsMade int
}

// OfEvent returns the deliveries of one event to the webhooks of a scope, by their id.
func (h *History) OfEvent(ctx context.Context, scope webhook.Scope, r *event.Recorded) ([]EventDelivery, error) {
	hooks, err := h.db.Webhooks().List(ctx, scope, webhook.Page{Limit: everyone})
	if err != nil {
		return nil, err
	}
	list, events := []EventDelivery{}, []*event.Recorded{r}
	for i := range hooks {
		page, err := h.judge(ctx, &hooks[i], events, 0)
		if err != nil {
			return nil, wrap("read the deliveries of an event", err)
		}
		for _, d := range page {
			list = append(list, EventDelivery{WebhookID: hooks[i].ID, Status: d.Status, AttemptsMade: d.AttemptsMade})
		}
	}
	return list, nil
}

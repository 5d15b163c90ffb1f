package outbox

import (
	"context"
	"errors"
	"math/rand/v2"
	"runtime/debug"
	"time"

	"wapost/internal/fault"
	"wapost/internal/message"
	"wapost/internal/session"
)

// The times of a try.
const (
	tryLimit     = 90 * time.Second // the library waits 75 s for an answer, then a reconnect may follow
	firstRetry   = time.Second
	longestRetry = time.Minute
	lookAhead    = 200 // rows of a device that are looked at to find one that may go
)

// work sends what a device has, one at a time, until nothing may go now. It returns when to look again; zero = when woken.
func (o *Outbox) work(ctx context.Context, deviceID string) (next time.Time) {
	defer func() {
		if p := recover(); p != nil {
			o.log.Error("outbox worker panicked", "device_id", deviceID, "panic", p, "stack", string(debug.Stack()))
			next = time.Now().Add(longestRetry)
		}
	}()
	for ctx.Err() == nil {
		rows, err := o.store.Open(ctx, deviceID, lookAhead)
		if err != nil {
			return time.Now().Add(firstRetry)
		}
		dev, err := o.sender.Ready(ctx, 0, deviceID, false)
		if dev.ID == "" { // unknown: still loading, or just deleted
			return time.Now().Add(firstRetry)
		}
		row, again := pick(rows, time.Now(), err == nil)
		if row == nil {
			return again
		}
		if !row.ExpiresAt.After(time.Now()) {
			o.fail(ctx, &dev, row, expired())
			continue
		}
		o.try(ctx, &dev, row)
	}
	return time.Time{}
}

// pick returns the row to do now: the first whose chat is not held up by an earlier one. Without a connection only those that
// have expired are done. If there is none, it says when one may be.
func pick(rows []Row, now time.Time, online bool) (*Row, time.Time) {
	var again time.Time
	held := map[string]bool{}
	for i := range rows {
		r := &rows[i]
		if !r.ExpiresAt.After(now) {
			return r, time.Time{}
		}
		at := r.ExpiresAt
		if online && !held[r.Chat] {
			if !r.NextAt.After(now) {
				return r, time.Time{}
			}
			at = earlier(at, r.NextAt)
		}
		held[r.Chat] = true
		again = earlier(again, at)
	}
	return nil, again
}

func earlier(a, b time.Time) time.Time {
	if a.IsZero() || b.Before(a) {
		return b
	}
	return a
}

// try gives one row to WhatsApp.
func (o *Outbox) try(ctx context.Context, dev *session.Device, row *Row) {
	begun, err := o.store.Begin(ctx, row.DeviceID, row.MessageID)
	if err != nil || !begun {
		if err != nil {
			o.pause(ctx, firstRetry)
		}
		return
	}
	row.State, row.Attempts = Sending, row.Attempts+1
	limit := min(tryLimit, time.Until(row.ExpiresAt))
	sendCtx, cancel := context.WithTimeout(ctx, limit)
	f := o.flights.begin(row, cancel)
	accepted, err := o.send(sendCtx, row, f)
	cancel()
	if o.flights.end(f) && err != nil {
		return // a receipt has settled it: how the try ended is of no matter
	}
	var refusal *message.Refusal
	switch {
	case err == nil:
		o.crash("after-send")
		row.State, row.SentAt, row.ServerID, row.Error = Sent, accepted.At, accepted.ServerID, ""
		if row.SentAt.IsZero() {
			row.SentAt = time.Now()
		}
		o.settle(ctx, row, o.sentEvent(ctx, dev, row, accepted.ChatName), nil)
	case errors.As(err, &refusal):
		o.fail(ctx, dev, row, refusal)
	default:
		o.postpone(ctx, row, err)
	}
}

// send resolves a recipient that was not known when the message was taken, then sends.
func (o *Outbox) send(ctx context.Context, row *Row, f *flight) (session.Accepted, error) {
	if row.Body.LID == "" && row.Body.Phone != "" {
		to, err := message.ParseAddress(row.Chat)
		if err != nil {
			return session.Accepted{}, &message.Refusal{Reason: message.Refused, Err: err}
		}
		who, err := o.sender.Resolve(ctx, row.DeviceID, to)
		if err != nil {
			return session.Accepted{}, err
		}
		row.Body.LID = who.LID
		o.flights.reaches(f, who.LID)
	}
	to := row.Chat
	if row.Body.LID != "" {
		to = row.Body.LID
	}
	return o.sender.Send(ctx, row.DeviceID, session.Parcel{MessageID: row.MessageID, To: to, Payload: row.Payload})
}

// postpone puts back a row whose outcome is unknown. It keeps its id, so that WhatsApp drops a repeat.
func (o *Outbox) postpone(ctx context.Context, row *Row, cause error) {
	row.State = Queued
	offline := fault.Is(cause, fault.Conflict) // it was never given to WhatsApp
	if offline {
		row.Attempts--
		row.NextAt = time.Time{}
	} else {
		row.NextAt = time.Now().Add(retryWait(row.Attempts))
		row.Error = sentence(cause)
		o.log.Warn("message not sent yet", "device_id", row.DeviceID, "message_id", row.MessageID, "attempt", row.Attempts, "error", cause)
	}
	o.persist(ctx, func(ctx context.Context) error { return o.store.Postpone(ctx, *row, !offline) })
}

// retryWait doubles from one second to a minute, with jitter.
func retryWait(attempts int) time.Duration {
	ceiling := longestRetry
	if shift := attempts - 1; shift < 6 {
		ceiling = firstRetry << max(0, shift)
	}
	return ceiling/2 + rand.N(ceiling/2)
}

// sentence returns the public text of an error.
func sentence(err error) string {
	var f *fault.Error
	if errors.As(err, &f) {
		return f.Sentence
	}
	return "WhatsApp could not be asked"
}

func expired() *message.Refusal {
	return &message.Refusal{Reason: message.Expired, Err: fault.New(fault.GatewayTimeout, "Message expired before WhatsApp accepted it")}
}

// pause waits; it ends early when ctx does.
func (o *Outbox) pause(ctx context.Context, d time.Duration) {
	select {
	case <-time.After(d):
	case <-ctx.Done():
	}
}

// How long an outcome waits for storage: while we run, and after the end of Run.
const (
	persistLimit = time.Minute
	endingLimit  = 5 * time.Second
)

// persist writes, trying again while storage is down. What it cannot write is done again after a restart, under the same id.
func (o *Outbox) persist(ctx context.Context, write func(ctx context.Context) error) bool {
	begun := time.Now()
	for wait := 50 * time.Millisecond; ; wait = min(2*wait, firstRetry) {
		err := write(context.WithoutCancel(ctx))
		if err == nil || fault.Is(err, fault.NotFound) {
			return true
		}
		limit := persistLimit
		if ctx.Err() != nil {
			limit = endingLimit
		}
		if !fault.Is(err, fault.Unavailable) || time.Since(begun) > limit {
			o.log.Error("outcome of a message not stored", "error", err)
			return false
		}
		<-time.After(wait)
	}
}

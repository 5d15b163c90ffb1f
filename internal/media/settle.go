package media

import (
	"context"
	"errors"
	"time"

	"wapost/internal/event"
	"wapost/internal/fault"
	"wapost/internal/session"
)

// settle keeps what a failed flight means, tells customers of it once, and returns the error that callers see.
func (a *Archive) settle(ctx context.Context, r *Record, err error) error {
	ctx = context.WithoutCancel(ctx)
	v := a.judge(err)
	a.figures.count(v.outcome)
	if v.outcome == outcomeStorage || v.outcome == outcomeDamaged || v.outcome == outcomeKeyLost {
		a.log.Warn("media not stored", "media_id", r.ID, "device_id", r.DeviceID, "outcome", string(v.outcome), "error", err)
	}
	if v.reason != "" {
		if err := a.fail(ctx, r, v.state, v.reason); err != nil {
			return err
		}
	}
	if v.again && !r.NextAt.IsZero() {
		if err := a.postpone(ctx, r, v.outcome != outcomeOffline); err != nil {
			return err
		}
	}
	return v.shown
}

// verdict is what a failed flight means.
type verdict struct {
	outcome outcome
	state   State
	reason  Reason // "" = nothing that customers are told
	again   bool   // worth another try without anybody asking
	shown   error
}

// judge is pure.
func (a *Archive) judge(err error) verdict {
	var gone lost
	switch {
	case errors.As(err, &gone):
		v := verdict{outcome: outcomeGone, state: Gone, reason: gone.why, shown: goneForGood(err)}
		if gone.known {
			v.reason = ""
		}
		return v
	case errors.Is(err, session.ErrFileDamaged):
		return verdict{outcome: outcomeDamaged, state: Remote, reason: ReasonDamaged,
			shown: fault.Wrap(err, fault.BadGateway, "The file that WhatsApp sent is damaged")}
	case errors.Is(err, errKeyLost): // not Gone: the key may come back, from a backup
		return verdict{outcome: outcomeKeyLost, state: Remote, reason: ReasonKeyLost, shown: fault.Wrap(err, fault.Gone, keyLost)}
	case errors.Is(err, errTooLarge):
		return verdict{outcome: outcomeTooLarge, state: Remote, reason: ReasonTooLarge,
			shown: fault.Wrap(err, fault.TooLarge, "File is larger than %d bytes", a.largest())}
	case errors.Is(err, errStorage):
		return verdict{outcome: outcomeStorage, state: Remote, reason: ReasonStorage, again: true,
			shown: &fault.Error{Kind: fault.Unavailable, Sentence: "No room for the file", RetryAfter: time.Minute, Cause: err}}
	case errors.Is(err, errPhoneSilent):
		return verdict{outcome: outcomeWaiting,
			shown: &fault.Error{Kind: fault.GatewayTimeout, Sentence: "WhatsApp has the file no more; the phone was asked and has not answered yet",
				RetryAfter: phonePatience, Cause: err}}
	case fault.Is(err, fault.Conflict):
		return verdict{outcome: outcomeOffline, again: true, shown: err}
	case errors.Is(err, context.Canceled):
		return verdict{outcome: outcomeFailed, again: true,
			shown: &fault.Error{Kind: fault.Unavailable, Sentence: "Shutting down", RetryAfter: 5 * time.Second, Cause: err}}
	case errors.Is(err, context.DeadlineExceeded):
		return verdict{outcome: outcomeFailed, again: true, shown: fault.Wrap(err, fault.GatewayTimeout, "WhatsApp did not send the file in time")}
	}
	return verdict{outcome: outcomeFailed, again: true, shown: err}
}

func goneForGood(cause error) error {
	return fault.Wrap(cause, fault.Gone, "No longer on WhatsApp nor on the phone")
}

// largest is how large a file may be.
func (a *Archive) largest() int64 {
	most := a.MaxFile
	for _, limit := range []int64{a.MaxBytes, a.MaxAccount} {
		if limit > 0 {
			most = min(most, limit)
		}
	}
	return most
}

const keyLost = "The stored key of the file is damaged, and without it the file cannot be read"

// fail notes that a file cannot be had. Customers are told when it is news.
func (a *Archive) fail(ctx context.Context, r *Record, s State, why Reason) error {
	if r.Reason == why || r.EventID == "" { // or it came with no message
		return a.Store.Failed(ctx, r.ID, s, why)
	}
	_, chat, err := a.describe(ctx, r)
	if err != nil {
		return err
	}
	data := event.FailedMedia{MediaID: r.ID, MessageID: r.MessageID, Chat: chat, Reason: string(why)}
	return a.announce(ctx, r, event.MediaFailed, data, func(ctx context.Context) error { return a.Store.Failed(ctx, r.ID, s, why) })
}

// announce records an event about a file together with what it tells of.
//
// Errors: fault.NotFound when the device has been deleted.
func (a *Archive) announce(ctx context.Context, r *Record, t event.Type, data any, change func(ctx context.Context) error) error {
	d, err := a.Lines.Get(ctx, r.AccountID, r.DeviceID)
	if err != nil {
		return err
	}
	e := event.New(t)
	e.At, e.AccountID, e.DeviceID, e.Account, e.Key, e.Data = time.Now(), r.AccountID, r.DeviceID, d.Account(), r.OrderKey, data
	return a.Store.Atomic(ctx, "announce media", func(ctx context.Context) error {
		if err := change(ctx); err != nil {
			return err
		}
		return a.Sink.Append(ctx, e)
	})
}

// The tries to fetch a file unasked.
const (
	firstRetry   = time.Minute
	lastRetry    = time.Hour
	mostTries    = 14 // about eight hours
	offlineRetry = 5 * time.Minute
)

// postpone sets when the next try comes, or that there is none. A try of a device that is not connected does not count: it
// may be away for days.
func (a *Archive) postpone(ctx context.Context, r *Record, counts bool) error {
	if !counts {
		return a.Store.Want(ctx, r.ID, time.Now().Add(offlineRetry), r.Attempts)
	}
	attempts := r.Attempts + 1
	if attempts >= mostTries {
		return a.Store.Want(ctx, r.ID, time.Time{}, attempts)
	}
	return a.Store.Want(ctx, r.ID, time.Now().Add(min(firstRetry<<(attempts-1), lastRetry)), attempts)
}

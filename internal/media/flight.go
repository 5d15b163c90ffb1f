package media

import (
	"context"
	"errors"
	"fmt"
	"time"

	"wapost/internal/fault"
	"wapost/internal/session"
)

// flight is one file on its way to us. Everybody who wants the file waits for the same flight.
type flight struct {
	done   chan struct{}
	err    error      // readable after done
	answer chan error // what the phone said; nil = the file has a new place
}

// The waits of a flight.
const (
	flightLimit   = 20 * time.Minute
	phonePatience = 30 * time.Second // for an answer of the phone, while somebody waits
	askAgain      = 2 * time.Minute  // a phone that has not answered is asked again after this
)

// join returns the flight of a file, and begins it when there is none. Errors: fault.Unavailable when we are not running.
func (a *Archive) join(scope Scope, id string) (*flight, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if f := a.flights[id]; f != nil {
		return f, nil
	}
	life := a.life
	if life == nil {
		return nil, &fault.Error{Kind: fault.Unavailable, Sentence: "Files cannot be fetched now", RetryAfter: 5 * time.Second}
	}
	f := &flight{done: make(chan struct{}), answer: make(chan error, 1)}
	a.flights[id] = f
	a.group.Go(func() {
		f.err = errInterrupted
		defer func() {
			a.mu.Lock()
			delete(a.flights, id)
			a.mu.Unlock()
			close(f.done)
		}()
		a.guard("download", func() {
			ctx, cancel := context.WithTimeout(life, flightLimit)
			defer cancel()
			f.err = a.fly(ctx, scope, id, f)
		})
	})
	return f, nil
}

var errInterrupted = errors.New("the download was interrupted")

// flying reports whether a file is on its way.
func (a *Archive) flying(id string) *flight {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.flights[id]
}

// fly gets the file, and settles what becomes of it.
func (a *Archive) fly(ctx context.Context, scope Scope, id string, f *flight) error {
	r, err := a.Store.Get(ctx, scope, id)
	if err != nil || r.State == Stored {
		return err
	}
	if r.KeyLost {
		return a.settle(ctx, &r, errKeyLost)
	}
	err = session.ErrFileGone
	if r.AskedAt.IsZero() { // else its old place is known to be empty
		err = a.fetch(ctx, &r)
	}
	if errors.Is(err, session.ErrFileGone) {
		err = a.fromPhone(ctx, &r, f)
	}
	if err == nil {
		a.figures.count(outcomeStored)
		return nil
	}
	return a.settle(ctx, &r, err)
}

// lost says that a file cannot be had for good.
type lost struct {
	why   Reason
	known bool // the record says so already
}

func (l lost) Error() string { return fmt.Sprintf("file is lost: %s", l.why) }

// errPhoneSilent: the phone was asked and has not answered yet.
var errPhoneSilent = errors.New("the phone has not answered")

// fromPhone asks the phone to upload the file once more, and fetches it from its new place.
func (a *Archive) fromPhone(ctx context.Context, r *Record, f *flight) error {
	if r.Key == nil { // of a newsletter: no phone has it
		return lost{why: ReasonGone}
	}
	if r.AskedAt.IsZero() || time.Since(r.AskedAt) > askAgain {
		if err := a.ask(ctx, r); err != nil {
			return err
		}
	}
	timer := time.NewTimer(phonePatience)
	defer timer.Stop()
	select {
	case err := <-f.answer:
		if err != nil {
			return err
		}
	case <-timer.C:
		return errPhoneSilent
	case <-ctx.Done():
		return context.Cause(ctx)
	}
	moved, err := a.Store.Get(ctx, Scope{AccountID: r.AccountID}, r.ID)
	if err != nil {
		return err
	}
	*r = moved
	if err = a.fetch(ctx, r); errors.Is(err, session.ErrFileGone) {
		return lost{why: ReasonGone}
	}
	return err
}

// ask notes that the phone owes an answer, and asks it. In this order: the answer may be quick.
func (a *Archive) ask(ctx context.Context, r *Record) error {
	if err := a.Store.Asked(ctx, r.ID); err != nil {
		return err
	}
	err := a.Lines.AskPhone(ctx, r.DeviceID, r.Attachment)
	if err != nil {
		undo := context.WithoutCancel(ctx)
		err = errors.Join(err, a.Store.Failed(undo, r.ID, Remote, r.Reason))
	}
	return err
}

package client

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"time"
)

// Message is one message of the stream.
type Message struct {
	ID   string // of the event; "" for a gap
	Name string // type of the event, or "gap": what lay between the place asked for and the begin of the log is lost
	Data []byte // the envelope
}

// Follow says what of the stream is wanted.
type Follow struct {
	Query url.Values    // types, device_id, chat, include
	After string        // event id or cursor to go on from; "" = what is recorded from now on
	Wait  time.Duration // after the first of several breaks; it doubles up to 30 s; 0 = 1 s
	// Opened is told about every connection; optional.
	Opened func()
	// Lost is told about every break and the wait before the next try; optional.
	Lost func(err error, wait time.Duration)
}

// The times of the stream.
const (
	silence     = 45 * time.Second // the gateway says something every 15 s
	firstWait   = time.Second
	longestWait = 30 * time.Second
)

var (
	errSilent = errors.New("nothing was heard for 45 s")
	errClosed = errors.New("the gateway closed the stream")
)

// Stream calls take with each message, in order, until ctx ends, take fails, or the gateway refuses for good. A break is
// healed: it goes on after the last message that take accepted, and what the gateway repeats is passed over.
// Errors: *Error, or that of take; nil when ctx has ended.
func (c *Client) Stream(ctx context.Context, f Follow, take func(Message) error) error {
	if f.Wait == 0 {
		f.Wait = firstWait
	}
	s := &stream{c: c, Follow: f, take: take, wait: f.Wait, seen: map[string]bool{}}
	for {
		err := s.begin(ctx)
		if err == nil {
			err = s.once(ctx)
		}
		var fatal *stopError
		switch {
		case errors.As(err, &fatal):
			return fatal.error
		case ctx.Err() != nil:
			return nil //nolint:nilerr // the caller has ended it
		case !passing(err):
			return err
		}
		if s.Lost != nil {
			s.Lost(err, s.wait)
		}
		select {
		case <-time.After(s.wait):
		case <-ctx.Done():
			return nil
		}
		s.wait = min(2*s.wait, longestWait)
	}
}

// passing reports whether it may go better later.
func passing(err error) bool {
	var e *Error
	if errors.As(err, &e) {
		return e.Status == http.StatusTooManyRequests || e.Status >= 500
	}
	return true
}

// stopError is an error of the caller's, which no new connection heals.
type stopError struct{ error }

type stream struct {
	Follow
	c    *Client
	take func(Message) error
	wait time.Duration
	seen map[string]bool
	ring []string
}

// begin fixes the place from which to go on, so that a break before the first event loses nothing.
func (s *stream) begin(ctx context.Context) error {
	if s.After != "" {
		return nil
	}
	var newest []struct {
		ID string `json:"id"`
	}
	if _, err := s.c.Do(ctx, http.MethodGet, "/events", url.Values{"order": {"desc"}, "limit": {"1"}}, nil, &newest); err != nil {
		return err
	}
	if len(newest) > 0 {
		s.After = newest[0].ID
		s.note(s.After)
		return nil
	}
	a, err := s.c.Do(ctx, http.MethodGet, "/events", url.Values{"limit": {"1"}}, nil, nil)
	s.After = a.Next
	return err
}

// once reads one connection to its end.
func (s *stream) once(ctx context.Context) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	watchdog := time.AfterFunc(silence, func() { cancel(errSilent) })
	defer watchdog.Stop()
	query := url.Values{}
	for name, values := range s.Query {
		query[name] = values
	}
	query.Set("after", s.After)
	req, err := s.c.request(ctx, http.MethodGet, "/events/stream", query, nil)
	if err != nil {
		return &stopError{err}
	}
	req.Header.Set("Accept", "text/event-stream")
	req.Header.Set("Last-Event-ID", s.After)
	res, err := s.c.http.Do(req)
	if err != nil {
		return s.c.unreachable(cause(ctx, err))
	}
	defer func() { _ = res.Body.Close() }() // it is at its end, or given up
	if res.StatusCode != http.StatusOK {
		_, err := read(res)
		if err == nil {
			err = fmt.Errorf("the answer is %d, not a stream", res.StatusCode)
		}
		return err
	}
	s.wait = s.Wait
	if s.Opened != nil {
		s.Opened()
	}
	r := newReader(res.Body, func() { watchdog.Reset(silence) })
	for {
		m, err := r.next()
		if err != nil {
			return cause(ctx, err)
		}
		// The time that take needs is no silence of the gateway's.
		watchdog.Stop()
		if err := s.pass(m); err != nil {
			return &stopError{err}
		}
		watchdog.Reset(silence)
	}
}

func cause(ctx context.Context, err error) error {
	if why := context.Cause(ctx); why != nil {
		return why
	}
	return err
}

func (s *stream) pass(m Message) error {
	if m.ID != "" && s.seen[m.ID] {
		return nil
	}
	if err := s.take(m); err != nil {
		return err
	}
	if m.ID != "" {
		s.After = m.ID
		s.note(m.ID)
	}
	return nil
}

// remembered is how many events are known again: the gateway may repeat some when the last one was short-lived.
const remembered = 4096

func (s *stream) note(id string) {
	if len(s.ring) == remembered {
		delete(s.seen, s.ring[0])
		s.ring = s.ring[1:]
	}
	s.ring = append(s.ring, id)
	s.seen[id] = true
}

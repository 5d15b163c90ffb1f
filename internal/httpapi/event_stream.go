package httpapi

import (
	"context"
	"net/http"
	"strings"
	"time"

	"wapost/internal/event"
	"wapost/internal/fault"
	"wapost/internal/journal"
	"wapost/internal/store"
)

const (
	streamPage   = 100                   // events that are read, and written, together
	streamSettle = 20 * time.Millisecond // between two reads of the log: a burst of commits is read together
)

// eventStreamParams are those of GET /events/stream.
type eventStreamParams struct{ eventParams }

// follower is one open stream. It holds a place in the log and no events: a reader that is slow is behind, and one that takes
// nothing for streamWrite is cut off.
type follower struct {
	call    *call
	filter  store.EventFilter
	include []event.Include
	reader  *journal.Reader
	place   int64
	gap     bool // events between the place that was asked for and the begin of the log are lost
}

func (a *API) streamEvents(ctx context.Context, c *call, p eventStreamParams, _ none) (none, error) {
	f, err := a.newFollower(ctx, c, p)
	if err != nil {
		return none{}, err
	}
	c.raw = &raw{write: func(w http.ResponseWriter) {
		defer f.reader.Leave()
		ctx, cancel := a.under(ctx)
		defer cancel()
		if err := a.follow(ctx, f, openStream(w)); err != nil && ctx.Err() == nil {
			a.log.DebugContext(ctx, "stream ended", "error", err)
		}
	}}
	return none{}, nil
}

// newFollower finds the place to begin at, after it has joined the feed: what is recorded in between wakes it.
func (a *API) newFollower(ctx context.Context, c *call, p eventStreamParams) (*follower, error) {
	filter, include, err := a.eventFilter(ctx, c, p.eventParams)
	if err != nil {
		return nil, err
	}
	f := &follower{call: c, filter: filter, include: include}
	if f.reader, err = a.Feed.Join(c.account); err != nil {
		return nil, err
	}
	resume := p.After
	if last := c.r.Header.Get("Last-Event-ID"); last != "" {
		resume = last // a browser that reconnects asks for the same URL again
	}
	if resume == "" {
		f.place, err = a.Log.Head(ctx)
	} else {
		f.place, err = a.Log.Place(ctx, c.account, c.principal.DeviceID, resume)
	}
	if fault.Is(err, fault.Gone) {
		f.place, f.gap, err = 0, true, nil
	}
	if err != nil {
		f.reader.Leave()
		return nil, err
	}
	return f, nil
}

// gapView is the data of the event gap.
type gapView struct {
	Oldest *string `json:"oldest"`
}

// follow writes what the log has and gets, until the client or the process ends, or the credential does.
func (a *API) follow(ctx context.Context, f *follower, s *stream) error {
	pulse := time.NewTicker(streamPulse)
	defer pulse.Stop()
	if f.gap {
		if err := a.tellGap(ctx, f, s); err != nil {
			return err
		}
	}
	for {
		page, err := a.Log.Read(ctx, f.filter, f.place, streamPage)
		if err != nil {
			return err
		}
		if err := s.events(page.Events, f.include); err != nil {
			return err
		}
		f.place = page.Next
		woken := f.reader.Woken()
		if page.More {
			woken = ready()
		}
		if err := a.awaitEvents(ctx, f, s, woken, pulse.C); err != nil {
			return err
		}
	}
}

// awaitEvents waits until there may be something to read. With every pulse it looks whether the credential is still good.
func (a *API) awaitEvents(ctx context.Context, f *follower, s *stream, woken <-chan struct{}, pulse <-chan time.Time) error {
	settle := time.NewTimer(streamSettle)
	defer settle.Stop()
	for waiting := true; waiting; {
		select {
		case <-woken:
			waiting = false
		case <-pulse:
			if _, err := a.Gate.User(ctx, f.call.r.Header); err != nil {
				return err
			}
			if err := s.comment(); err != nil {
				return err
			}
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	}
	select {
	case <-settle.C:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

func (a *API) tellGap(ctx context.Context, f *follower, s *stream) error {
	page, err := a.Log.Read(ctx, f.filter, 0, 1)
	if err != nil {
		return err
	}
	var v gapView
	if len(page.Events) > 0 {
		v.Oldest = &page.Events[0].ID
	}
	return s.send("gap", v)
}

// events writes a page at once. An envelope is compact JSON, which has no line breaks.
func (s *stream) events(list []*event.Recorded, include []event.Include) error {
	if len(list) == 0 {
		return nil
	}
	var b strings.Builder
	for _, r := range list {
		b.WriteString("id: " + r.ID + "\nevent: " + string(r.Type) + "\ndata: ")
		b.Write(r.With(include))
		b.WriteString("\n\n")
	}
	return s.write(b.String())
}

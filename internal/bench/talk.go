package main

import (
	"context"
	"fmt"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"wapost/internal/event"
)

// talk has the sessions of a crowd record events.
type talk struct {
	gateway *gateway
	crowd   crowd
	meter   *meter
	said    atomic.Int64 // events
	due     atomic.Int64 // requests that follow from them, those of misbehaving webhooks left out
}

// say records the next event and returns how long its commit took.
func (t *talk) say(ctx context.Context, begun time.Time) (time.Duration, error) {
	n := int(t.said.Add(1)) - 1
	device := n % t.crowd.devices()
	p := payload(n)
	name := strconv.FormatInt(begun.UnixNano(), 10)
	p.PushName = &name
	e := event.New(event.MessageReceived)
	e.At, e.AccountID, e.DeviceID = begun, t.crowd.account(device), deviceID(device)
	e.Key = fmt.Sprintf("%s|c|%d", e.DeviceID, n/t.crowd.devices()%8)
	e.SourceKey = fmt.Sprint("message.received|", n)
	e.Data = p
	for i := range t.crowd.fan {
		if t.meter.bad[device*t.crowd.fan+i] == nil {
			t.due.Add(1)
		}
	}
	err := t.gateway.journal.Append(ctx, e)
	return time.Since(begun), err
}

// each runs f for each session, side by side.
func each(f func(session int) error) error {
	var wg sync.WaitGroup
	errs := make(chan error, sources)
	for s := range sources {
		wg.Go(func() {
			if err := f(s); err != nil {
				errs <- err
			}
		})
	}
	wg.Wait()
	close(errs)
	return <-errs
}

// flood records n events as fast as they can be committed.
func (t *talk) flood(ctx context.Context, n int) error {
	return each(func(s int) error {
		for i := s; i < n; i += sources {
			if _, err := t.say(ctx, time.Now()); err != nil {
				return err
			}
		}
		return nil
	})
}

// saturate floods for a time, waits until all is delivered, and returns the deliveries per second.
func (t *talk) saturate(ctx context.Context, d time.Duration) (float64, error) {
	begin, before := time.Now(), t.due.Load()
	err := each(func(int) error {
		for time.Since(begin) < d {
			if _, err := t.say(ctx, time.Now()); err != nil {
				return err
			}
		}
		return nil
	})
	if err == nil {
		err = t.meter.settle(ctx, int(t.due.Load()))
	}
	return float64(t.due.Load()-before) / time.Since(begin).Seconds(), err
}

// spell is what was measured while events came at a steady rate.
type spell struct{ commits, lags []time.Duration }

// steadily records events at a rate; what begins in the first second is not timed. A session that is held up by its last commit
// counts the time from when its next event was due.
func (t *talk) steadily(ctx context.Context, perSecond float64, d time.Duration) (spell, error) {
	begin := time.Now()
	timed := begin.Add(time.Second)
	end := timed.Add(d)
	gap := time.Duration(float64(sources) / perSecond * float64(time.Second))
	t.meter.measure(timed)
	var mu sync.Mutex
	var s spell
	err := each(func(session int) error {
		var own []time.Duration
		for at := begin.Add(gap * time.Duration(session) / sources); at.Before(end); at = at.Add(gap) {
			begun := at
			if wait := time.Until(at); wait > 0 {
				time.Sleep(wait)
				begun = time.Now()
			}
			took, err := t.say(ctx, begun)
			if err != nil {
				return err
			}
			if !begun.Before(timed) {
				own = append(own, took)
			}
		}
		mu.Lock()
		defer mu.Unlock()
		s.commits = append(s.commits, own...)
		return nil
	})
	if err == nil {
		err = t.meter.settle(ctx, int(t.due.Load()))
	}
	s.lags = t.meter.taken()
	return s, err
}

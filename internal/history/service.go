package history

import (
	"context"
	"fmt"
	"log/slog"
	"maps"
	"runtime/debug"
	"sync"
	"time"
)

// Options of New.
type Options struct {
	Store    Store
	Sessions Sessions
	Sink     Sink
	Messages Messages
	Logger   *slog.Logger
	// Crash is called at named points, for tests that kill the process there: "history-piece".
	Crash func(point string)
}

// Service fetches the parts of all devices.
type Service struct {
	Options
	wake   chan struct{}
	mu     sync.Mutex
	busy   map[string]bool // devices whose part is being worked on
	usable []string        // devices that have connected since Run looked last
}

// New returns the service. It starts nothing.
func New(o Options) *Service {
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	if o.Crash == nil {
		o.Crash = func(string) {}
	}
	return &Service{Options: o, wake: make(chan struct{}, 1), busy: map[string]bool{}}
}

// Wake says that there may be something to do. It never blocks.
func (s *Service) Wake() {
	select {
	case s.wake <- struct{}{}:
	default:
	}
}

// Usable makes the parts of a device due: it is connected. It never blocks.
func (s *Service) Usable(deviceID string) {
	s.mu.Lock()
	s.usable = append(s.usable, deviceID)
	s.mu.Unlock()
	s.Wake()
}

// ready makes the parts of devices due that have connected.
func (s *Service) ready(ctx context.Context) {
	s.mu.Lock()
	list := s.usable
	s.usable = nil
	s.mu.Unlock()
	for _, id := range list {
		if err := s.Store.Ready(ctx, id); err != nil && ctx.Err() == nil {
			s.Logger.Warn("parts of the history not woken", "device_id", id, "error", err)
		}
	}
}

const (
	atOnce   = 3                // devices whose parts are fetched at the same time: each may hold a whole chat in memory
	lookWait = 30 * time.Second // between two looks when nobody wakes us
)

// Run works until ctx ends. What it was doing then is done again after the next start.
func (s *Service) Run(ctx context.Context) error {
	var running sync.WaitGroup
	defer running.Wait()
	for ctx.Err() == nil {
		s.ready(ctx)
		s.begin(ctx, &running)
		timer := time.NewTimer(s.pause(ctx))
		select {
		case <-s.wake:
		case <-timer.C:
		case <-ctx.Done():
		}
		timer.Stop()
	}
	return nil
}

// begin starts work on parts of devices that are not worked on. Who is at work is noted before the parts are read: what was read
// of a device whose work ends meanwhile is older than what the work has written, and the part would be done once more.
func (s *Service) begin(ctx context.Context, running *sync.WaitGroup) {
	working := s.working()
	parts, err := s.Store.Due(ctx, time.Now(), 100)
	if err != nil {
		if ctx.Err() == nil {
			s.Logger.Error("parts of the history not read", "error", err)
		}
		return
	}
	for i := range parts {
		p := &parts[i]
		if working[p.DeviceID] || !s.take(p.DeviceID) {
			continue // the end of its work wakes us
		}
		running.Go(func() {
			defer s.Wake() // for the next part of the device
			defer s.leave(p.DeviceID)
			if err := s.guarded(ctx, p); err != nil && ctx.Err() == nil {
				s.Logger.Error("part of the history not settled", "device_id", p.DeviceID, "type", p.Type, "chunk", p.Chunk, "error", err)
				s.later(ctx, p)
			}
		})
	}
}

// pause is how long nothing is due.
func (s *Service) pause(ctx context.Context) time.Duration {
	next, err := s.Store.NextDue(ctx)
	if err != nil || next.IsZero() {
		return lookWait
	}
	return min(max(time.Until(next), time.Second), lookWait)
}

// working returns the devices whose part is being worked on.
func (s *Service) working() map[string]bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return maps.Clone(s.busy)
}

// take reserves a device, unless it or all places are taken.
func (s *Service) take(deviceID string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.busy[deviceID] || len(s.busy) >= atOnce {
		return false
	}
	s.busy[deviceID] = true
	return true
}

func (s *Service) leave(deviceID string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.busy, deviceID)
}

func (s *Service) guarded(ctx context.Context, p *Part) (err error) {
	defer func() {
		if v := recover(); v != nil {
			err = fmt.Errorf("panic: %v\n%s", v, debug.Stack())
		}
	}()
	return s.work(ctx, p)
}

// later puts a part off whose state could not be written, so that it is not tried all the time.
func (s *Service) later(ctx context.Context, p *Part) {
	p.NextAt = time.Now().Add(lookWait)
	if err := s.Store.Save(ctx, p); err != nil && ctx.Err() == nil {
		s.Logger.Warn("part of the history not put off", "device_id", p.DeviceID, "error", err)
	}
}

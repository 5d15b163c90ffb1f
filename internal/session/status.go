package session

import (
	"context"
	"time"

	"wapost/internal/fault"
)

// Status is what is true of a device now: from events, not from hopes.
type Status struct {
	Device
	ClientLoaded    bool      // there is a client in memory
	Online          bool      // messages go both ways
	LastKeepaliveAt time.Time // when WhatsApp last said anything, answers to pings included
	BacklogOffline  int       // announced by WhatsApp and not come yet; -1 = not told
	TimelockedUntil time.Time // zero = not limited, or no end told
	Error           string    // why it is not connected; "" = nothing to say
}

// Status returns the status of a device.
//
// Errors: fault.NotFound.
func (m *Manager) Status(ctx context.Context, accountID int64, id string) (Status, error) {
	s, err := m.find(ctx, accountID, id)
	if err != nil {
		return Status{}, err
	}
	return s.status(), nil
}

func (s *session) status() Status {
	s.mu.Lock()
	defer s.mu.Unlock()
	st := Status{Device: s.dev, ClientLoaded: s.line != nil, Online: s.dev.State.Online(),
		BacklogOffline: s.facts.backlog, TimelockedUntil: s.facts.timelock, Error: s.facts.lastError}
	st.LastEventAt = s.facts.lastEvent
	if s.line != nil {
		st.LastKeepaliveAt = s.line.Heard()
	}
	return st
}

// usableLine returns the line of a connected device, or why there is none.
func (m *Manager) usableLine(ctx context.Context, deviceID string) (*session, Line, error) {
	s, err := m.find(ctx, 0, deviceID)
	if err != nil {
		return nil, nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := s.dev.offline(); err != nil {
		return s, nil, err
	}
	if s.line == nil {
		return s, nil, fault.New(fault.Conflict, "Device is not connected to WhatsApp (state: %s)", s.dev.State)
	}
	return s, s.line, nil
}

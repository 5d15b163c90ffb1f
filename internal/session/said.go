package session

import (
	"context"

	"wapost/internal/event"
	"wapost/internal/fault"
)

// Said implements Observer.
func (s *session) Said(ctx context.Context, inChat, messageID string) (*event.Message, error) {
	if s.m.messages == nil || inChat == "" || messageID == "" {
		return nil, nil
	}
	k, err := s.m.messages.Find(ctx, s.account, s.id, inChat, messageID)
	switch {
	case fault.Is(err, fault.NotFound):
		return nil, nil
	case err != nil:
		return nil, err
	}
	return &k.Message, nil
}

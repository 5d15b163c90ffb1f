package session

import (
	"context"
	"slices"
	"time"

	"wapost/internal/chat"
	"wapost/internal/event"
)

// knownNames bounds the names of chats that a session remembers, about 200 bytes each.
const knownNames = 512

// nameLimit bounds a look for a name: an event does without rather than wait.
const nameLimit = 2 * time.Second

// ChatName implements Observer.
func (s *session) ChatName(ctx context.Context, key string) string {
	if s.m.chats == nil || key == "" {
		return ""
	}
	name, err := s.names.Of(key, func() (string, error) {
		ctx, cancel := context.WithTimeout(ctx, nameLimit)
		defer cancel()
		return s.m.chats.Name(ctx, s.id, key)
	})
	if err != nil {
		s.m.log.Warn("name of a chat not read", "device_id", s.id, "error", err)
	}
	return name
}

// renamed forgets names that the events have changed. They are on disk.
func (s *session) renamed(list []*event.Event) {
	for _, e := range list {
		switch e.Type {
		case event.GroupJoined, event.GroupInfoUpdate:
			if n, ok := chat.Of(e); ok && n.Names() {
				s.names.Forget(n.Chat)
			}
		}
	}
}

// recalled forgets names that a piece of the history has brought. They are on disk.
func (s *session) recalled(list []OldChat) {
	for i := range list {
		if list[i].Name != "" {
			s.names.Forget(list[i].Key)
		}
	}
}

// marksAtOnce bounds the chats of one transaction: a whole address book would keep the writer from everybody.
const marksAtOnce = 200

// mark keeps what is true of chats, before the event that says so.
func (s *session) mark(ctx context.Context, notes []chat.Note) error {
	if s.m.chats == nil {
		return nil
	}
	for part := range slices.Chunk(notes, marksAtOnce) {
		if err := s.m.chats.Mark(ctx, s.id, part); err != nil {
			return err
		}
	}
	return nil
}

package whatsapp

import (
	"context"
	"errors"
	"time"

	"go.mau.fi/whatsmeow/store"
	"go.mau.fi/whatsmeow/types"

	"wapost/internal/chat"
	"wapost/internal/event"
	"wapost/internal/session"
)

// titles are the names of a person that the library keeps.
type titles struct{ book, business, push string }

// errTooMany: an occurrence names too many people to look for all.
var errTooMany = errors.New("too many names")

// knownTitles bounds the names that a line remembers, by address: about 250 bytes each.
const knownTitles = 512

// guardedContacts stands before the names that the library keeps of people. Its own memory of them grows without a bound, and
// hands out what another goroutine may be writing: who asks here gets a copy, and waits for no write.
type guardedContacts struct {
	store.ContactStore
	g     *guard
	fresh func() store.ContactStore // one that remembers nothing
	known *session.Recent[types.JID, titles]
}

// titles returns the names of a person; may is asked before a look at the disk.
func (s *guardedContacts) titles(ctx context.Context, user types.JID, may func() bool) (titles, error) {
	return s.known.Of(user, func() (titles, error) {
		if !may() {
			return titles{}, errTooMany
		}
		s.g.busy.enter()
		defer s.g.busy.leave()
		c, err := s.fresh().GetContact(ctx, user)
		return titles{book: short(firstOf(c.FullName, c.FirstName)), business: short(c.BusinessName), push: short(c.PushName)}, err
	})
}

// short returns as much of a name as events tell: people choose the length of theirs, and it is remembered for each of them.
func short(name string) string { return event.Cut(name, event.LongestName) }

func (s *guardedContacts) PutPushName(ctx context.Context, user types.JID, name string) (bool, string, error) {
	changed, old, err := s.ContactStore.PutPushName(ctx, user, short(name))
	if changed {
		s.known.Forget(user)
	}
	return changed, old, err
}

func (s *guardedContacts) PutBusinessName(ctx context.Context, user types.JID, name string) (bool, string, error) {
	changed, old, err := s.ContactStore.PutBusinessName(ctx, user, short(name))
	if changed {
		s.known.Forget(user)
	}
	return changed, old, err
}

func (s *guardedContacts) PutContactName(ctx context.Context, user types.JID, first, full string) error {
	err := s.ContactStore.PutContactName(ctx, user, first, full)
	s.known.Forget(user)
	return err
}

// PutAllContactNames is told of a whole address book. No events come of it.
func (s *guardedContacts) PutAllContactNames(ctx context.Context, list []store.ContactEntry) error {
	err := s.ContactStore.PutAllContactNames(ctx, list)
	s.known.Forget()
	if err == nil {
		for _, c := range list {
			s.g.found(c.JID, func(s *setting) { s.name = firstOf(c.FullName, c.FirstName) })
		}
	}
	return err
}

// guardedSettings stands before what the library keeps of the settings of chats: it is told of those from before the link too,
// of which no events come.
type guardedSettings struct {
	store.ChatSettingsStore
	g *guard
}

func (s *guardedSettings) PutMutedUntil(ctx context.Context, jid types.JID, until time.Time) error {
	err := s.ChatSettingsStore.PutMutedUntil(ctx, jid, until)
	if until.Equal(store.MutedForever) || !until.IsZero() && until.Unix() <= 0 {
		until = chat.Forever()
	}
	s.g.found(jid, func(s *setting) { s.mark.MutedUntil = &until })
	return err
}

func (s *guardedSettings) PutPinned(ctx context.Context, jid types.JID, pinned bool) error {
	err := s.ChatSettingsStore.PutPinned(ctx, jid, pinned)
	s.g.found(jid, func(s *setting) { s.mark.Pinned = &pinned })
	return err
}

func (s *guardedSettings) PutArchived(ctx context.Context, jid types.JID, archived bool) error {
	err := s.ChatSettingsStore.PutArchived(ctx, jid, archived)
	s.g.found(jid, func(s *setting) { s.mark.Archived = &archived })
	return err
}

// setting is what the library has put into its store about one chat.
type setting struct {
	name string
	mark chat.Mark
}

// maxFound bounds what waits for the end of a synchronisation, about 300 bytes each.
const maxFound = 20_000

// found notes something about a chat, until the collection that it comes with has been read to its end.
func (g *guard) found(jid types.JID, change func(*setting)) {
	g.mu.Lock()
	defer g.mu.Unlock()
	s := g.settings[jid]
	if s == nil {
		if jid.IsEmpty() || len(g.settings) >= maxFound {
			return
		}
		if g.settings == nil {
			g.settings = map[types.JID]*setting{}
		}
		s = &setting{}
		g.settings[jid] = s
	}
	change(s)
}

// toldOf forgets what an event says too.
func (g *guard) toldOf(jid types.JID, change func(*setting)) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if s := g.settings[jid]; s != nil {
		if change(s); *s == (setting{}) {
			delete(g.settings, jid)
		}
	}
}

// take returns what was found.
func (g *guard) take() map[types.JID]*setting {
	g.mu.Lock()
	defer g.mu.Unlock()
	list := g.settings
	g.settings = nil
	return list
}

// giveBack returns what was taken and could not be stored, unless there is newer.
func (g *guard) giveBack(list map[types.JID]*setting) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.settings == nil {
		g.settings = list
	}
}

package whatsapp

import (
	"context"
	"strings"

	"go.mau.fi/whatsmeow/types"
	"go.mau.fi/whatsmeow/types/events"

	"wapost/internal/chat"
	"wapost/internal/event"
)

// maxLooks bounds the looks at the disk for the names of one occurrence: a list of a thousand members goes without.
const maxLooks = 100

// looker looks names up for one occurrence. What was asked for before is in memory.
func (l *Line) looker() func(types.JID) titles {
	contacts, looks := l.guard.people(), 0
	if contacts == nil {
		return nil
	}
	return func(user types.JID) titles {
		found, err := contacts.titles(l.ctx, user, func() bool { looks++; return looks <= maxLooks })
		if err != nil {
			l.log.Debug("name not read", "device_id", l.deviceID(), "error", err)
		}
		return found
	}
}

// called returns what to call a person: as the address book does, else by the name of a business that WhatsApp has checked,
// else as the person does. verified and push are what the stanza says, "" = nothing.
func (t *translator) called(lid, phone, verified, push string) *string {
	var known titles
	if t.titles != nil {
		for _, j := range addressesOf(lid, phone) {
			more := t.titles(j)
			known.book, known.business, known.push = firstOf(known.book, more.book), firstOf(known.business, more.business), firstOf(known.push, more.push)
		}
	}
	return event.Text(firstOf(known.book, verified, known.business, push, known.push))
}

// addressesOf returns the addresses under which the library keeps a person's names.
func addressesOf(lid, phone string) (list []types.JID) {
	if phone != "" {
		list = append(list, types.NewJID(strings.TrimPrefix(phone, "+"), types.DefaultUserServer))
	}
	if lid != "" {
		list = append(list, types.NewJID(strings.TrimSuffix(lid, "@"+types.HiddenUserServer), types.HiddenUserServer))
	}
	return list
}

// chatCalled returns what a chat is called that is not a person's.
func (t *translator) chatCalled(key string) *string {
	if t.chatName == nil {
		return nil
	}
	return event.Text(t.chatName(key))
}

// marks returns what was found of chats, for the store. A chat is begun by a setting that is on; anything else is for chats
// that are there, under whichever address.
func (t *translator) marks(found map[types.JID]*setting) (notes []chat.Note) {
	for jid, s := range found {
		n := chat.Note{Act: chat.Marked, Name: s.name, Mark: s.mark}
		lid, phone := t.addresses(jid, types.EmptyJID)
		aliases := addressesOf(lid, phone)
		if n.Begins() {
			n.Chat = t.key(jid, types.EmptyJID)
			notes = append(notes, n)
			continue
		}
		if len(aliases) == 0 {
			aliases = []types.JID{jid.ToNonAD()}
		}
		for _, a := range aliases {
			n.Chat = plain(a)
			notes = append(notes, n)
		}
	}
	return notes
}

// noteTold forgets what a live change of the app state left with the guard: its event says it too.
func (l *Line) noteTold(evt any) {
	switch v := evt.(type) {
	case *events.Mute:
		l.guard.toldOf(v.JID, func(s *setting) { s.mark.MutedUntil = nil })
	case *events.Pin:
		l.guard.toldOf(v.JID, func(s *setting) { s.mark.Pinned = nil })
	case *events.Archive:
		l.guard.toldOf(v.JID, func(s *setting) { s.mark.Archived = nil })
	}
}

// noteContact keeps the name of someone whose number is not known: the library passes that entry of the address book on and
// does not keep it.
func (l *Line) noteContact(evt any) {
	v, ok := evt.(*events.AppState)
	if !ok {
		return
	}
	jid, a, ok := lidContact(v)
	contacts := l.guard.people()
	if !ok || contacts == nil {
		return
	}
	if err := contacts.PutContactName(context.WithoutCancel(l.ctx), jid, a.GetFirstName(), a.GetFullName()); err != nil {
		l.log.Warn("name not kept", "device_id", l.deviceID(), "error", err)
	}
}

// nameOf returns what a chat is called, "" when it is not known.
func (l *Line) nameOf(jid types.JID) string {
	if name := l.translator().chat(jid.ToNonAD(), types.EmptyJID).Name; name != nil {
		return *name
	}
	return ""
}

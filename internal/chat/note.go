package chat

import (
	"slices"
	"strings"
	"time"

	"wapost/internal/event"
)

// Act is what an event does to the messages of a chat.
type Act uint8

// The acts.
const (
	Said     Act = iota + 1 // a message is new
	Edited                  // its content was replaced
	Deleted                 // it was deleted for everyone
	Received                // others have got, read or played own messages
	ReadHere                // the own account has read messages on another device
	Marked                  // the state or the name of the chat itself was changed
	Removed                 // messages were deleted for the own account alone
	Cleared                 // so was everything that was said up to a moment
	Dropped                 // so was the whole chat; it comes back with the next message
)

// Me is the sender of own messages, whatever address WhatsApp used.
const Me = "me"

// Note is what an event means for the messages of a chat. It is narrow: the content stays in the event.
type Note struct {
	Act     Act
	Chat    string    // canonical address
	Name    string    // of the chat; "" = not told
	IDs     []string  // of the messages
	Sender  string    // of a message that was said: canonical address, or Me
	By      []string  // addresses of who edited or deleted; nil = somebody who may
	Kind    string    // of a message that was said, or that alone may be edited so; "" = any
	At      time.Time // when it was said, edited, deleted, received or read; of Cleared and Dropped: up to when
	Counts  bool      // as unread
	Receipt Receipt   // of Received; the person is one canonical address
	Mark    Mark      // of Marked
	Status  Status    // what the history tells about an own message
}

// Receipt is how far a message has come at one person.
type Receipt struct {
	Person string
	Mark   Status // Delivered, Read, Played
}

// Mark is what is changed of a chat; nil members stay.
type Mark struct {
	Archived, Pinned *bool
	Unread           *int       // 0 = everything is read
	MutedUntil       *time.Time // zero = not muted
	Disappearing     *int       // seconds
}

// longest bounds ids and addresses, which strangers choose: an index of PostgreSQL does not take a long one.
const longest = 255

// Of returns what an event means for the messages of its chat; false = nothing.
func Of(e *event.Event) (Note, bool) {
	chat, ok := chatOf(e)
	if !ok {
		return Note{}, false
	}
	n := Note{Chat: chat, At: e.At}
	n.read(e)
	if n.Act == 0 || len(n.Sender) > longest || len(n.Receipt.Person) > longest {
		return Note{}, false
	}
	n.IDs = slices.DeleteFunc(slices.Clone(n.IDs), func(id string) bool { return id == "" || len(id) > longest })
	return n, len(n.IDs) > 0 || n.Act == Marked || n.Act == Cleared || n.Act == Dropped
}

// Begins reports whether a note makes a chat that is not known yet. A receipt may come before the message that it speaks of is
// in the log; a group has its name, and a chat its settings, before anything is said in it.
func (n *Note) Begins() bool {
	switch n.Act {
	case Said, Received:
		return true
	case Marked:
		m := &n.Mark
		return or(m.Archived) || or(m.Pinned) || m.MutedUntil != nil && !m.MutedUntil.IsZero() || n.Names()
	}
	return false
}

// Names reports whether a note tells what a group is called: nobody else remembers it, so it is kept also where messages are
// not.
func (n *Note) Names() bool { return n.Act == Marked && n.Name != "" && isGroup(n.Chat) }

func isGroup(chat string) bool { return strings.HasSuffix(chat, "@g.us") }

// chatOf takes the canonical address of the chat out of the ordering key: the device, a bar, "c|" and the chat.
func chatOf(e *event.Event) (string, bool) {
	chat, ok := strings.CutPrefix(e.Key, e.DeviceID+"|c|")
	return chat, ok && e.DeviceID != "" && chat != "" && len(chat) <= longest
}

func (n *Note) read(e *event.Event) {
	switch v := e.Data.(type) {
	case event.Message:
		n.said(&v)
	case event.SentMessage:
		n.said(&v.Message)
	case event.HistoryMessage:
		n.said(&v.Message)
		n.Counts = false // the chat's own figure comes with it
		if v.Status != nil {
			n.Status = Status(*v.Status)
		}
	case event.EditedMessage:
		if v.Undecoded {
			return // better the content before than none
		}
		n.Act, n.IDs = Edited, []string{v.MessageID}
		if v.Poll != nil && v.Poll.AddedOption != nil { // options may be added by everybody, but to a poll
			n.Kind = string(event.KindPoll)
			return
		}
		n.By = addresses(&v.Sender, or(v.FromMe))
	case event.DeletedMessage:
		n.Act, n.IDs = Deleted, []string{v.MessageID}
		if !v.ByAdmin || !isGroup(n.Chat) { // who deletes says so himself; only a group's server looks
			n.By = addresses(&v.DeletedBy, v.FromMe && same(v.Sender, &v.DeletedBy))
		}
	case event.EditedPost: // only who runs the newsletter can
		n.Act, n.IDs = Edited, []string{v.MessageID}
	case event.DeletedPost:
		n.Act, n.IDs = Deleted, []string{v.MessageID}
	case event.Delivered:
		n.received(v.MessageIDs, &v.Recipient, Delivered)
	case event.Seen:
		mark := Read
		if e.Type == event.MessagePlayed {
			mark = Played
		}
		n.received(v.MessageIDs, &v.Recipient, mark)
	case event.SeenBySelf:
		n.Act, n.IDs = ReadHere, v.MessageIDs
	default:
		n.removed(e)
		n.named(e.Data)
		n.marked(e.Data)
	}
}

// removed reads what the owner has deleted for himself.
func (n *Note) removed(e *event.Event) {
	switch v := e.Data.(type) {
	case event.DeletedForMe:
		n.Act, n.IDs = Removed, []string{v.MessageID}
	case event.ChatCleared:
		n.cleared(e.Type, v.LastMessageAt)
	}
}

// cleared reads what was deleted of a chat: what the other device knew of it. WhatsApp tells that in whole seconds.
func (n *Note) cleared(t event.Type, last *event.Time) {
	n.Act = Cleared
	if t == event.ChatDeleted {
		n.Act = Dropped
	}
	if last != nil {
		n.At = last.Truncate(time.Second).Add(time.Second - time.Millisecond)
	}
}

// named reads what a chat is called.
func (n *Note) named(data any) {
	switch v := data.(type) {
	case event.GroupJoin:
		n.Name = v.Subject
	case event.GroupUpdate:
		if v.Changes.Subject != nil {
			n.Name = *v.Changes.Subject
		}
	case event.ContactUpdate:
		n.Name = orEmpty(v.Contact.Name)
	}
	if n.Name != "" {
		n.Act = Marked
	}
}

// marked reads what the account's devices tell each other about a chat, and its timer.
func (n *Note) marked(data any) {
	switch v := data.(type) {
	case event.ChatArchive:
		n.Mark.Archived = &v.Archived
	case event.ChatPin:
		n.Mark.Pinned = &v.Pinned
	case event.ChatMarkRead:
		unread := 0
		if !v.Read {
			unread = 1
		}
		n.Mark.Unread = &unread
	case event.ChatMute:
		until := time.Time{}
		if v.Muted {
			until = Forever()
		}
		if v.Muted && v.Until != nil {
			until = v.Until.Time
		}
		n.Mark.MutedUntil = &until
	case event.DisappearingTimer:
		n.Mark.Disappearing = &v.Seconds
	case event.GroupUpdate:
		if v.Changes.DisappearingSeconds == nil {
			return
		}
		seconds := int(*v.Changes.DisappearingSeconds)
		n.Mark.Disappearing = &seconds
	default:
		return
	}
	n.Act = Marked
}

func (n *Note) said(m *event.Message) {
	n.Act, n.IDs, n.Kind, n.Sender = Said, []string{m.MessageID}, string(m.Kind), Canonical(&m.Sender, or(m.FromMe))
	if m.SentAt != nil {
		n.At = m.SentAt.Time
	}
	n.Counts = !or(m.FromMe) && !m.Story
	switch {
	case m.Chat.Name != nil:
		n.Name = *m.Chat.Name
	case m.Chat.Kind == event.DirectChat && !or(m.FromMe) && m.Sender.Name != nil:
		n.Name = *m.Sender.Name
	}
}

func (n *Note) received(ids []string, by *event.Person, mark Status) {
	n.Act, n.IDs, n.Receipt = Received, ids, Receipt{Person: Canonical(by, false), Mark: mark}
}

// Canonical returns the one address of a person: the LID when it is known.
func Canonical(p *event.Person, me bool) string {
	switch {
	case me:
		return Me
	case p.LID != nil:
		return *p.LID
	}
	return p.JID
}

// addresses returns all addresses of a person, because the message may have come under another one.
func addresses(p *event.Person, me bool) []string {
	list := []string{p.JID}
	if me {
		list = append(list, Me)
	}
	if p.LID != nil {
		list = append(list, *p.LID)
	}
	if p.Phone != nil {
		list = append(list, strings.TrimPrefix(*p.Phone, "+")+"@s.whatsapp.net")
	}
	return list
}

// same reports whether two are one person. What an act names as its target is the word of who acts: that the target is ours
// does not make the act ours.
func same(a, b *event.Person) bool {
	if a == nil {
		return false
	}
	others := addresses(b, false)
	return slices.ContainsFunc(addresses(a, false), func(s string) bool { return s != "" && slices.Contains(others, s) })
}

func or(b *bool) bool { return b != nil && *b }

func orEmpty(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}

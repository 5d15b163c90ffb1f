package whatsapp

import (
	"time"

	"go.mau.fi/whatsmeow/proto/waE2E"
	"go.mau.fi/whatsmeow/types/events"

	"wapost/internal/event"
	"wapost/internal/session"
)

// edit says what is replaced.
type edit struct {
	target    string
	form      string // what WhatsApp calls this form of an edit
	at        time.Time
	final     bool
	undecoded bool
	anyone    bool // may do it, not the author alone
}

// messageEdit is the form of most edits.
const messageEdit = "message_edit"

// edited makes the event of a new content under the id of the original. The id is the word of who edits: what somebody else
// wrote is not replaced.
func (t *translator) edited(m *events.Message, c *content, ed edit) session.Batch {
	word := t.wordOf(m)
	if word == forged && !ed.anyone {
		return t.refused(m, ed.form, ed.target)
	}
	by := t.parties(&m.Info.MessageSource)
	data, files := t.body(m, c, by, ed.target)
	data.SentAt = nil
	out := event.EditedMessage{Message: data, EditID: m.Info.ID, EditedAt: event.TimeOf(ed.at), Final: ed.final, Undecoded: ed.undecoded,
		OriginalKnown: word == confirmed}
	if word == confirmed {
		out.SentAt, out.PreviousText = t.original.SentAt, t.original.Text
	}
	if len(valueOf(out.PreviousText)) > suspicious && event.Exceeds(out, largestMessage) {
		out.PreviousText = nil // what is new matters more
	}
	e := event.New(event.MessageEdited)
	e.Data, e.Attachments = out, files
	return t.placed(e, m, by)
}

// editedPost is an edit in a newsletter.
func (t *translator) editedPost(m *events.Message, c *content, target string, at, original time.Time) session.Batch {
	by := t.parties(&m.Info.MessageSource)
	data, files := t.body(m, c, by, target)
	e := event.New(event.NewsletterMessageEdited)
	e.Data, e.Attachments = event.EditedPost{Message: data, EditedAt: event.TimeOf(at), OriginalAt: event.TimeOf(original)}, files
	b := t.placed(e, m, by)
	if stamped(at) {
		e.At, e.Origin = at, t.origin(at)
	}
	// an edit comes under the id of the post: only its time tells it from another one
	e.SourceKey = identity(e.SourceKey, at.UTC().Format(time.RFC3339Nano))
	return b
}

// streamed is a piece of an answer that a bot is still writing, or the last one.
func (t *translator) streamed(m *events.Message, c *content) session.Batch {
	info := m.Info.MsgBotInfo
	ed := edit{target: info.EditTargetID, form: messageEdit, at: info.EditSenderTimestampMS, final: info.EditType == "last"}
	if ed.target == "" {
		ed.target = m.Info.ID
	}
	if ed.at.IsZero() || ed.at.Unix() <= 0 {
		ed.at = m.Info.Timestamp
	}
	return t.edited(m, c, ed)
}

// secretEdit is an edit that is encrypted with the secret of the original; false = something else, which is content that
// nobody here can open.
func (t *translator) secretEdit(m *events.Message, c *content) (session.Batch, bool) {
	x := c.msg.GetSecretEncryptedMessage()
	switch x.GetSecretEncType() {
	case waE2E.SecretEncryptedMessage_MESSAGE_EDIT, waE2E.SecretEncryptedMessage_EVENT_EDIT, waE2E.SecretEncryptedMessage_POLL_EDIT,
		waE2E.SecretEncryptedMessage_POLL_ADD_OPTION:
	default:
		return session.Batch{}, false
	}
	ed := edit{target: x.GetTargetMessageKey().GetID(), form: lower(x.GetSecretEncType()), at: m.Info.Timestamp, final: true}
	if t.opened.message == nil {
		ed.undecoded, ed.anyone = true, x.GetSecretEncType() == waE2E.SecretEncryptedMessage_POLL_ADD_OPTION
		return t.edited(m, c, ed), true
	}
	inner := unwrap(t.opened.message)
	switch p := inner.msg.GetProtocolMessage(); {
	case p.GetEditedMessage() != nil:
		if at := millis(p.GetTimestampMS()); at != nil {
			ed.at = at.Time
		}
		inner = unwrap(p.GetEditedMessage())
	case inner.field == "pollAddOptionMessage":
		return t.option(m, ed.target, inner.msg.GetPollAddOptionMessage()), true
	}
	return t.edited(m, &inner, ed), true
}

// option: somebody added an answer to a poll, which everybody may. The message has the new answer only; the rest is what we
// know of the poll. What is known to be no poll does not become one.
func (t *translator) option(m *events.Message, target string, x *waE2E.PollAddOptionMessage) session.Batch {
	if t.original != nil && t.original.Poll == nil {
		return t.refused(m, "poll_add_option", target)
	}
	by := t.parties(&m.Info.MessageSource)
	name := x.GetAddOption().GetOptionName()
	poll := event.Poll{Options: []event.PollOption{}, Type: "poll", OpenOptions: true}
	if t.original != nil && t.original.Poll != nil {
		poll = *t.original.Poll
		poll.Options = append([]event.PollOption(nil), poll.Options...)
	}
	poll.Options, poll.AddedOption = append(poll.Options, event.PollOption{Name: name, Hash: optionHash(name)}), &name
	data, _ := t.body(m, &content{}, by, target)
	data.Content = event.Content{Poll: &poll}
	data.Kind, data.Text, data.SentAt = event.KindPoll, text(poll.Question), nil
	out := event.EditedMessage{Message: data, EditID: m.Info.ID, EditedAt: event.TimeOf(m.Info.Timestamp), Final: true,
		OriginalKnown: t.original != nil}
	if t.original != nil {
		out.SentAt, out.PreviousText = t.original.SentAt, t.original.Text
	}
	e := event.New(event.MessageEdited)
	e.Data = out
	return t.placed(e, m, by)
}

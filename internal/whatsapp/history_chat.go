package whatsapp

import (
	"strings"
	"time"

	"go.mau.fi/whatsmeow/proto/waE2E"
	"go.mau.fi/whatsmeow/proto/waHistorySync"
	"go.mau.fi/whatsmeow/proto/waWeb"
	"go.mau.fi/whatsmeow/types"
	"go.mau.fi/whatsmeow/types/events"

	"wapost/internal/event"
	"wapost/internal/session"
)

// conversation takes one chat: what is true of it, then its messages, which each hands over, from the first again when it is
// called again.
func (r *historyReader) conversation(c *waHistorySync.Conversation, each func(func(*waHistorySync.HistorySyncMsg) error) error) error {
	jid := parse(c.GetID())
	if jid.IsEmpty() {
		return nil // not a chat that anybody could name
	}
	r.sum.Conversations++
	if err := r.secrets(c, each); err != nil {
		return err
	}
	alt := otherAddress(jid, c)
	if pair, ok := pairOf(jid, alt); ok {
		r.line.obs.Learn(r.ctx, []session.Identity{pair})
	}
	t := r.line.translator()
	chat := session.OldChat{Key: t.key(jid.ToNonAD(), alt), Name: c.GetName(), Archived: c.Archived}
	if chat.Name == "" {
		chat.Name = c.GetDisplayName()
	}
	if at := max(c.GetConversationTimestamp(), c.GetLastMsgTimestamp()); at > 0 {
		chat.LastAt = time.Unix(int64(at), 0) //nolint:gosec // a time of WhatsApp's; a strange one is shown as it is
	}
	if c.UnreadCount != nil {
		unread := int(c.GetUnreadCount())
		if unread == 0 && c.GetMarkedAsUnread() {
			unread = 1
		}
		chat.Unread = &unread
	}
	if c.Pinned != nil {
		pinned := c.GetPinned() > 0
		chat.Pinned = &pinned
	}
	chat.MutedUntil = oldMuteEnd(c.MuteEndTime)
	if c.EphemeralExpiration != nil {
		seconds := int(c.GetEphemeralExpiration())
		chat.Disappearing = &seconds
	}
	r.piece.Chats, r.piece.Learned = append(r.piece.Chats, chat), append(r.piece.Learned, t.numbers...)
	if len(r.piece.Chats) >= slice { // those without messages add up too
		if err := r.flush(); err != nil {
			return err
		}
	}
	return each(func(m *waHistorySync.HistorySyncMsg) error { return r.message(jid, m.GetMessage()) })
}

// secrets has the library keep the chat's token and the secrets of its messages.
func (r *historyReader) secrets(c *waHistorySync.Conversation, each func(func(*waHistorySync.HistorySyncMsg) error) error) error {
	inner := r.line.cli.DangerousInternals() //nolint:staticcheck // the library has no other door to it
	inner.StoreHistoricalMessageSecrets(r.ctx, []*waHistorySync.Conversation{c})
	batch := &waHistorySync.Conversation{ID: c.ID}
	keep := func() {
		if len(batch.Messages) > 0 {
			inner.StoreHistoricalMessageSecrets(r.ctx, []*waHistorySync.Conversation{batch})
			batch.Messages = nil
		}
	}
	err := each(func(m *waHistorySync.HistorySyncMsg) error {
		if whole := m.GetMessage(); whole.GetMessageSecret() != nil { // no more of it is needed
			batch.Messages = append(batch.Messages, &waHistorySync.HistorySyncMsg{Message: &waWeb.WebMessageInfo{Key: whole.Key,
				Participant: whole.Participant, MessageSecret: whole.MessageSecret}})
		}
		if len(batch.Messages) == slice {
			keep()
		}
		return r.stopped()
	})
	keep()
	return err
}

// otherAddress is the second address of a person's chat, as the chat itself says.
func otherAddress(jid types.JID, c *waHistorySync.Conversation) types.JID {
	switch jid.Server {
	case types.HiddenUserServer:
		return parse(c.GetPnJID())
	case types.DefaultUserServer:
		return parse(c.GetLidJID())
	}
	return types.EmptyJID
}

func pairOf(a, b types.JID) (session.Identity, bool) {
	if a.Server == types.DefaultUserServer {
		a, b = b, a
	}
	ok := a.Server == types.HiddenUserServer && b.Server == types.DefaultUserServer && a.User != "" && b.User != ""
	return session.Identity{LID: a.User, Phone: b.User}, ok
}

// oldMuteEnd reads the end of a mute, in seconds or, in some versions, milliseconds; its highest values stand for "for ever".
func oldMuteEnd(end *uint64) *time.Time {
	if end == nil {
		return nil
	}
	const farInMS, ever = 100_000_000_000, 32_503_680_000 // the year 5138 in seconds, the year 3000
	seconds := *end
	if seconds > farInMS && seconds < farInMS*1000 {
		seconds /= 1000
	}
	until := time.Time{}
	switch {
	case seconds > ever:
		until = time.Date(9999, 12, 31, 23, 59, 59, 0, time.UTC)
	case seconds > 0:
		until = time.Unix(int64(seconds), 0) //nolint:gosec // bounded above
	}
	return &until
}

// message takes one message of a chat; what is no message, such as a reaction or a vote, is passed over: the phone hands
// those over inside the messages that they are about.
func (r *historyReader) message(chat types.JID, m *waWeb.WebMessageInfo) error {
	r.seen++
	if m != nil {
		if e, learned := r.line.oldMessage(chat, m, r.raw); e != nil {
			r.sum.Messages++
			r.piece.Messages, r.piece.Learned = append(r.piece.Messages, e), append(r.piece.Learned, learned...)
			if r.sum.OldestAt.IsZero() || e.At.Before(r.sum.OldestAt) {
				r.sum.OldestAt = e.At
			}
		}
	}
	r.piece.Through = r.seen
	if len(r.piece.Messages) < slice && len(r.piece.Chats) < slice {
		return nil
	}
	return r.flush()
}

// flush hands over what has been gathered.
func (r *historyReader) flush() error {
	if len(r.piece.Messages) == 0 && len(r.piece.Chats) == 0 {
		return nil
	}
	piece := r.piece
	r.piece = session.HistorySlice{Through: r.seen}
	if err := r.take(piece); err != nil {
		return &takeError{err}
	}
	return r.stopped()
}

// stopped is the error of a time that has run out: not one of the file.
func (r *historyReader) stopped() error {
	if err := r.ctx.Err(); err != nil {
		return &takeError{err}
	}
	return nil
}

// oldMessage translates a message of the history; nil = it is none that a person would call a message.
func (l *Line) oldMessage(chat types.JID, m *waWeb.WebMessageInfo, raw bool) (old *event.Event, learned []session.Identity) {
	defer func() {
		if p := recover(); p != nil {
			l.d.Counters.HandlerPanics.Add(1)
			l.log.Error("message of the history not converted", "device_id", l.deviceID(), "panic", p)
			old = nil
		}
	}()
	t := l.translator()
	t.noRaw = !raw
	evt, err := l.cli.ParseWebMessage(chat.ToNonAD(), m)
	if err != nil {
		return nil, nil
	}
	data, live, key, ok := t.oldContent(evt, m)
	if !ok || data.MessageID == "" {
		return nil, nil
	}
	e := event.New(event.HistoryMessageType)
	e.At, e.Origin, e.Key = evt.Info.Timestamp, event.History, "c|"+key
	e.SourceKey = identity(string(e.Type), key, data.MessageID)
	e.Data, _ = event.Bound(event.HistoryMessage{Message: data, Status: oldStatus(m)})
	if live != nil {
		e.Raw, e.Attachments = live.Raw, live.Attachments
	}
	return e, t.numbers
}

// oldContent makes the message object, the way that a live message goes, whose event it returns too.
func (t *translator) oldContent(evt *events.Message, m *waWeb.WebMessageInfo) (data event.Message, live *event.Event, key string, ok bool) {
	p := t.parties(&evt.Info.MessageSource)
	if m.Message == nil {
		if m.GetMessageStubType() == waWeb.WebMessageInfo_UNKNOWN {
			return data, nil, "", false
		}
		evt.Message = &waE2E.Message{}
		data, _ = t.body(evt, &content{msg: evt.Message}, p, evt.Info.ID)
		data.Kind, data.Text, data.Unsupported = event.KindSystem, nil, nil
		data.System = &event.System{Stub: lower(m.GetMessageStubType()), Parameters: append([]string{}, m.GetMessageStubParameters()...)}
		return data, nil, p.chatKey, true
	}
	for _, e := range t.message(evt).Events {
		switch v := e.Data.(type) {
		case event.Message:
			data, ok = v, true
		case event.SentMessage:
			data, ok = v.Message, true
		}
		live = e
	}
	return data, live, p.chatKey, ok
}

// oldStatus is how far an own message had come; nil for what others wrote.
func oldStatus(m *waWeb.WebMessageInfo) *string {
	if !m.GetKey().GetFromMe() || m.Status == nil {
		return nil
	}
	switch m.GetStatus() {
	case waWeb.WebMessageInfo_ERROR:
		return event.Text("failed")
	case waWeb.WebMessageInfo_DELIVERY_ACK:
		return event.Text("delivered")
	case waWeb.WebMessageInfo_READ, waWeb.WebMessageInfo_PLAYED:
		return event.Text(strings.ToLower(m.GetStatus().String()))
	}
	return event.Text("sent")
}

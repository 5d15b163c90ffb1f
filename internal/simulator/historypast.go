package simulator

import (
	"fmt"
	"slices"
	"time"

	"go.mau.fi/whatsmeow/proto/waCommon"
	"go.mau.fi/whatsmeow/proto/waE2E"
	"go.mau.fi/whatsmeow/proto/waHistorySync"
	"go.mau.fi/whatsmeow/proto/waWeb"
	"go.mau.fi/whatsmeow/types"
	"google.golang.org/protobuf/proto"
)

// OldChat is a chat of a person's past.
type OldChat struct {
	With       string // phone, LID or group
	Unread     int
	Archived   bool
	Pinned     bool
	MutedUntil time.Time    // zero = not muted
	Messages   []OldMessage // in any order
}

// OldMessage is a message of the past.
type OldMessage struct {
	ID     string // "" = a new one
	FromMe bool
	From   string // in groups: phone of who wrote it, or caused the stub
	Text   string
	Stub   string // instead of a text: the name of what happened, such as GROUP_CREATE
	At     time.Time
}

// Remember gives the phone a past. Nothing is handed over by it. Errors: ErrInvalid, ErrUnknownPerson, ErrUnknownGroup; then
// nothing is changed.
func (p *Person) Remember(chats []OldChat) ([]*waHistorySync.Conversation, error) {
	list := make([]*waHistorySync.Conversation, len(chats))
	for i := range chats {
		c, err := p.oldConversation(&chats[i])
		if err != nil {
			return nil, err
		}
		list[i] = c
	}
	for _, c := range list {
		p.addPast(c)
	}
	return list, nil
}

func (p *Person) oldConversation(o *OldChat) (*waHistorySync.Conversation, error) {
	jid, name, err := p.chatWith(o.With)
	if err != nil {
		return nil, err
	}
	id := jid.String()
	c := &waHistorySync.Conversation{ID: &id, Name: &name, UnreadCount: proto.Uint32(uint32(max(0, o.Unread))), Archived: &o.Archived} //nolint:gosec // a count
	if other := p.srv.byJID(jid); other != nil {
		c.PnJID = proto.String(other.pn.String())
	}
	if o.Pinned {
		c.Pinned = proto.Uint32(1)
	}
	if !o.MutedUntil.IsZero() {
		c.MuteEndTime = proto.Uint64(uint64(o.MutedUntil.Unix())) //nolint:gosec // a time after 1970
	}
	for i := range o.Messages {
		m, err := p.oldMessage(jid, &o.Messages[i])
		if err != nil {
			return nil, err
		}
		c.Messages = append(c.Messages, &waHistorySync.HistorySyncMsg{Message: m})
	}
	return c, nil
}

// chatWith finds a person or a group.
func (p *Person) chatWith(with string) (types.JID, string, error) {
	if other := p.srv.lookup(with); other != nil {
		name, _ := other.profile()
		return other.lid, name, nil
	}
	g, err := p.srv.Group(with)
	if err != nil {
		return types.EmptyJID, "", fail(CodeUnknownPerson, "no person or group %q", with)
	}
	return g.jid, g.Info().Subject, nil
}

func (p *Person) oldMessage(chat types.JID, o *OldMessage) (*waWeb.WebMessageInfo, error) {
	if (o.Text == "") == (o.Stub == "") {
		return nil, fail(CodeInvalid, "an old message has a text or a stub")
	}
	id := o.ID
	if id == "" {
		id = newMessageID()
	}
	at := o.At
	if at.IsZero() {
		at = time.Now()
	}
	remote, fromMe := chat.String(), o.FromMe
	m := &waWeb.WebMessageInfo{Key: &waCommon.MessageKey{RemoteJID: &remote, FromMe: &fromMe, ID: &id}, MessageTimestamp: proto.Uint64(uint64(at.Unix()))} //nolint:gosec // a time after 1970
	if fromMe {
		m.Status = waWeb.WebMessageInfo_READ.Enum()
	} else if chat.Server == types.GroupServer {
		other, err := p.writerInGroup(o.From)
		if err != nil {
			return nil, err
		}
		name, _ := other.profile()
		m.Participant, m.Key.Participant, m.PushName = proto.String(other.lid.String()), proto.String(other.lid.String()), &name
	}
	if o.Stub == "" {
		m.Message = &waE2E.Message{Conversation: &o.Text}
		return m, nil
	}
	number, ok := waWeb.WebMessageInfo_StubType_value[o.Stub]
	if !ok {
		return nil, fail(CodeInvalid, "no stub %q", o.Stub)
	}
	m.MessageStubType = waWeb.WebMessageInfo_StubType(number).Enum()
	return m, nil
}

// writerInGroup finds who wrote a message of a group, or caused a stub.
func (p *Person) writerInGroup(from string) (*Person, error) {
	if from == "" {
		return nil, fail(CodeInvalid, "from is missing: in a group a message or stub that is not from_me names who it is from")
	}
	other := p.srv.lookup(from)
	if other == nil {
		return nil, fail(CodeUnknownPerson, "from: no person with phone or LID %q", from)
	}
	return other, nil
}

// addPast puts a chat to what the phone has; a message that is there is not added again.
func (p *Person) addPast(c *waHistorySync.Conversation) {
	p.mu.Lock()
	defer p.mu.Unlock()
	i := slices.IndexFunc(p.past, func(old *waHistorySync.Conversation) bool { return old.GetID() == c.GetID() })
	if i < 0 {
		p.past = append(p.past, proto.CloneOf(c))
		i = len(p.past) - 1
	} else {
		have := map[string]bool{}
		for _, m := range p.past[i].Messages {
			have[m.GetMessage().GetKey().GetID()] = true
		}
		for _, m := range c.Messages {
			if !have[m.GetMessage().GetKey().GetID()] {
				p.past[i].Messages = append(p.past[i].Messages, proto.CloneOf(m))
			}
		}
	}
	slices.SortStableFunc(p.past[i].Messages, func(a, b *waHistorySync.HistorySyncMsg) int {
		return int(int64(b.GetMessage().GetMessageTimestamp()) - int64(a.GetMessage().GetMessageTimestamp())) //nolint:gosec // times
	})
}

// pastChats is a copy of what the phone has.
func (p *Person) pastChats() []*waHistorySync.Conversation {
	p.mu.Lock()
	defer p.mu.Unlock()
	list := make([]*waHistorySync.Conversation, len(p.past))
	for i, c := range p.past {
		list[i] = proto.CloneOf(c)
	}
	return list
}

// handOverOlder answers a device that asks for messages before one that it knows.
func (p *Person) handOverOlder(d *Device, request string, ask *waE2E.PeerDataOperationRequestMessage_HistorySyncOnDemandRequest) error {
	jid, err := types.ParseJID(ask.GetChatJID())
	if err != nil {
		return fail(CodeInvalid, "%q is no JID", ask.GetChatJID())
	}
	if other := p.srv.byJID(jid); other != nil {
		jid = other.lid
	}
	id := jid.String()
	answer := &waHistorySync.Conversation{ID: &id, EndOfHistoryTransfer: proto.Bool(true)}
	for _, c := range p.pastChats() {
		if c.GetID() == id {
			answer.Name, answer.Messages = c.Name, older(c.Messages, ask)
		}
	}
	part := &waHistorySync.HistorySync{SyncType: waHistorySync.HistorySync_ON_DEMAND.Enum(), Progress: proto.Uint32(100),
		Conversations: []*waHistorySync.Conversation{answer}}
	_, err = p.SendHistory(d, part, HistoryPart{Request: request})
	return err
}

// older returns the messages right before the one that is known, the newest first.
func older(list []*waHistorySync.HistorySyncMsg, ask *waE2E.PeerDataOperationRequestMessage_HistorySyncOnDemandRequest) []*waHistorySync.HistorySyncMsg {
	known := slices.IndexFunc(list, func(m *waHistorySync.HistorySyncMsg) bool {
		return m.GetMessage().GetKey().GetID() == ask.GetOldestMsgID()
	})
	if known < 0 { // by its time: the phone has deleted it
		known = slices.IndexFunc(list, func(m *waHistorySync.HistorySyncMsg) bool {
			return int64(m.GetMessage().GetMessageTimestamp()) < ask.GetOldestMsgTimestampMS() //nolint:gosec // the field holds seconds, whatever its name says
		}) - 1
		if known < -1 {
			return nil
		}
	}
	list = list[known+1:]
	return list[:min(len(list), int(max(0, ask.GetOnDemandMsgCount())))]
}

// Generate adds count messages, one an hour, alternately of both sides, the newest an hour before now.
func (o *OldChat) Generate(count int, now time.Time) {
	for i := range count {
		o.Messages = append(o.Messages, OldMessage{FromMe: i%2 == 1, Text: fmt.Sprintf("old message %d", count-i), At: now.Add(-time.Duration(i+1) * time.Hour)})
	}
}

package simulator

import (
	"fmt"
	"time"

	"go.mau.fi/whatsmeow/proto/waCommon"
	"go.mau.fi/whatsmeow/proto/waE2E"
	"go.mau.fi/whatsmeow/proto/waHistorySync"
	"go.mau.fi/whatsmeow/proto/waWeb"
	"go.mau.fi/whatsmeow/types"
	"google.golang.org/protobuf/proto"
)

// shareHistory hands over names, ids and old messages of the contacts.
func (p *Person) shareHistory(d *Device) error {
	first := &waHistorySync.HistorySync{SyncType: waHistorySync.HistorySync_INITIAL_BOOTSTRAP.Enum(), Progress: proto.Uint32(100)}
	names := &waHistorySync.HistorySync{SyncType: waHistorySync.HistorySync_PUSH_NAME.Enum()}
	p.mu.Lock()
	old := p.history
	p.mu.Unlock()
	for _, c := range p.addressBook() {
		name, _ := c.profile()
		pn, lid := c.pn.String(), c.lid.String()
		first.PhoneNumberToLidMappings = append(first.PhoneNumberToLidMappings, &waHistorySync.PhoneNumberToLIDMapping{PnJID: &pn, LidJID: &lid})
		names.Pushnames = append(names.Pushnames, &waHistorySync.Pushname{ID: &pn, Pushname: &name})
		if old > 0 {
			p.addPast(c.oldChat(old))
		}
	}
	first.Conversations = append(first.Conversations, p.pastChats()...)
	if _, err := p.SendHistory(d, first, HistoryPart{}); err != nil {
		return err
	}
	_, err := p.SendHistory(d, names, HistoryPart{})
	return err
}

// oldChat is a chat of count messages that c wrote, one an hour, the newest an hour ago.
func (c *Person) oldChat(count int) *waHistorySync.Conversation {
	name, _ := c.profile()
	lid := c.lid.String()
	chat := &waHistorySync.Conversation{ID: &lid, Name: &name}
	for i := range count {
		at := uint64(time.Now().Add(-time.Duration(i+1) * time.Hour).Unix())
		chat.Messages = append(chat.Messages, &waHistorySync.HistorySyncMsg{Message: &waWeb.WebMessageInfo{
			Key:              &waCommon.MessageKey{RemoteJID: &lid, FromMe: proto.Bool(false), ID: proto.String(newMessageID())},
			Message:          &waE2E.Message{Conversation: proto.String(fmt.Sprintf("old message %d from %s", count-i, name))},
			MessageTimestamp: &at, PushName: &name,
		}})
	}
	return chat
}

// answerPeer is the phone answering one of its own devices: it hands over messages that the device could not read, or older
// ones.
func (p *Person) answerPeer(from *Device, id string, body *waE2E.Message) {
	ask := body.GetProtocolMessage().GetPeerDataOperationRequestMessage()
	switch ask.GetPeerDataOperationRequestType() {
	case waE2E.PeerDataOperationRequestType_PLACEHOLDER_MESSAGE_RESEND:
		p.answerPlaceholders(from, id, ask)
	case waE2E.PeerDataOperationRequestType_HISTORY_SYNC_ON_DEMAND:
		p.tryTo("hand over older messages", func() error { return p.handOverOlder(from, id, ask.GetHistorySyncOnDemandRequest()) })
	}
}

func (p *Person) answerPlaceholders(from *Device, id string, ask *waE2E.PeerDataOperationRequestMessage) {
	response := &waE2E.PeerDataOperationRequestResponseMessage{PeerDataOperationRequestType: ask.PeerDataOperationRequestType, StanzaID: &id}
	for _, wanted := range ask.GetPlaceholderMessageResendRequest() {
		if result := p.placeholder(wanted.GetMessageKey()); result != nil {
			response.PeerDataOperationResult = append(response.PeerDataOperationResult, result)
		}
	}
	p.tryTo("answer a linked device", func() error {
		return p.sayToDevice(from, &waE2E.ProtocolMessage{Type: waE2E.ProtocolMessage_PEER_DATA_OPERATION_REQUEST_RESPONSE_MESSAGE.Enum(),
			PeerDataOperationRequestResponseMessage: response})
	})
}

// placeholder finds a message that another person wrote to this one; nil when there is none, or it may be seen once, on the phone.
func (p *Person) placeholder(key *waCommon.MessageKey) *waE2E.PeerDataOperationRequestResponseMessage_PeerDataOperationResult {
	m, ok := p.srv.written(p, key.GetID())
	if !ok || m.secret {
		return nil
	}
	at := uint64(m.at.Unix())
	raw, err := proto.Marshal(&waWeb.WebMessageInfo{Key: key, Message: m.body, MessageTimestamp: &at})
	if err != nil {
		return nil
	}
	return &waE2E.PeerDataOperationRequestResponseMessage_PeerDataOperationResult{
		PlaceholderMessageResendResponse: &waE2E.PeerDataOperationRequestResponseMessage_PeerDataOperationResult_PlaceholderMessageResendResponse{WebMessageInfoBytes: raw},
	}
}

// written finds a message to a person among what others have written.
func (s *Server) written(to *Person, id string) (knownMessage, bool) {
	for _, p := range s.Persons() {
		p.mu.Lock()
		m, ok := p.known.byID[id]
		p.mu.Unlock()
		if !ok || p == to {
			continue
		}
		if g := s.groupByJID(m.chat); m.chat == to.lid || m.chat == types.StatusBroadcastJID || g != nil && g.role(to) != "" {
			return m, true
		}
	}
	return knownMessage{}, false
}

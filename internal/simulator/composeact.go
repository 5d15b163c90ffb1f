package simulator

import (
	"crypto/sha256"
	"slices"
	"time"

	"go.mau.fi/whatsmeow/proto/waE2E"
	"go.mau.fi/whatsmeow/types"
	"google.golang.org/protobuf/proto"
)

func (p *Person) composeReaction(m *Message, chat types.JID) (*waE2E.Message, error) {
	r := m.Reaction
	target, err := p.recall(r.ID, chat)
	if err != nil {
		return nil, err
	}
	body := &waE2E.ReactionMessage{Key: p.key(target), Text: &r.Emoji, SenderTimestampMS: proto.Int64(time.Now().UnixMilli())}
	if !r.Encrypted {
		return &waE2E.Message{ReactionMessage: body}, nil
	}
	body.Key = nil
	payload, iv, err := sealFor(target, useReaction, p.as(m.Addressing), body)
	if err != nil {
		return nil, err
	}
	return &waE2E.Message{EncReactionMessage: &waE2E.EncReactionMessage{TargetMessageKey: p.key(target), EncPayload: payload, EncIV: iv}}, nil
}

func (p *Person) composeEdit(m *Message, chat types.JID) (*waE2E.Message, error) {
	e := m.Edit
	target, err := p.recall(e.ID, chat)
	if err != nil {
		return nil, err
	}
	if target.sender != p.lid {
		return nil, fail(CodeInvalid, "only own messages can be edited")
	}
	change := &waE2E.Message{ProtocolMessage: &waE2E.ProtocolMessage{
		Type: waE2E.ProtocolMessage_MESSAGE_EDIT.Enum(), Key: p.key(target), TimestampMS: proto.Int64(time.Now().UnixMilli()),
		EditedMessage: &waE2E.Message{Conversation: &e.Text}}}
	if !e.Encrypted {
		return &waE2E.Message{EditedMessage: &waE2E.FutureProofMessage{Message: change}}, nil
	}
	payload, iv, err := sealFor(target, useEdit, p.as(m.Addressing), change)
	if err != nil {
		return nil, err
	}
	return &waE2E.Message{SecretEncryptedMessage: &waE2E.SecretEncryptedMessage{TargetMessageKey: p.key(target), EncPayload: payload, EncIV: iv,
		SecretEncType: waE2E.SecretEncryptedMessage_MESSAGE_EDIT.Enum()}}, nil
}

// composeVote names the options by their hashes.
func (p *Person) composeVote(m *Message, chat types.JID) (*waE2E.Message, error) {
	target, err := p.recall(m.Vote.ID, chat)
	if err != nil {
		return nil, err
	}
	poll := pollOf(target.body)
	if poll == nil {
		return nil, fail(CodeInvalid, "message %q is no poll", target.id)
	}
	vote := &waE2E.PollVoteMessage{}
	for _, name := range m.Vote.Options {
		if !slices.ContainsFunc(poll.GetOptions(), func(o *waE2E.PollCreationMessage_Option) bool { return o.GetOptionName() == name }) {
			return nil, fail(CodeInvalid, "the poll has no option %q", name)
		}
		hash := sha256.Sum256([]byte(name))
		vote.SelectedOptions = append(vote.SelectedOptions, hash[:])
	}
	payload, iv, err := sealFor(target, useVote, p.as(m.Addressing), vote)
	if err != nil {
		return nil, err
	}
	return &waE2E.Message{PollUpdateMessage: &waE2E.PollUpdateMessage{PollCreationMessageKey: p.key(target),
		Vote: &waE2E.PollEncValue{EncPayload: payload, EncIV: iv}, SenderTimestampMS: proto.Int64(time.Now().UnixMilli())}}, nil
}

// composeAnswer answers to an event.
func (p *Person) composeAnswer(m *Message, chat types.JID) (*waE2E.Message, error) {
	target, err := p.recall(m.Answer.ID, chat)
	if err != nil {
		return nil, err
	}
	response, ok := map[string]waE2E.EventResponseMessage_EventResponseType{AnswerGoing: waE2E.EventResponseMessage_GOING,
		AnswerNotGoing: waE2E.EventResponseMessage_NOT_GOING, AnswerMaybe: waE2E.EventResponseMessage_MAYBE}[m.Answer.Response]
	switch {
	case target.body.GetEventMessage() == nil:
		return nil, fail(CodeInvalid, "message %q is no event", target.id)
	case !ok:
		return nil, fail(CodeInvalid, "an answer is going, not_going or maybe, not %q", m.Answer.Response)
	}
	payload, iv, err := sealFor(target, useAnswer, p.as(m.Addressing), &waE2E.EventResponseMessage{Response: &response,
		TimestampMS: proto.Int64(time.Now().UnixMilli()), ExtraGuestCount: proto.Int32(int32(m.Answer.Guests))})
	if err != nil {
		return nil, err
	}
	return &waE2E.Message{EncEventResponseMessage: &waE2E.EncEventResponseMessage{EventCreationMessageKey: p.key(target), EncPayload: payload, EncIV: iv}}, nil
}

func (p *Person) composePin(pin *Pin, chat types.JID) (*waE2E.Message, error) {
	target, err := p.recall(pin.ID, chat)
	if err != nil {
		return nil, err
	}
	kind, seconds := waE2E.PinInChatMessage_PIN_FOR_ALL, uint32(7*24*3600)
	if pin.Seconds > 0 {
		seconds = uint32(pin.Seconds)
	}
	info := &waE2E.MessageContextInfo{MessageAddOnDurationInSecs: &seconds}
	if pin.Unpin {
		kind, info = waE2E.PinInChatMessage_UNPIN_FOR_ALL, nil
	}
	return &waE2E.Message{MessageContextInfo: info, PinInChatMessage: &waE2E.PinInChatMessage{Key: p.key(target), Type: &kind,
		SenderTimestampMS: proto.Int64(time.Now().UnixMilli())}}, nil
}

// composeComment comments on a message of an announcement group.
func (p *Person) composeComment(m *Message, chat types.JID) (*waE2E.Message, error) {
	target, err := p.recall(m.Comment.ID, chat)
	if err != nil {
		return nil, err
	}
	payload, iv, err := sealFor(target, useComment, p.as(m.Addressing), &waE2E.Message{Conversation: &m.Comment.Text})
	if err != nil {
		return nil, err
	}
	return &waE2E.Message{EncCommentMessage: &waE2E.EncCommentMessage{TargetMessageKey: p.key(target), EncPayload: payload, EncIV: iv}}, nil
}

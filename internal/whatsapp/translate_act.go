package whatsapp

import (
	"encoding/hex"

	"go.mau.fi/whatsmeow/proto/waCommon"
	"go.mau.fi/whatsmeow/proto/waE2E"
	"go.mau.fi/whatsmeow/types"
	"go.mau.fi/whatsmeow/types/events"

	"wapost/internal/event"
	"wapost/internal/session"
)

// target returns the message that a key names. The key is written from the view of the one who acts: its "from me" means the
// actor.
func (t *translator) target(m *events.Message, k *waCommon.MessageKey, by parties) event.Ref {
	author, fromMe := t.author(m, k)
	ref := event.Ref{MessageID: k.GetID(), Chat: by.chat, Sender: &author, FromMe: fromMe}
	if k.GetRemoteJID() == types.StatusBroadcastJID.String() {
		ref.Chat = t.chat(types.StatusBroadcastJID, types.EmptyJID)
	}
	return ref
}

// self returns the message itself.
func (t *translator) self(m *events.Message, by parties) event.Ref {
	who := t.sender(&m.Info)
	return event.Ref{MessageID: m.Info.ID, Chat: by.chat, Sender: &who, FromMe: m.Info.IsFromMe}
}

// author returns who wrote the message that a key names.
func (t *translator) author(m *events.Message, k *waCommon.MessageKey) (event.Person, bool) {
	switch j := parse(k.GetParticipant()); {
	case k.GetFromMe():
		return t.sender(&m.Info), m.Info.IsFromMe
	case !j.IsEmpty():
		return t.anyone(j), t.isMe(j)
	case m.Info.IsGroup:
		return t.sender(&m.Info), m.Info.IsFromMe // an own message, by a client that does not say so
	case m.Info.IsFromMe:
		return t.person(m.Info.Chat, m.Info.RecipientAlt, ""), false
	}
	return t.me(types.EmptyJID), true
}

// reaction: set, changed or removed. r is nil when it could not be opened.
func (t *translator) reaction(m *events.Message, k *waCommon.MessageKey, r *waE2E.ReactionMessage) session.Batch {
	by := t.parties(&m.Info.MessageSource)
	data := event.Reaction{Ref: t.target(m, k, by), By: t.sender(&m.Info), ByMe: m.Info.IsFromMe, Emoji: event.Text(r.GetText()),
		ReactionID: m.Info.ID, Undecoded: r == nil}
	e := event.New(event.MessageReaction)
	e.Data = data
	if data.Chat.Kind == event.StatusChat {
		e = event.New(event.StatusReaction)
		e.Data = event.ReactionToStatus{Reaction: data}
	}
	return t.placed(e, m, by)
}

// stickerReaction: a sticker was put on a story.
func (t *translator) stickerReaction(m *events.Message, x *waE2E.StatusStickerInteractionMessage) session.Batch {
	by := t.parties(&m.Info.MessageSource)
	data := event.ReactionToStatus{Reaction: event.Reaction{Ref: t.target(m, x.GetKey(), by), By: t.sender(&m.Info), ByMe: m.Info.IsFromMe, ReactionID: m.Info.ID},
		StickerKey: event.Text(x.GetStickerKey())}
	data.Chat = t.chat(types.StatusBroadcastJID, types.EmptyJID)
	e := event.New(event.StatusReaction)
	e.Data = data
	return t.placed(e, m, by)
}

// pin: pinned or unpinned for everyone.
func (t *translator) pin(m *events.Message, c *content) session.Batch {
	by, x := t.parties(&m.Info.MessageSource), c.msg.GetPinInChatMessage()
	data := event.Pinned{Ref: t.target(m, x.GetKey(), by), Pinned: x.GetType() != waE2E.PinInChatMessage_UNPIN_FOR_ALL, By: t.sender(&m.Info), ByMe: m.Info.IsFromMe}
	for _, info := range c.contexts(m) {
		if data.Pinned && data.Seconds == nil {
			data.Seconds = count(info.GetMessageAddOnDurationInSecs())
		}
	}
	e := event.New(event.MessagePinned)
	e.Data = data
	return t.placed(e, m, by)
}

// keep: a message of a disappearing chat stays, or does so no longer.
func (t *translator) keep(m *events.Message, x *waE2E.KeepInChatMessage) session.Batch {
	by := t.parties(&m.Info.MessageSource)
	e := event.New(event.MessageKept)
	e.Data = event.Kept{Ref: t.target(m, x.GetKey(), by), Kept: x.GetKeepType() != waE2E.KeepType_UNDO_KEEP_FOR_ALL, By: t.sender(&m.Info)}
	return t.placed(e, m, by)
}

// vote: cast, changed or withdrawn. Names come from the poll, if we know it.
func (t *translator) vote(m *events.Message, x *waE2E.PollUpdateMessage) session.Batch {
	by := t.parties(&m.Info.MessageSource)
	k := x.GetPollCreationMessageKey()
	author, _ := t.author(m, k)
	data := event.PollVote{Poll: event.VotedPoll{MessageID: k.GetID(), Sender: &author}, Chat: by.chat, By: t.sender(&m.Info), ByMe: m.Info.IsFromMe,
		Options: []string{}, UnknownHashes: []string{}, VoteID: m.Info.ID, Undecoded: t.opened.vote == nil}
	names := map[string]string{}
	if t.original != nil && t.original.Poll != nil {
		data.Poll.Question = event.Text(t.original.Poll.Question)
		for _, o := range t.original.Poll.Options {
			names[o.Hash] = o.Name
		}
	}
	for _, hash := range t.opened.vote.GetSelectedOptions() {
		h := hex.EncodeToString(hash)
		if name, ok := names[h]; ok {
			data.Options = append(data.Options, name)
		} else {
			data.UnknownHashes = append(data.UnknownHashes, h)
		}
	}
	e := event.New(event.MessagePollVote)
	e.Data = data
	return t.placed(e, m, by)
}

// answer: to an event of a chat.
func (t *translator) answer(m *events.Message, x *waE2E.EncEventResponseMessage) session.Batch {
	by := t.parties(&m.Info.MessageSource)
	data := event.EventResponse{Event: event.AnsweredEvent{MessageID: x.GetEventCreationMessageKey().GetID()}, Chat: by.chat, By: t.sender(&m.Info),
		ByMe: m.Info.IsFromMe, ResponseID: m.Info.ID, Undecoded: t.opened.response == nil}
	if t.original != nil && t.original.Event != nil {
		data.Event.Name = event.Text(t.original.Event.Name)
	}
	if r := t.opened.response; r != nil {
		if r.GetResponse() != waE2E.EventResponseMessage_UNKNOWN {
			data.Response = event.Text(lower(r.GetResponse()))
		}
		guests := int(r.GetExtraGuestCount())
		data.ExtraGuests = &guests
	}
	e := event.New(event.MessageEventResponse)
	e.Data = data
	return t.placed(e, m, by)
}

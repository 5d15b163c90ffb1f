package whatsapp

import (
	"time"

	"go.mau.fi/whatsmeow/proto/waSyncAction"
	"go.mau.fi/whatsmeow/types"
	"go.mau.fi/whatsmeow/types/events"

	"wapost/internal/event"
	"wapost/internal/session"
)

// chatSetting translates what was done to a whole chat on one of the account's devices.
func (t *translator) chatSetting(evt any) (session.Batch, bool) {
	switch v := evt.(type) {
	case *events.Mute:
		return t.chatEntry(entry{evt: evt, kind: event.ChatMuted, jid: v.JID, at: v.Timestamp, missing: v.Action == nil},
			event.ChatMute{Chat: t.chatOf(v.JID), Muted: v.Action.GetMuted(), Until: muteEnd(v.Action)})
	case *events.Archive:
		return t.chatEntry(entry{evt: evt, kind: event.ChatArchived, jid: v.JID, at: v.Timestamp, missing: v.Action == nil},
			event.ChatArchive{Chat: t.chatOf(v.JID), Archived: v.Action.GetArchived()})
	case *events.Pin:
		return t.chatEntry(entry{evt: evt, kind: event.ChatPinned, jid: v.JID, at: v.Timestamp, missing: v.Action == nil},
			event.ChatPin{Chat: t.chatOf(v.JID), Pinned: v.Action.GetPinned()})
	case *events.MarkChatAsRead:
		return t.chatEntry(entry{evt: evt, kind: event.ChatMarkedRead, jid: v.JID, at: v.Timestamp, missing: v.Action == nil},
			event.ChatMarkRead{Chat: t.chatOf(v.JID), Read: v.Action.GetRead(), LastMessageAt: lastMessage(v.Action.GetMessageRange())})
	case *events.ClearChat: // what was done stands in the index: it is the same without a value
		return t.chatEntry(entry{evt: evt, kind: event.ChatCleaned, jid: v.JID, at: v.Timestamp},
			event.ChatCleared{Chat: t.chatOf(v.JID), DeleteMedia: v.DeleteMedia, LastMessageAt: lastMessage(v.Action.GetMessageRange())})
	case *events.DeleteChat:
		return t.chatEntry(entry{evt: evt, kind: event.ChatDeleted, jid: v.JID, at: v.Timestamp},
			event.ChatCleared{Chat: t.chatOf(v.JID), DeleteMedia: v.DeleteMedia, LastMessageAt: lastMessage(v.Action.GetMessageRange())})
	}
	return session.Batch{}, false
}

// muteEnd returns until when a chat is muted: nil when it is not, or for ever, which WhatsApp writes as -1.
func muteEnd(a *waSyncAction.MuteAction) *event.Time {
	if !a.GetMuted() || a.GetMuteEndTimestamp() <= 0 {
		return nil
	}
	return event.TimeOf(time.UnixMilli(a.GetMuteEndTimestamp()))
}

// lastMessage returns the time of the newest message that a change covers.
func lastMessage(r *waSyncAction.SyncActionMessageRange) *event.Time {
	return secondsOf(r.GetLastMessageTimestamp())
}

// messageMark translates what was done to one message for the own account alone.
func (t *translator) messageMark(evt any) (session.Batch, bool) {
	switch v := evt.(type) {
	case *events.Star:
		return t.chatEntry(entry{evt: evt, kind: event.MessageStarred, jid: v.ChatJID, at: v.Timestamp, missing: v.Action == nil},
			event.StarredMessage{Ref: t.marked(v.ChatJID, v.SenderJID, v.IsFromMe, v.MessageID), Starred: v.Action.GetStarred()})
	case *events.DeleteForMe:
		return t.chatEntry(entry{evt: evt, kind: event.MessageDeletedForMe, jid: v.ChatJID, at: v.Timestamp},
			event.DeletedForMe{Ref: t.marked(v.ChatJID, v.SenderJID, v.IsFromMe, v.MessageID), DeleteMedia: v.Action.GetDeleteMedia(),
				SentAt: secondsOf(v.Action.GetMessageTimestamp())})
	}
	return session.Batch{}, false
}

// marked returns the message that an entry names. WhatsApp names the sender in groups only.
func (t *translator) marked(chat, sender types.JID, fromMe bool, id string) event.Ref {
	ref := event.Ref{MessageID: id, Chat: t.chatOf(chat), FromMe: fromMe}
	switch {
	case fromMe:
		me := t.me(sender)
		ref.Sender = &me
	case !sender.IsEmpty():
		person := t.anyone(sender)
		ref.Sender = &person
	case ref.Chat.Kind == event.DirectChat || ref.Chat.Kind == event.BotChat:
		person := t.anyone(chat)
		ref.Sender = &person
	}
	return ref
}

package event

import (
	"encoding/json"
	"time"
)

func exampleOfChats(t Type) any {
	chat, before := exampleChat(), TimeOf(exampleTime.Add(-time.Minute))
	switch t {
	case ChatMuted:
		return ChatMute{Chat: chat, Muted: true, Until: TimeOf(exampleTime.Add(8 * time.Hour))}
	case ChatArchived:
		return ChatArchive{Chat: chat, Archived: true}
	case ChatPinned:
		return ChatPin{Chat: chat, Pinned: true}
	case ChatMarkedRead:
		return ChatMarkRead{Chat: chat, Read: true, LastMessageAt: before}
	case ChatCleaned, ChatDeleted:
		return ChatCleared{Chat: chat, DeleteMedia: true, LastMessageAt: before}
	case MessageStarred:
		return StarredMessage{Ref: exampleRef(), Starred: true}
	case MessageDeletedForMe:
		return DeletedForMe{Ref: exampleRef(), DeleteMedia: true, SentAt: before}
	case StatusMuted:
		return StatusMute{User: examplePerson(), Muted: true}
	}
	return nil
}

func exampleOfAppState(t Type) any {
	color, order, active := 4, 2, true
	switch t {
	case LabelEdited:
		return LabelEdit{LabelID: "7", Name: Text("Paid"), Color: &color, Order: &order, Active: &active, ListType: Text("custom")}
	case LabelOnChat:
		return LabelChat{LabelID: "7", Chat: exampleChat(), Labeled: true}
	case LabelOnMessage:
		return LabelMessage{LabelID: "7", Chat: exampleChat(), MessageID: messageID, Labeled: true}
	case ContactUpdated:
		return ContactUpdate{Contact: examplePerson(), FirstName: Text("Ben"), FullName: Text("Ben"), SavedOnPhone: &active}
	case PushNameSet:
		return PushNameSetting{PushName: "Anna"}
	case UnarchiveChatsSet:
		return UnarchiveChats{Unarchive: true}
	case AppStatePatched:
		return AppStatePatch{Index: []string{"mute", "4915550002222@s.whatsapp.net"}, Action: Text("mute_action"),
			Value: json.RawMessage(`{"timestamp":"1765967400412","muteAction":{"muted":true,"muteEndTimestamp":"-1"}}`)}
	}
	return nil
}

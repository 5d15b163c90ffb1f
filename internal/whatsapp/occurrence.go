package whatsapp

import (
	"fmt"

	"go.mau.fi/whatsmeow/types/events"
)

// occurrence says where an event comes from, as far as its acknowledgement is concerned (whatsapp.md §4).
type occurrence struct {
	key     stanzaKey
	label   string // tells occurrences apart that have no stanza id
	ordered bool   // its stanza is followed by id
	acked   bool   // acknowledged before us, or never repeated: a refusal would not bring it back
}

// name identifies the occurrence for the count of its refusals.
func (o occurrence) name() string {
	if o.label != "" {
		return o.label
	}
	return o.key.tag + "|" + o.key.id
}

func occurrenceOf(evt any) occurrence {
	switch v := evt.(type) {
	case *events.Message:
		recovered := v.UnavailableRequestID != "" // the verdict on an answer of the phone is ignored
		return occurrence{key: stanzaKey{"message", v.Info.ID}, ordered: !recovered && !v.Info.IsNewsletterStatus, acked: recovered}
	case *events.FBMessage:
		return occurrence{key: stanzaKey{"message", v.Info.ID}, ordered: true}
	case *events.UndecryptableMessage:
		return occurrence{key: stanzaKey{"message", v.Info.ID}, label: "undecryptable|" + v.Info.ID, acked: true}
	case *events.Receipt:
		if len(v.MessageIDs) > 0 {
			return occurrence{key: stanzaKey{"receipt", v.MessageIDs[0]}, ordered: true}
		}
	case *events.Picture: // without an id it is the own one, which is told on a goroutine of its own
		return occurrence{label: fmt.Sprintf("%T", evt), acked: v.PictureID == "" && !v.Remove}
	case *events.Presence, *events.ChatPresence, *events.PushName, *events.BusinessName, *events.IdentityChange,
		*events.PrivacySettings, *events.Blocklist, *events.HistorySync, *events.AppState, *events.AppStateSyncComplete,
		*events.AppStateSyncError, *events.Contact, *events.Pin, *events.Mute, *events.Archive, *events.MarkChatAsRead,
		*events.ClearChat, *events.DeleteChat, *events.Star, *events.DeleteForMe, *events.PushNameSetting,
		*events.UnarchiveChatsSetting, *events.UserStatusMute, *events.LabelEdit, *events.LabelAssociationChat,
		*events.LabelAssociationMessage:
		return occurrence{label: fmt.Sprintf("%T", evt), acked: true}
	}
	return occurrence{label: fmt.Sprintf("%T", evt)}
}

package event

import "encoding/json"

// The data of what the account's devices change among themselves: settings of chats, stars, labels.

// ChatMute is the data of chat.mute.
type ChatMute struct {
	Chat  Chat  `json:"chat"`
	Muted bool  `json:"muted"`
	Until *Time `json:"until"` // null with muted = for ever
}

// ChatArchive is the data of chat.archive.
type ChatArchive struct {
	Chat     Chat `json:"chat"`
	Archived bool `json:"archived"`
}

// ChatPin is the data of chat.pin.
type ChatPin struct {
	Chat   Chat `json:"chat"`
	Pinned bool `json:"pinned"`
}

// ChatMarkRead is the data of chat.mark_read: a whole chat was marked as read or as unread.
type ChatMarkRead struct {
	Chat          Chat  `json:"chat"`
	Read          bool  `json:"read"`
	LastMessageAt *Time `json:"last_message_at"` // up to which message
}

// ChatCleared is the data of chat.clear and chat.delete.
type ChatCleared struct {
	Chat          Chat  `json:"chat"`
	DeleteMedia   bool  `json:"delete_media"` // files on the phone were deleted too
	LastMessageAt *Time `json:"last_message_at"`
}

// StarredMessage is the data of message.starred.
type StarredMessage struct {
	Ref
	Starred bool `json:"starred"`
}

// DeletedForMe is the data of message.deleted_for_me.
type DeletedForMe struct {
	Ref
	DeleteMedia bool  `json:"delete_media"` // its file was deleted from the phone too
	SentAt      *Time `json:"sent_at"`
}

// StatusMute is the data of status.mute.
type StatusMute struct {
	User  Person `json:"user"`
	Muted bool   `json:"muted"`
}

// LabelEdit is the data of label.edit: a label was made, changed or deleted.
type LabelEdit struct {
	LabelID      string  `json:"label_id"`
	Name         *string `json:"name"`
	Color        *int    `json:"color"` // number in WhatsApp's palette
	Deleted      bool    `json:"deleted"`
	Order        *int    `json:"order"`
	Active       *bool   `json:"active"`
	ListType     *string `json:"list_type"` // such as "custom", "favorites"; of lists of chats
	PredefinedID *int    `json:"predefined_id"`
}

// LabelChat is the data of label.chat.
type LabelChat struct {
	LabelID string `json:"label_id"`
	Chat    Chat   `json:"chat"`
	Labeled bool   `json:"labeled"`
}

// LabelMessage is the data of label.message.
type LabelMessage struct {
	LabelID   string `json:"label_id"`
	Chat      Chat   `json:"chat"`
	MessageID string `json:"message_id"`
	Labeled   bool   `json:"labeled"`
}

// UnarchiveChats is the data of settings.unarchive_chats.
type UnarchiveChats struct {
	Unarchive bool `json:"unarchive"` // archived chats come back with a new message
}

// PushNameSetting is the data of pushname.setting.
type PushNameSetting struct {
	PushName string `json:"push_name"`
}

// AppStatePatch is the data of appstate.patch_received: one change as WhatsApp keeps it. Secrets are left out.
type AppStatePatch struct {
	Index      []string        `json:"index"` // what was changed, such as ["mute", "…@s.whatsapp.net"]
	IndexTotal int             `json:"index_total,omitempty"`
	Action     *string         `json:"action"` // WhatsApp's name of the value, such as "mute_action"
	Value      json.RawMessage `json:"value"`
}

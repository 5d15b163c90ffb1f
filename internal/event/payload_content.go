package event

// MessageKind says what a message is made of. The set is open.
type MessageKind string

// The kinds that this build renders. Each but text has a member of the same name in the message.
const (
	KindText               MessageKind = "text"
	KindImage              MessageKind = "image"
	KindVideo              MessageKind = "video"
	KindVideoNote          MessageKind = "video_note"
	KindAudio              MessageKind = "audio"
	KindVoice              MessageKind = "voice"
	KindDocument           MessageKind = "document"
	KindSticker            MessageKind = "sticker"
	KindStickerPack        MessageKind = "sticker_pack"
	KindLocation           MessageKind = "location"
	KindLiveLocation       MessageKind = "live_location"
	KindContact            MessageKind = "contact"
	KindContacts           MessageKind = "contacts"
	KindPoll               MessageKind = "poll"
	KindPollResult         MessageKind = "poll_result"
	KindEvent              MessageKind = "event"
	KindEventInvite        MessageKind = "event_invite"
	KindGroupInvite        MessageKind = "group_invite"
	KindNewsletterInvite   MessageKind = "newsletter_invite"
	KindAlbum              MessageKind = "album"
	KindList               MessageKind = "list"
	KindButtons            MessageKind = "buttons"
	KindTemplate           MessageKind = "template"
	KindInteractive        MessageKind = "interactive"
	KindButtonReply        MessageKind = "button_reply"
	KindListReply          MessageKind = "list_reply"
	KindInteractiveReply   MessageKind = "interactive_reply"
	KindProduct            MessageKind = "product"
	KindOrder              MessageKind = "order"
	KindPayment            MessageKind = "payment"
	KindCallLog            MessageKind = "call_log"
	KindScheduledCall      MessageKind = "scheduled_call"
	KindBroadcastCall      MessageKind = "broadcast_call"
	KindPhoneRequest       MessageKind = "phone_request"
	KindStatusMention      MessageKind = "status_mention"
	KindStatusNotification MessageKind = "status_notification"
	KindStatusQuoted       MessageKind = "status_quoted"
	KindQuestionAnswer     MessageKind = "question_answer"
	KindHistoryBundle      MessageKind = "history_bundle"
	KindHistoryNotice      MessageKind = "history_notice"
	KindAIResponse         MessageKind = "ai_response"
	KindMusic              MessageKind = "music"
	KindPlaceholder        MessageKind = "placeholder"
	KindInterop            MessageKind = "interop"
	KindSystem             MessageKind = "system"
	KindUnsupported        MessageKind = "unsupported"
)

// Content holds the member that is named like the kind of a message; the others are absent. Kind text has none: the text is
// beside it.
type Content struct {
	Image              *Image              `json:"image,omitempty"`
	Video              *Video              `json:"video,omitempty"`
	VideoNote          *Media              `json:"video_note,omitempty"`
	Audio              *Media              `json:"audio,omitempty"`
	Voice              *Voice              `json:"voice,omitempty"`
	Document           *Document           `json:"document,omitempty"`
	Sticker            *Sticker            `json:"sticker,omitempty"`
	StickerPack        *StickerPack        `json:"sticker_pack,omitempty"`
	Location           *Location           `json:"location,omitempty"`
	LiveLocation       *LiveLocation       `json:"live_location,omitempty"`
	Contact            *Contact            `json:"contact,omitempty"`
	Contacts           *Contacts           `json:"contacts,omitempty"`
	Poll               *Poll               `json:"poll,omitempty"`
	PollResult         *PollResult         `json:"poll_result,omitempty"`
	Event              *Meeting            `json:"event,omitempty"`
	EventInvite        *EventInvite        `json:"event_invite,omitempty"`
	GroupInvite        *GroupInvite        `json:"group_invite,omitempty"`
	NewsletterInvite   *NewsletterInvite   `json:"newsletter_invite,omitempty"`
	Album              *Album              `json:"album,omitempty"`
	List               *List               `json:"list,omitempty"`
	Buttons            *Buttons            `json:"buttons,omitempty"`
	Template           *Template           `json:"template,omitempty"`
	Interactive        *Interactive        `json:"interactive,omitempty"`
	ButtonReply        *ButtonReply        `json:"button_reply,omitempty"`
	ListReply          *ListReply          `json:"list_reply,omitempty"`
	InteractiveReply   *InteractiveReply   `json:"interactive_reply,omitempty"`
	Product            *Product            `json:"product,omitempty"`
	Order              *Order              `json:"order,omitempty"`
	Payment            *Payment            `json:"payment,omitempty"`
	CallLog            *CallLog            `json:"call_log,omitempty"`
	ScheduledCall      *ScheduledCall      `json:"scheduled_call,omitempty"`
	BroadcastCall      *BroadcastCall      `json:"broadcast_call,omitempty"`
	PhoneRequest       *PhoneRequest       `json:"phone_request,omitempty"`
	StatusMention      *StatusMention      `json:"status_mention,omitempty"`
	StatusNotification *StatusNotification `json:"status_notification,omitempty"`
	StatusQuoted       *StatusQuoted       `json:"status_quoted,omitempty"`
	QuestionAnswer     *QuestionAnswer     `json:"question_answer,omitempty"`
	HistoryBundle      *HistoryBundle      `json:"history_bundle,omitempty"`
	HistoryNotice      *HistoryNotice      `json:"history_notice,omitempty"`
	AIResponse         *AIResponse         `json:"ai_response,omitempty"`
	Music              *Music              `json:"music,omitempty"`
	Placeholder        *Placeholder        `json:"placeholder,omitempty"`
	Interop            *Interop            `json:"interop,omitempty"`
	System             *System             `json:"system,omitempty"`
	Unsupported        *Unsupported        `json:"unsupported,omitempty"`
}

// MainMedia returns the file of a message of a media kind, or the one that heads it; nil when there is none.
func (c *Content) MainMedia() *Media {
	switch {
	case c.Image != nil:
		return &c.Image.Media
	case c.Video != nil:
		return &c.Video.Media
	case c.VideoNote != nil:
		return c.VideoNote
	case c.Audio != nil:
		return c.Audio
	case c.Voice != nil:
		return &c.Voice.Media
	case c.Document != nil:
		return &c.Document.Media
	case c.Sticker != nil:
		return &c.Sticker.Media
	case c.StickerPack != nil:
		return &c.StickerPack.Media
	case c.HistoryBundle != nil:
		return &c.HistoryBundle.Media
	case c.Buttons != nil:
		return c.Buttons.Media
	case c.Template != nil:
		return c.Template.Media
	case c.Interactive != nil:
		return c.Interactive.Media
	case c.Product != nil:
		return c.Product.Media
	case c.Payment != nil:
		return c.Payment.Media
	}
	return nil
}

package event

// CallLog is kind call_log: a call that took place, as the chat shows it.
type CallLog struct {
	Video             bool              `json:"video"`
	Outcome           string            `json:"outcome"` // "connected", "missed", "failed", "rejected", "accepted_elsewhere", "ongoing" …
	Seconds           *int64            `json:"seconds"`
	Type              string            `json:"type"` // "regular", "scheduled_call", "voice_chat"
	Participants      []CallParticipant `json:"participants"`
	ParticipantsTotal int               `json:"participants_total,omitempty"`
}

// CallParticipant is one who was called.
type CallParticipant struct {
	Person  Person `json:"person"`
	Outcome string `json:"outcome"`
}

// ScheduledCall is kind scheduled_call.
type ScheduledCall struct {
	Action          string  `json:"action"` // "created", "cancelled"
	Title           *string `json:"title"`
	StartsAt        *Time   `json:"starts_at"`
	Video           *bool   `json:"video"`
	TargetMessageID *string `json:"target_message_id"` // cancelled: the message that created it
}

// BroadcastCall is kind broadcast_call.
type BroadcastCall struct {
	CallSession string  `json:"call_session"`
	MediaType   string  `json:"media_type"` // "audio", "video", "unknown"
	Caption     *string `json:"caption"`
}

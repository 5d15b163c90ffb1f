package event

// Meeting is kind event: a date in a chat. (Its name keeps it apart from our own events.)
type Meeting struct {
	Name            string    `json:"name"`
	Description     *string   `json:"description"`
	JoinLink        *string   `json:"join_link"`
	Location        *Location `json:"location"`
	StartsAt        *Time     `json:"starts_at"`
	EndsAt          *Time     `json:"ends_at"`
	Cancelled       bool      `json:"cancelled"`
	Call            bool      `json:"call"` // a scheduled call
	GuestsAllowed   bool      `json:"guests_allowed"`
	ReminderSeconds *int64    `json:"reminder_seconds"` // before the start
}

// EventInvite is kind event_invite.
type EventInvite struct {
	EventID   string  `json:"event_id"`
	Title     string  `json:"title"`
	Caption   *string `json:"caption"`
	CallLink  *string `json:"call_link"`
	StartsAt  *Time   `json:"starts_at"`
	EndsAt    *Time   `json:"ends_at"`
	Cancelled bool    `json:"cancelled"`
}

// EventResponse is the data of message.event_response. Undecoded: the answer could not be opened, because the secret of the
// event is not known here.
type EventResponse struct {
	Event       AnsweredEvent `json:"event"`
	Chat        Chat          `json:"chat"`
	By          Person        `json:"by"`
	ByMe        bool          `json:"by_me"`
	Response    *string       `json:"response"` // "going", "not_going", "maybe"
	ExtraGuests *int          `json:"extra_guests"`
	ResponseID  string        `json:"response_id"`
	Undecoded   bool          `json:"undecoded,omitempty"`
}

// AnsweredEvent is the event of an answer.
type AnsweredEvent struct {
	MessageID string  `json:"message_id"`
	Name      *string `json:"name"` // null when the event is not known here
}

package event

// StatusMention is kind status_mention: the account, or a group, was mentioned in a story.
type StatusMention struct {
	TargetMessageID *string `json:"target_message_id"` // the story
	Group           bool    `json:"group"`
}

// StatusNotification is kind status_notification.
type StatusNotification struct {
	Type              string  `json:"type"` // "status_add_yours", "status_reshare" …
	OriginalMessageID *string `json:"original_message_id"`
	ResponseMessageID *string `json:"response_message_id"`
}

// StatusQuoted is kind status_quoted.
type StatusQuoted struct {
	Type            string  `json:"type"` // "question_answer"
	TargetMessageID *string `json:"target_message_id"`
}

// QuestionAnswer is kind question_answer: the answer to a question of a newsletter or a story. The text is beside it.
type QuestionAnswer struct {
	TargetMessageID *string `json:"target_message_id"`
}

// Placeholder is kind placeholder: the content is only on the phone.
type Placeholder struct {
	Reason string `json:"reason"` // "linked_devices_masked", "unknown"
}

// Interop is kind interop: a message of another network of the same company.
type Interop struct {
	Application string  `json:"application"` // "consumer", "armadillo", "multi_device", "business", "payment", "voip", "unknown"
	Content     *string `json:"content"`     // the library's name of it
}

// Unsupported is the content of a message that this build cannot render; its raw form is kept.
type Unsupported struct {
	Field  *string `json:"field"`  // of waE2E.Message
	Reason string  `json:"reason"` // "unknown", "encrypted", "convert_failed"
}

// AIResponse is kind ai_response.
type AIResponse struct {
	Parts      []AIPart `json:"parts"`
	PartsTotal int      `json:"parts_total,omitempty"`
}

// AIPart is a piece of the answer of an assistant.
type AIPart struct {
	Type string  `json:"type"` // "text", "code", "table", "inline_image", "grid_image", "latex", "map" …
	Text *string `json:"text"`
	Data *Loose  `json:"data"` // what is not text, as the library has it
}

package event

// WebhookRef says which webhook a meta event is about.
type WebhookRef struct {
	WebhookID int64  `json:"webhook_id"`
	URL       string `json:"url"` // without its query, which may hold a secret
}

// LastError is how the last attempt of a webhook failed.
type LastError struct {
	Class      string `json:"class"`
	StatusCode *int   `json:"status_code"` // null when there was no answer
}

// WebhookFailing is webhook.failing.
type WebhookFailing struct {
	WebhookRef
	Since     Time      `json:"since"`
	LastError LastError `json:"last_error"`
	Pending   int       `json:"pending"`
}

// WebhookRecovered is webhook.recovered.
type WebhookRecovered struct {
	WebhookRef
	FailedSeconds int64 `json:"failed_seconds"`
	Pending       int   `json:"pending"`
}

// WebhookDisabled is webhook.disabled.
type WebhookDisabled struct {
	WebhookRef
	Reason   string  `json:"reason"`    // gone, no_success_5d or damaged
	HeldFrom *string `json:"held_from"` // id of the first event that waits
}

// WebhookDeliveryFailed is webhook.delivery_failed.
type WebhookDeliveryFailed struct {
	WebhookRef
	EventID   string    `json:"event_id"`
	EventType Type      `json:"event_type"`
	Attempts  int       `json:"attempts"`
	LastError LastError `json:"last_error"`
}

// WebhookEventsExpired is webhook.events_expired.
type WebhookEventsExpired struct {
	WebhookRef
	Count int  `json:"count"`
	From  Time `json:"from"`
	To    Time `json:"to"`
}

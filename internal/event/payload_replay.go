package event

// TestOfWebhook is the data of webhook.test.
type TestOfWebhook struct {
	WebhookID int64  `json:"webhook_id"`
	URL       string `json:"url"` // without its query
	Message   string `json:"message"`
}

// ReplayFinished is the data of webhook.replay_finished.
type ReplayFinished struct {
	WebhookID int64  `json:"webhook_id"`
	URL       string `json:"url"` // without its query
	ReplayID  string `json:"replay_id"`
	State     string `json:"state"` // "done", "cancelled", "failed"
	Delivered int    `json:"delivered"`
	Failed    int    `json:"failed"`
}

package event

// TestOfWebhook is webhook.test.
type TestOfWebhook struct {
	WebhookRef
	Message string `json:"message"`
}

// ReplayFinished is webhook.replay_finished.
type ReplayFinished struct {
	WebhookRef
	ReplayID  string `json:"replay_id"`
	State     string `json:"state"` // "done", "cancelled", "failed"
	Delivered int    `json:"delivered"`
	Failed    int    `json:"failed"`
}

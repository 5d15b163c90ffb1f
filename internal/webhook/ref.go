package webhook

import (
	"strings"

	"wapost/internal/event"
)

// Ref names the webhook in events about it, without the query of its URL, which may hold a secret.
func (w *Webhook) Ref() event.WebhookRef {
	shown, _, _ := strings.Cut(w.URL, "?")
	return event.WebhookRef{WebhookID: w.ID, URL: shown}
}

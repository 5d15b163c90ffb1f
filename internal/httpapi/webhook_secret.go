package httpapi

import (
	"context"
	"net/http"

	"wapost/internal/webhook"
)

// rotateBody is the body of POST /webhooks/{id}/rotate-secret.
type rotateBody struct {
	Secret         *string `json:"secret,omitempty" nullable:"true" minLength:"1" maxLength:"512" doc:"Omitted = generated and shown once"`
	OverlapSeconds *int    `json:"overlap_seconds,omitempty" nullable:"true" minimum:"0" maximum:"604800" default:"86400" doc:"How long older keys go on signing beside the new one; 0 drops them now"`
}

type rotatedView struct {
	Secret            string   `json:"secret,omitempty" doc:"Only when it was generated; it is never shown again"`
	PreviousExpiresAt *instant `json:"previous_expires_at" nullable:"true" doc:"null = it signs no more"`
}

func (a *API) webhookSecretRoute() {
	mount(a, operation[webhookID, rotateBody, rotatedView]{
		method: http.MethodPost, path: "/webhooks/{id}/rotate-secret", tag: tagWebhooks, id: "rotate-webhook-secret", auth: everyUser,
		summary: "Give a webhook a new signing key", description: "The new key signs at once, first in the list of signatures; at most five keys are live.",
		message: "Secret rotated successfully", fallback: "Failed to rotate secret", errors: []int{404}, bodyOptional: true, atomic: true,
		handle: func(ctx context.Context, c *call, p webhookID, b rotateBody) (rotatedView, error) {
			generated, ends, err := a.Webhooks.RotateSecret(ctx, c.webhooks(), int64(p.ID), webhook.Rotation{Secret: b.Secret, OverlapSeconds: b.OverlapSeconds})
			return rotatedView{Secret: generated, PreviousExpiresAt: moment(ends)}, err
		},
	})
}

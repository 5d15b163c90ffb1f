package httppost

import (
	"context"
	"net/http"

	"wapost/internal/delivery"
	"wapost/internal/webhook"
)

// Exchange is one attempt for somebody who looks on: what was sent and what came back.
type Exchange struct {
	Outcome   delivery.Outcome
	Sent      http.Header // with the values of custom headers masked
	Received  http.Header // nil = no answer
	Excerpt   []byte      // at most 16 KiB of the answer, whatever its status
	Truncated bool        // there was more
}

// Examine makes an attempt as Attempt does and keeps what both sides said.
func (s *Sender) Examine(ctx context.Context, r delivery.Request) Exchange {
	o, x := s.send(ctx, r, true)
	out := Exchange{Outcome: o, Received: x.headers, Excerpt: x.excerpt.bytes, Truncated: x.excerpt.truncated}
	if x.sent != nil {
		out.Sent = masked(x.sent, r.Webhook.Headers)
	}
	return out
}

func masked(sent http.Header, custom map[string]string) http.Header {
	out := http.Header{}
	for name, values := range sent {
		switch _, secret := custom[name]; {
		case secret:
			out[name] = []string{webhook.Mask}
		case len(values) > 0:
			out[name] = values
		}
	}
	return out
}

package webhook

import (
	"context"
	"log/slog"
	"time"
)

// Certificates writes to the log, at the start and once a day, which client certificates have expired or soon will: an
// endpoint that refuses one is like an endpoint that is down, and its events wait.
type Certificates struct {
	Active func(context.Context) ([]Webhook, error) // all webhooks that are sent to
	Logger *slog.Logger
}

const certificatesEvery = 24 * time.Hour

// Run looks until ctx ends.
func (c *Certificates) Run(ctx context.Context) error {
	tick := time.NewTicker(certificatesEvery)
	defer tick.Stop()
	for {
		if err := c.look(ctx, time.Now()); err != nil && ctx.Err() == nil {
			c.Logger.Error("looking at client certificates failed", "error", err)
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			return nil
		}
	}
}

func (c *Certificates) look(ctx context.Context, now time.Time) error {
	list, err := c.Active(ctx)
	if err != nil {
		return err
	}
	for _, w := range list {
		if w.TLS == nil || w.TLS.Warning(now) == "" {
			continue
		}
		phrase := "a client certificate ends soon"
		if ends := w.TLS.Expires(); now.After(ends) {
			phrase = "a client certificate has expired"
		}
		c.Logger.Warn(phrase, "webhook_id", w.ID, "not_after", w.TLS.Expires())
	}
	return nil
}

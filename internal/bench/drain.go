package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"runtime/debug"
	"time"

	"wapost/internal/store"
	"wapost/internal/webhook"
)

// bareSample is how many requests the bare client makes for a comparison.
const bareSample = 20_000

// benchDrain has events wait for a hundred paused webhooks, resumes all at once, and compares the rate at which they arrive with
// the bare client, before and after. The memory is that of the whole process: the receiver is part of it.
func benchDrain(ctx context.Context, o options) ([]figure, error) {
	ctx, cancel := context.WithTimeout(ctx, 15*time.Minute)
	defer cancel()
	var figures []figure
	for _, n := range o.backlogs {
		d, err := drain(ctx, n)
		if err != nil {
			return nil, err
		}
		name := fmt.Sprintf("drain of %d waiting events, SQLite FULL, %d webhooks", n, hooks)
		figures = append(figures,
			figure{name + ", of bare http.Transport", d.rate / d.bare, "ratio", "≥ 0.7"},
			figure{name + ", delivered", d.rate, "events/s", "–"},
			figure{name + ", first of them after", d.first.Seconds() * 1e3, "ms", "–"},
			figure{name + ", memory while they wait", megabytes(d.held), "MB", "–"},
			figure{name + ", most memory while they are sent", megabytes(d.most), "MB", "< 250"})
	}
	return figures, nil
}

func megabytes(n int64) float64 { return float64(n) / 1e6 }

type drained struct {
	rate, bare float64 // requests per second
	first      time.Duration
	held, most int64 // bytes
}

func drain(ctx context.Context, n int) (d drained, err error) {
	dir, err := os.MkdirTemp("", "wapost-bench-")
	if err != nil {
		return d, err
	}
	defer func() { _ = os.RemoveAll(dir) }()
	m, err := newMeter(nil)
	if err != nil {
		return d, err
	}
	c := crowd{hooks, 1, m.url}
	g, err := openEngine(ctx, store.Options{Path: filepath.Join(dir, "wapost.db")}, c, fewAtOnce)
	if err != nil {
		return d, err
	}
	before, err := bareRate(ctx, m, c, fewAtOnce)
	if err == nil {
		d, err = g.holdAndResume(ctx, m, c, n)
	}
	if err := g.close(err); err != nil {
		return d, err
	}
	after, err := bareRate(ctx, m, c, fewAtOnce)
	d.bare = (before + after) / 2
	if cerr := m.close(); err == nil {
		err = cerr
	}
	return d, err
}

func (g *gateway) holdAndResume(ctx context.Context, m *meter, c crowd, n int) (d drained, err error) {
	if err := g.setStatus(ctx, c, webhook.Paused); err != nil {
		return d, err
	}
	if err := g.serves(ctx, 0); err != nil {
		return d, err
	}
	t := &talk{gateway: g, crowd: c, meter: m}
	if err := t.flood(ctx, n); err != nil {
		return d, err
	}
	debug.FreeOSMemory() // what the sessions of this process have used is not the question
	d.held = resident()
	most := watchResident()
	m.expect(1)
	begin := time.Now()
	err = g.setStatus(ctx, c, webhook.Active)
	if err == nil {
		err = m.wait(ctx)
		d.first = time.Since(begin)
	}
	if err == nil {
		err = m.settle(ctx, n)
	}
	d.rate, d.most = float64(n)/time.Since(begin).Seconds(), most()
	return d, err
}

// setStatus pauses or resumes all webhooks at once.
func (g *gateway) setStatus(ctx context.Context, c crowd, s webhook.Status) error {
	return g.db.Write(ctx, "bench", func(ctx context.Context, tx *store.Tx) error {
		_, err := tx.Exec(ctx, `UPDATE webhooks SET status = $1`, string(s))
		tx.AfterCommit(func() {
			for i := range c.hooks {
				g.engine.WebhookChanged(int64(i + 1))
			}
		})
		return err
	})
}

// bareRate is how many requests per second the bare client makes to the webhooks of a crowd.
func bareRate(ctx context.Context, m *meter, c crowd, atOnce int) (float64, error) {
	bodies := make([][]byte, bareSample)
	for i := range bodies {
		bodies[i] = sample
	}
	took, err := bare(ctx, m, bodies, m.urls(c.hooks), atOnce)
	m.expect(0)
	return bareSample / took.Seconds(), err
}

package main

import (
	"context"
	"errors"
	"net/http"
	"os"
	"path/filepath"
	"time"

	"wapost/internal/store"
)

// benchIsolation compares the times of 97 webhooks beside three that hang, fail and drip with those of the same 97 beside
// three good ones. The rounds of both kinds alternate, each on a database of its own, because what else the machine does changes
// from minute to minute.
func benchIsolation(ctx context.Context, o options) ([]figure, error) {
	ctx, cancel := context.WithTimeout(ctx, 10*time.Minute)
	defer cancel()
	var all [2]spell // beside good ones, beside bad ones
	var ratios []float64
	misled := 0
	for round := range o.rounds {
		var p99 [2]float64
		for i := range 2 {
			kind := (round + i) % 2
			s, bad, err := besideThree(ctx, o, kind == 1)
			if err != nil {
				return nil, err
			}
			misled += bad
			all[kind].lags = append(all[kind].lags, s.lags...)
			p99[kind] = quantile(s.lags, 0.99)
		}
		ratios = append(ratios, p99[1]/p99[0])
	}
	if misled == 0 {
		return nil, errors.New("nothing was sent to the bad webhooks: the figures would show nothing")
	}
	name := "isolation, 97 of 100 webhooks, event→received, "
	return []figure{
		{name + "p99 beside bad ones, of beside good ones, median of rounds", median(ratios), "ratio", "≤ 1.1"},
		{name + "p99 beside bad ones, of beside good ones, all rounds", quantile(all[1].lags, 0.99) / quantile(all[0].lags, 0.99), "ratio", "≤ 1.1"},
		{name + "p50 beside bad ones, of beside good ones, all rounds", quantile(all[1].lags, 0.5) / quantile(all[0].lags, 0.5), "ratio", "–"},
		{name + "p99 beside good ones", quantile(all[0].lags, 0.99), "ms", "–"},
		{name + "p99 beside bad ones", quantile(all[1].lags, 0.99), "ms", "–"},
		{"isolation, requests that hung, failed or dripped", float64(misled), "requests", "–"},
	}, nil
}

// besideThree is one round. The first three webhooks are bad or good, and are not timed either way; misled is how many requests
// they got when they were bad.
func besideThree(ctx context.Context, o options, bad bool) (s spell, misled int, err error) {
	dir, err := os.MkdirTemp("", "wapost-bench-")
	if err != nil {
		return s, 0, err
	}
	defer func() { _ = os.RemoveAll(dir) }()
	release := make(chan struct{})
	three := map[int]http.HandlerFunc{0: good, 1: good, 2: good}
	if bad {
		three = map[int]http.HandlerFunc{0: hang(release), 1: fail, 2: drip(release)}
	}
	m, err := newMeter(three)
	if err != nil {
		return s, 0, err
	}
	c := crowd{hooks, 1, m.url}
	g, err := openEngine(ctx, store.Options{Path: filepath.Join(dir, "wapost.db")}, c, fewAtOnce)
	if err != nil {
		return s, 0, err
	}
	t := &talk{gateway: g, crowd: c, meter: m}
	s, err = t.steadily(ctx, o.rate, o.spell)
	close(release)
	if err := g.close(err); err != nil {
		return s, 0, err
	}
	if bad {
		misled = int(m.others.Load())
	}
	return s, misled, m.close()
}

func good(http.ResponseWriter, *http.Request) {}

func fail(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusInternalServerError) }

// hang answers nothing until the sender has gone, or it is released.
func hang(release <-chan struct{}) http.HandlerFunc {
	return func(_ http.ResponseWriter, q *http.Request) {
		select {
		case <-q.Context().Done():
		case <-release:
		}
	}
}

// drip sends the head of its answer byte by byte and never comes to its end.
func drip(release <-chan struct{}) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		conn, _, err := http.NewResponseController(w).Hijack()
		if err != nil {
			return
		}
		defer func() { _ = conn.Close() }()
		tick := time.NewTicker(100 * time.Millisecond)
		defer tick.Stop()
		for next := "HTTP/1.1 200 OK\r\nX-Drip: "; ; next = next[1:] + "." {
			if _, err := conn.Write([]byte(next[:1])); err != nil {
				return
			}
			select {
			case <-tick.C:
			case <-release:
				return
			}
		}
	}
}

package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"wapost/internal/store"
	"wapost/internal/store/storetest"
)

// benchMatrix measures each combination of database, number of webhooks and fan-out in the same way: what it can carry, as a
// share of the bare client too, and how long commits and deliveries take at half of that and at a given rate.
func benchMatrix(ctx context.Context, o options) ([]figure, error) {
	var figures []figure
	for _, database := range o.databases {
		place, end, err := openPlace(database)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", database, err)
		}
		for _, fan := range o.fans {
			for _, n := range o.hooks {
				if fan > n {
					continue // an event cannot go to more webhooks than there are
				}
				fmt.Fprintf(os.Stderr, "  %s, %d webhooks, fan-out %d\n", database, n, fan)
				f, err := cell(ctx, o, place, n, fan)
				if err != nil {
					return nil, errors.Join(fmt.Errorf("%s, %d webhooks, fan-out %d: %w", database, n, fan, err), end())
				}
				figures = append(figures, f.named(fmt.Sprintf("%s, %d webhooks, fan-out %d", database, n, fan), o.rate)...)
			}
		}
		if err := end(); err != nil {
			return nil, err
		}
	}
	return figures, nil
}

// place makes an empty database; end removes it.
type place func() (at store.Options, end func() error, err error)

// openPlace is where databases of a kind are made: a directory, or a server that is started for this.
func openPlace(database string) (p place, end func() error, err error) {
	switch database {
	case "sqlite":
		return newFile, func() error { return nil }, nil
	case "postgres":
		server, err := storetest.StartServer()
		if err != nil {
			return nil, nil, err
		}
		made := func() (store.Options, func() error, error) {
			url, err := server.NewDatabase()
			return store.Options{URL: url}, func() error { return nil }, err
		}
		return made, server.Remove, nil
	}
	return nil, nil, errors.New("no such database; there are sqlite and postgres")
}

func newFile() (store.Options, func() error, error) {
	dir, err := os.MkdirTemp("", "wapost-bench-")
	return store.Options{Path: filepath.Join(dir, "wapost.db")}, func() error { return os.RemoveAll(dir) }, err
}

// result is what one cell shows.
type result struct {
	rate, bare  float64 // deliveries per second, at most
	half, given spell
}

func (r result) named(cell string, rate float64) []figure {
	list := []figure{
		{cell + ", delivered at most", r.rate, "events/s", "–"},
		{cell + ", of bare http.Transport", r.rate / r.bare, "ratio", "–"},
	}
	for _, s := range []struct {
		load string
		spell
	}{{"half load", r.half}, {fmt.Sprintf("%g events/s", rate), r.given}} {
		list = append(list,
			figure{cell + ", " + s.load + ", commit p50", quantile(s.commits, 0.5), "ms", "–"},
			figure{cell + ", " + s.load + ", commit p99", quantile(s.commits, 0.99), "ms", "–"},
			figure{cell + ", " + s.load + ", event→received p50", quantile(s.lags, 0.5), "ms", "–"},
			figure{cell + ", " + s.load + ", event→received p99", quantile(s.lags, 0.99), "ms", "–"})
	}
	return list
}

// cell measures one combination on a database of its own.
func cell(ctx context.Context, o options, p place, n, fan int) (r result, err error) {
	ctx, cancel := context.WithTimeout(ctx, 5*time.Minute)
	defer cancel()
	at, end, err := p()
	if err != nil {
		return r, err
	}
	defer func() { err = errors.Join(err, end()) }()
	m, err := newMeter(nil)
	if err != nil {
		return r, err
	}
	defer func() { err = errors.Join(err, m.close()) }()
	c := crowd{n, fan, m.url}
	if r.bare, err = bareRate(ctx, m, c, o.atOnce[0]); err != nil {
		return r, err
	}
	g, err := openEngine(ctx, at, c, o.atOnce[0])
	if err != nil {
		return r, err
	}
	t := &talk{gateway: g, crowd: c, meter: m}
	r.rate, err = t.saturate(ctx, o.spell)
	if err == nil {
		r.half, err = t.steadily(ctx, r.rate/float64(fan)/2, o.spell)
	}
	if err == nil {
		r.given, err = t.steadily(ctx, o.rate, o.spell)
	}
	return r, g.close(err)
}

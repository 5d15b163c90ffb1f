package main

import (
	"context"
	"net/netip"
	"time"

	"wapost/internal/delivery"
	"wapost/internal/delivery/httppost"
	"wapost/internal/egress"
	"wapost/internal/journal"
	"wapost/internal/store"
	"wapost/internal/vault"
)

// gateway is the part of the product behind the sessions: journal, store, engine, sender.
type gateway struct {
	db      *store.DB
	journal *journal.Journal
	engine  *delivery.Engine
	stop    func() error
}

// openEngine makes a database with a crowd in it and runs it, with so many attempts under way at most.
func openEngine(ctx context.Context, at store.Options, c crowd, atOnce int) (*gateway, error) {
	v, err := vault.New(make([]byte, 32))
	if err != nil {
		return nil, err
	}
	at.Vault = v
	db, err := store.Open(ctx, at)
	if err != nil {
		return nil, err
	}
	sender := httppost.New(egress.New(loopback()).Door(egress.TransportOptions{}), "bench")
	engine := delivery.New(delivery.Options{Store: db.Deliveries(), Transport: sender, MaxInFlight: atOnce})
	db.OnRecorded(engine.Recorded)
	storeCtx, stopStore := context.WithCancel(ctx)
	engineCtx, stopEngine := context.WithCancel(ctx)
	storeDone, engineDone := make(chan error, 1), make(chan error, 1)
	go func() { storeDone <- db.Run(storeCtx) }()
	if err := c.write(ctx, db, v); err != nil {
		stopStore()
		stopEngine()
		return nil, err
	}
	go func() { engineDone <- engine.Run(engineCtx) }()
	stop := func() error {
		stopEngine()
		err := <-engineDone
		sender.CloseIdleConnections()
		stopStore()
		if serr := <-storeDone; err == nil {
			err = serr
		}
		if cerr := db.Close(); err == nil {
			err = cerr
		}
		return err
	}
	g := &gateway{db: db, journal: journal.New(db.Events()), engine: engine, stop: stop}
	if err := g.serves(ctx, c.devices()*c.fan); err != nil {
		return nil, g.close(err)
	}
	return g, nil
}

// serves waits until the engine serves so many webhooks: it loads them when it starts, and hears of changes a moment after
// their commit.
func (g *gateway) serves(ctx context.Context, n int) error {
	tick := time.NewTicker(time.Millisecond)
	defer tick.Stop()
	for range tick.C {
		if f, err := g.engine.Figures(ctx); err != nil || f.Webhooks == n {
			return err
		}
	}
	return nil
}

func (g *gateway) close(err error) error {
	if serr := g.stop(); err == nil {
		err = serr
	}
	return err
}

func loopback() egress.Policy {
	return egress.Policy{AllowHTTP: true, AllowCIDRs: []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}}
}

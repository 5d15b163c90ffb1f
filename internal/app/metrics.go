package app

import (
	"context"
	"errors"
	"net"
	"net/http"

	"wapost/internal/delivery/httppost"
	"wapost/internal/httpapi"
	"wapost/internal/metrics"
	"wapost/internal/whatsapp"
)

// measure has the rooms' figures collected. The engine is made with the wrapped transport and store, so this comes before it.
func (a *App) measure() {
	a.metrics = metrics.New(a.options.Version)
	a.db.OnRecorded(a.metrics.Recorded)
	a.db.OnCommit(a.metrics.Committed)
}

// watch has the rooms asked when somebody scrapes.
func (a *App) watch(dialer *whatsapp.Dialer, sender *httppost.Sender) {
	a.metrics.Watch(metrics.Sources{
		Engine: a.engine, Sessions: a.sessions, Census: a.db.Figures().Census, Queued: a.db.Queued, WhatsApp: &dialer.Counters, Media: a.files.Figures, Repeats: sender.Repeats, Logger: a.log,
	})
}

// listenMetrics opens the listener for scrapers, if one is wanted.
func (a *App) listenMetrics() error {
	if a.options.MetricsListen == "" {
		return nil
	}
	ln, err := listenAt("--metrics-listen", a.options.MetricsListen)
	if err != nil {
		return err
	}
	a.scrapers = ln
	a.closers = append(a.closers, func() error {
		if err := ln.Close(); !errors.Is(err, net.ErrClosed) {
			return err
		}
		return nil
	})
	return nil
}

// MetricsAddr is the address for scrapers, nil when there is none of its own.
func (a *App) MetricsAddr() net.Addr {
	if a.scrapers == nil {
		return nil
	}
	return a.scrapers.Addr()
}

// addresses are all that we listen on.
func (a *App) addresses() []net.Addr {
	if a.scrapers == nil {
		return []net.Addr{a.listener.Addr()}
	}
	return []net.Addr{a.listener.Addr(), a.scrapers.Addr()}
}

// serveMetrics answers scrapers until ctx ends. On this machine alone it asks for no secret; where others can reach it, it
// asks for the one of /admin.
func (a *App) serveMetrics(ctx context.Context) error {
	handler := a.metrics.Handler()
	if t, ok := a.scrapers.Addr().(*net.TCPAddr); !ok || !t.IP.IsLoopback() {
		handler = a.api.Guarded(handler)
	}
	mux := http.NewServeMux()
	mux.Handle("GET /metrics", handler)
	server := httpapi.Server(a.options.MetricsListen, mux)
	ended := make(chan error, 1)
	go func() { ended <- server.Serve(a.scrapers) }()
	select {
	case err := <-ended:
		return err
	case <-ctx.Done():
	}
	_ = server.Close() // a scrape that is cut short comes again
	if err := <-ended; !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}

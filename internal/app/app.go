// Package app puts the rooms together: it opens, starts, stops and closes, and is the only one that knows everybody.
//
// It promises an order. At start the port is bound before any device connects; at the end requests are refused first, then
// sessions are closed (what was not acknowledged stays with WhatsApp), then attempts in flight end, then the database.
package app

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"path/filepath"
	"syscall"
	"time"

	"wapost/internal/access"
	"wapost/internal/delivery"
	"wapost/internal/delivery/httppost"
	"wapost/internal/egress"
	"wapost/internal/history"
	"wapost/internal/httpapi"
	"wapost/internal/journal"
	"wapost/internal/media"
	"wapost/internal/metrics"
	"wapost/internal/outbox"
	"wapost/internal/replay"
	"wapost/internal/session"
	"wapost/internal/store"
	"wapost/internal/vault"
	"wapost/internal/webhook"
	"wapost/internal/whatsapp"
)

// App is the whole gateway.
type App struct {
	options  Options
	log      *slog.Logger
	listener net.Listener
	keys     *store.Keys // the key store of WhatsApp's library
	db       *store.DB
	engine   *delivery.Engine
	replays  *replay.Service
	sessions *session.Manager
	outbox   *outbox.Outbox
	files    *media.Archive
	retain   *delivery.Retention
	past     *history.Service
	api      *httpapi.API
	metrics  *metrics.Metrics
	scrapers net.Listener // nil = they use the API's
	made     []string     // files of secrets that this start generated
	closers  []func() error
}

// New opens everything and binds the port. It starts nothing; Run does, and closes it all. When New fails, nothing stays open.
func New(ctx context.Context, o Options) (*App, error) {
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	o.Logger = slog.New(httpapi.WithRequestID(o.Logger.Handler()))
	a := &App{options: o, log: o.Logger}
	if err := a.open(ctx); err != nil {
		return nil, errors.Join(err, a.close())
	}
	return a, nil
}

func (a *App) open(ctx context.Context) error {
	o := &a.options
	if err := makeDirectory(o.Data); err != nil {
		return fmt.Errorf("make the data directory: %w", err)
	}
	if err := a.lockData(ctx); err != nil {
		return err
	}
	made, err := o.Secrets.complete(o.Data)
	if err != nil {
		return err
	}
	a.made = made
	net, err := a.findNetwork(ctx)
	if err != nil {
		return err
	}
	if err := a.openStores(ctx); err != nil {
		return err
	}
	if err := errors.Join(a.listen(), a.listenMetrics()); err != nil {
		return err
	}
	return a.wire(ctx, net)
}

// handover is how long the data directory is waited for when the database is a server, which is waited for as long: one gateway
// may then take over from another.
const handover = 30 * time.Second

// lockData makes this process the only one that uses the data directory, until it ends.
func (a *App) lockData(ctx context.Context) error {
	dir := a.options.Data
	take := func(patience time.Duration) (*store.FileLock, error) {
		return store.LockFile(ctx, filepath.Join(dir, "wapost.lock"), "data directory", dir, patience)
	}
	lock, err := take(0)
	if err != nil && store.IsPostgres(a.options.Database) {
		a.log.Warn("the data directory is not free: waiting for it", "patience", handover, "error", err)
		lock, err = take(handover)
	}
	if err != nil {
		return err
	}
	a.closers = append(a.closers, lock.Close)
	return nil
}

func (a *App) findNetwork(ctx context.Context) (network, error) {
	if a.options.Simulator == "" {
		return network{}, nil
	}
	a.log.Warn("this instance talks to a simulator, not to WhatsApp", "simulator", a.options.Simulator)
	return findSimulator(ctx, a.options.Simulator)
}

// openStores opens the database and the key store of WhatsApp's library.
func (a *App) openStores(ctx context.Context) error {
	keys, err := a.options.Secrets.instanceKeys()
	if err != nil {
		return err
	}
	v, err := vault.New(keys[0], keys[1:]...)
	if err != nil {
		return err
	}
	o := store.Options{Vault: v, Logger: a.log, NoMessages: keepMessages(&a.options) < 0}
	o.Path, o.URL = a.place()
	if a.db, err = store.Open(ctx, o); err != nil {
		return err
	}
	a.closers = append(a.closers, a.db.Close)
	if v.Keys() > 1 {
		a.log.Info("old instance keys are given; nothing in the database needs them any more, but older backups do", "old_keys", v.Keys()-1, "key_id", v.ID())
	}
	if o.URL != "" {
		a.keys, err = store.OpenPostgresKeys(ctx, o.URL)
	} else {
		a.keys, err = store.OpenKeys(ctx, filepath.Join(a.options.Data, "whatsapp.db"))
	}
	if err != nil {
		return err
	}
	a.closers = append(a.closers, a.keys.Close)
	return nil
}

// keepMessages is how long messages are kept; 0 = as long as events, negative = not at all.
func keepMessages(o *Options) time.Duration {
	switch {
	case o.KeepMessages == nil:
		return 0
	case *o.KeepMessages <= 0:
		return -1
	}
	return *o.KeepMessages
}

// place is where the database lives: in a file, or at a server.
func (a *App) place() (path, url string) {
	switch d := a.options.Database; {
	case d == "":
		return filepath.Join(a.options.Data, "wapost.db"), ""
	case store.IsPostgres(d):
		return "", d
	default:
		return d, ""
	}
}

func (a *App) listen() error {
	ln, err := listenAt("--listen", a.options.Listen)
	if err != nil {
		return err
	}
	a.listener = ln
	a.closers = append(a.closers, func() error {
		if err := ln.Close(); !errors.Is(err, net.ErrClosed) {
			return err
		}
		return nil
	})
	return nil
}

// listenAt opens the address of a flag and says what to do when that fails.
func listenAt(flag, address string) (net.Listener, error) {
	if _, _, err := net.SplitHostPort(address); err != nil {
		return nil, fmt.Errorf("%s %q: write host and port, such as 127.0.0.1:7001, or :7001 for all addresses of this machine", flag, address)
	}
	ln, err := net.Listen("tcp", address)
	switch {
	case errors.Is(err, syscall.EADDRINUSE):
		return nil, fmt.Errorf("%w; is another wapost running? choose another address with %s", err, flag)
	case err != nil:
		return nil, fmt.Errorf("%w; choose another address with %s", err, flag)
	}
	return ln, nil
}

// wire makes the rooms and connects them: straight from the socket to the customer.
func (a *App) wire(ctx context.Context, n network) error {
	o := a.options
	proxies := egress.New(egress.Policy{AllowCIDRs: o.ProxyAllowCIDR})
	proxies.Listening(a.addresses()...)
	dialer, err := whatsapp.New(ctx, whatsapp.Options{DB: a.keys.DB, Sync: a.keys.Sync, Postgres: store.IsPostgres(o.Database), Meta: a.db, Guard: proxies, Logger: a.log,
		RootKey: n.rootKey, Address: n.address, Scratch: o.Data, HistoryFile: o.HistoryFile, Crash: o.Crash})
	if err != nil {
		return err
	}
	guard := egress.New(egress.Policy{AllowHTTP: o.WebhookAllowHTTP, AllowCIDRs: o.WebhookAllowCIDR})
	guard.Listening(a.addresses()...)
	if o.WebhookAllowHTTP || len(o.WebhookAllowCIDR) > 0 {
		a.log.Warn("webhooks may reach more than the public internet over https", "allow_http", o.WebhookAllowHTTP, "allow_cidr", o.WebhookAllowCIDR)
	}
	sender := httppost.New(guard.Door(egress.TransportOptions{}), o.Version)
	a.measure()
	transport := a.metrics.Transport(sender)
	a.engine = delivery.New(delivery.Options{Store: a.metrics.Store(a.db.Deliveries()), Transport: transport, Logger: a.log})
	a.db.OnRecorded(a.engine.Recorded)
	feed := journal.NewFeed()
	a.db.OnRecorded(feed.Recorded)
	log := journal.New(a.db.Events())
	a.replays = replay.New(replay.Options{Store: a.db.Replays(), Transport: transport, Sink: log, Engine: a.engine, Logger: a.log})
	changed := changes{a.engine, a.replays}
	a.db.OnWebhookGone(changed.WebhookChanged)
	a.retain = &delivery.Retention{Shelf: a.db.Retention(), Sink: log, Logger: a.log, KeepEvents: o.KeepEvents, KeepAttempts: o.KeepAttempts,
		KeepMessages: keepMessages(&o)}
	a.sessions = session.NewManager(session.Options{Store: a.db.Devices(), Identities: a.db.Identities(), Sink: log, Dialer: dialer, Messages: a.db.Messages(), Chats: a.db.Messages(), Announced: a.db.Past(), CheckProxy: proxies.CheckProxy, Logger: a.log})
	if err := a.wireMedia(log, dialer); err != nil {
		return err
	}
	sending := outbox.Parts{Store: a.db.Outbox(), Sender: a.sessions, Sink: log, Logger: a.log, Crash: o.Crash}
	if keepMessages(&o) >= 0 {
		sending.Messages = a.db.Messages()
	}
	a.outbox = outbox.New(sending)
	a.past = history.New(history.Options{Store: a.db.Past(), Sessions: a.sessions, Sink: log, Messages: a.db.Messages(), Logger: a.log, Crash: o.Crash})
	a.db.OnHistory(a.past.Wake)
	a.db.OnAccountGone(a.sessions.ForgetAccount)
	a.sessions.OnUsable(a.past.Usable)
	a.watch(dialer, sender)
	hooks := webhook.NewService(webhook.Options{Store: a.db.Webhooks(), Door: guard, Changes: changed, Logger: a.log})
	return a.wireAPI(hooks, feed, sender)
}

// changes tells several rooms that a webhook has changed.
type changes []webhook.Changes

// WebhookChanged implements webhook.Changes.
func (c changes) WebhookChanged(id int64) {
	for _, room := range c {
		room.WebhookChanged(id)
	}
}

func (a *App) wireAPI(hooks *webhook.Service, feed *journal.Feed, sender *httppost.Sender) error {
	o := a.options
	admin, err := access.NewAdminSecret(o.Secrets.Admin)
	if err != nil {
		return err
	}
	tokens, err := access.NewTokens([]byte(o.Secrets.JWT), o.TokenLifetime)
	if err != nil {
		return err
	}
	a.api = httpapi.New(httpapi.Options{
		Version: o.Version, Commit: commit(), Library: libraryVersion(), Logger: a.log, Gate: access.NewGate(a.db.Accounts(), tokens, admin), Accounts: access.NewAccounts(a.db.Accounts()),
		Sessions: a.sessions, Webhooks: hooks, Deliveries: a.engine, Outbox: a.outbox, Files: a.files, Messages: a.db.Messages(), Past: a.past, Answers: a.db.Idempotency(), Figures: a.db.Figures(),
		Metrics: a.metrics.Handler(), Observe: a.metrics.Request, Checks: a.checks, BasePath: o.BasePath, Origins: o.Origins,
		Log: a.db.Events(), Feed: feed, History: a.db.History(), Replays: a.replays, Tester: sender,
	})
	return nil
}

// Addr is the address of the API.
func (a *App) Addr() net.Addr { return a.listener.Addr() }

// Made lists the files of secrets that this start generated.
func (a *App) Made() []string { return a.made }

// Run runs the gateway until ctx ends, shuts it down in order and closes everything.
func (a *App) Run(ctx context.Context) error {
	parts := []part{
		{"store", a.db.Run},
		{"key store", a.keys.Run},
		{"deliveries", a.engine.Run},
		{"replays", a.replays.Run},
		{"sessions", a.sessions.Run},
		{"media", a.files.Run},
		{"outbox", a.outbox.Run},
		{"history", a.past.Run},
		{"housekeeping", a.api.Run},
		{"retention", a.retain.Run},
		{"certificates", (&webhook.Certificates{Active: a.db.Webhooks().Active, Logger: a.log}).Run},
	}
	if a.scrapers != nil {
		parts = append(parts, part{"metrics", a.serveMetrics})
	}
	err := runParts(ctx, a.log, append(parts, part{"http", a.serve}), a.api.Stopping)
	return errors.Join(err, a.close())
}

// requestsEnd is how long requests may take to end after the gateway was told to stop.
const requestsEnd = 10 * time.Second

func (a *App) serve(ctx context.Context) error {
	server := httpapi.Server(a.options.Listen, a.api.Handler())
	ended := make(chan error, 1)
	go func() { ended <- server.Serve(a.listener) }()
	a.api.Started()
	select {
	case err := <-ended:
		return err
	case <-ctx.Done():
	}
	stop, cancel := context.WithTimeout(context.WithoutCancel(ctx), requestsEnd)
	defer cancel()
	if err := server.Shutdown(stop); err != nil {
		a.log.Warn("requests were cut short", "error", err)
		_ = server.Close() // Shutdown has told what matters
	}
	if err := <-ended; !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}

// close closes what is open, last opened first.
func (a *App) close() error {
	var errs []error
	for i := len(a.closers) - 1; i >= 0; i-- {
		errs = append(errs, a.closers[i]())
	}
	a.closers = nil
	return errors.Join(errs...)
}

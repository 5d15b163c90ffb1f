package main

import (
	"context"
	"database/sql"
	"errors"
	"net"
	"net/http"
	"path/filepath"

	"go.mau.fi/whatsmeow"
	"go.mau.fi/whatsmeow/store/sqlstore"
	"go.mau.fi/whatsmeow/types/events"
	waLog "go.mau.fi/whatsmeow/util/log"

	"wapost/internal/store"
)

// libraryAlone is whatsmeow over its own SQLite store with the settings that lose nothing, and a handler that does nothing.
type libraryAlone struct {
	keys      *sql.DB
	container *sqlstore.Container
	transport *http.Transport
	clients   []*whatsmeow.Client
	codes     chan string
	connected chan struct{}
}

func openLibrary(ctx context.Context, w *world, dir string) (party, error) {
	keys, err := store.OpenSQLite(filepath.Join(dir, "library.db"))
	if err != nil {
		return nil, err
	}
	keys.SetMaxOpenConns(8) // the library asks for a second one while a transaction is open
	l := &libraryAlone{keys: keys, container: sqlstore.NewWithDB(keys, "sqlite", waLog.Noop), codes: make(chan string, 8), connected: make(chan struct{}, 8)}
	var dialer net.Dialer
	dial := func(ctx context.Context, _, _ string) (net.Conn, error) {
		return dialer.DialContext(ctx, "tcp", w.sim.Addr())
	}
	l.transport = &http.Transport{DialContext: dial, DialTLSContext: dial}
	return l, l.container.Upgrade(ctx)
}

func (l *libraryAlone) pair(ctx context.Context) (string, error) {
	c := whatsmeow.NewClient(l.container.NewDevice(), waLog.Noop)
	client := &http.Client{Transport: l.transport}
	c.SetWebsocketHTTPClient(client)
	c.SetPreLoginHTTPClient(client)
	c.SetMediaHTTPClient(client)
	c.SynchronousAck, c.EnableDecryptedEventBuffer = true, true
	c.AddEventHandlerWithSuccessStatus(func(evt any) bool {
		switch v := evt.(type) {
		case *events.QR:
			l.codes <- v.Codes[0]
		case *events.Connected:
			l.connected <- struct{}{}
		}
		return true
	})
	l.clients = append(l.clients, c)
	if err := c.ConnectContext(ctx); err != nil {
		return "", err
	}
	select {
	case code := <-l.codes:
		return code, nil
	case <-ctx.Done():
		return "", ctx.Err()
	}
}

func (l *libraryAlone) ready(ctx context.Context) error {
	select {
	case <-l.connected:
		return nil
	case <-ctx.Done():
		return errors.Join(errors.New("the library did not connect"), ctx.Err())
	}
}

func (l *libraryAlone) expect(int) {}

func (l *libraryAlone) delivered(context.Context) error { return nil }

func (l *libraryAlone) close() error {
	for _, c := range l.clients {
		c.Disconnect()
	}
	return l.keys.Close()
}

package whatsapp

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"time"

	"go.mau.fi/util/dbutil"
	"go.mau.fi/whatsmeow"
	"go.mau.fi/whatsmeow/store/sqlstore"
	"go.mau.fi/whatsmeow/store/sqlstore/upgrades"
	"go.mau.fi/whatsmeow/types"

	"wapost/internal/egress"
	"wapost/internal/fault"
	"wapost/internal/session"
)

// Options of New.
type Options struct {
	DB *sql.DB // the key store: a SQLite file of its own; or a schema of its own in PostgreSQL
	// Sync returns when what DB has committed survives a power cut; nil = every commit does when it returns.
	Sync     func(context.Context) error
	Postgres bool          // DB is PostgreSQL
	Meta     Meta          // for the network stamp
	Guard    *egress.Guard // says which proxies devices may have; nil = those at public addresses
	Logger   *slog.Logger
	RootKey  *[32]byte // the certificate authority of a simulator; nil = WhatsApp's
	Address  string    // the wire of a simulator, host:port; "" = WhatsApp's hosts

	// Patience is how long a failed commit is tried again in place; 0 = 45 s. The library gives a stanza five minutes, pings go
	// on meanwhile; whatsapp.md §3 wants less than 60 s.
	Patience time.Duration
	// Scratch is the directory of files that are needed for a moment; "" = the system's.
	Scratch string
	// HistoryFile is how large a file of a history may be, packed; 0 = 128 MiB.
	HistoryFile int64
	// Crash is called at named points, for tests that kill the process there: "after-decrypt", "after-commit".
	Crash func(point string)
}

// connections is how many connections the key store may have. One would deadlock: the library asks for a second one while a
// transaction is open.
const connections = 8

// Dialer makes the lines of a gateway over one key store. It implements session.Dialer.
type Dialer struct {
	Counters  Counters
	container *sqlstore.Container
	keys      *dbutil.Database // of the container: transactions of both are one
	meta      Meta
	network   Network
	log       *slog.Logger
	transport *http.Transport // without a proxy
	guard     *egress.Guard
	address   string // of a simulator; "" = WhatsApp's hosts
	version   version
	patience  time.Duration
	scratch   string

	historyFile int64 // bytes
	crash       func(point string)
	writes      *writes
}

var _ session.Dialer = (*Dialer)(nil)

// New sets up the library for this process and brings the key store up to date. It starts nothing.
func New(ctx context.Context, o Options) (*Dialer, error) {
	if err := setUp(o.RootKey); err != nil {
		return nil, err
	}
	d := &Dialer{meta: o.Meta, network: Real, log: o.Logger, transport: newTransport(o.Address, direct()), guard: o.Guard, address: o.Address, patience: o.Patience, scratch: o.Scratch, crash: o.Crash,
		historyFile: cmp.Or(o.HistoryFile, defaultHistoryFile), writes: newWrites(o)}
	if o.RootKey != nil || o.Address != "" {
		if o.RootKey == nil || o.Address == "" {
			return nil, errors.New("a simulator needs both its root key and its address")
		}
		d.network = Simulated
	}
	if d.log == nil {
		d.log = slog.New(slog.DiscardHandler)
	}
	if d.guard == nil {
		d.guard = egress.New(egress.Policy{})
	}
	if d.patience == 0 {
		d.patience = 45 * time.Second
	}
	if d.crash == nil {
		d.crash = func(string) {}
	}
	if err := CheckNetwork(ctx, d.meta, d.network); err != nil {
		return nil, err
	}
	o.DB.SetMaxOpenConns(connections)
	o.DB.SetMaxIdleConns(connections)
	dialect := "sqlite"
	if o.Postgres {
		dialect = "postgres"
	}
	var err error
	if d.keys, err = dbutil.NewWithDB(o.DB, dialect); err != nil {
		return nil, fmt.Errorf("open the key store: %w", err)
	}
	d.keys.UpgradeTable, d.keys.VersionTable = upgrades.Table, "whatsmeow_version" // as the library's own constructor does
	d.container = sqlstore.NewWithWrappedDB(d.keys, tap{log: d.log})
	if err := d.container.Upgrade(ctx); err != nil {
		return nil, fmt.Errorf("upgrade the key store: %w", err)
	}
	return d, nil
}

// Dial makes the line of a device.
//
// Errors: fault.NotFound when there are no keys for the JID; fault.Unavailable when the key store does not work.
func (d *Dialer) Dial(ctx context.Context, linked session.Linked, o session.Observer) (session.Line, error) {
	if linked.JID == "" {
		return d.newLine(d.container.NewDevice(), own{}, o), nil
	}
	jid, err := types.ParseJID(linked.JID)
	if err != nil {
		return nil, fault.Wrap(err, fault.NotFound, "No keys for this device")
	}
	dev, err := d.container.GetDevice(ctx, jid)
	switch {
	case err != nil:
		return nil, fault.Wrap(err, fault.Unavailable, "Storage is unavailable")
	case dev == nil:
		return nil, fault.New(fault.NotFound, "No keys for this device")
	}
	who := own{jid: *dev.ID, lid: dev.LID, pushName: dev.PushName, businessName: dev.BusinessName, platform: dev.Platform}
	return d.newLine(dev, who, o), nil
}

// Forget deletes the keys of a JID.
func (d *Dialer) Forget(ctx context.Context, jid string) error {
	id, err := types.ParseJID(jid)
	if err != nil {
		return nil //nolint:nilerr // no keys can belong to it
	}
	dev, err := d.container.GetDevice(ctx, id)
	if err != nil || dev == nil {
		return err
	}
	return dev.Delete(ctx)
}

// Renew asks WhatsApp's own page which protocol version it runs.
func (d *Dialer) Renew(ctx context.Context) (bool, error) {
	ctx, cancel := context.WithTimeout(ctx, headerLimit)
	defer cancel()
	latest, err := whatsmeow.GetLatestVersion(ctx, &http.Client{Transport: d.transport})
	if err != nil {
		return false, fmt.Errorf("ask for the protocol version: %w", err)
	}
	return d.version.renew(*latest), nil
}

// Version returns the protocol version that we claim.
func (d *Dialer) Version() string { return d.version.current().String() }

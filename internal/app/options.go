package app

import (
	"log/slog"
	"net/netip"
	"time"
)

// Options of New. The zero value of an optional field is its default.
type Options struct {
	Listen   string // host:port of the API
	Data     string // data directory; made when it is missing
	Database string // path of the SQLite file, or URL of a PostgreSQL database (never logged); "" = wapost.db in the data directory
	BasePath string // prefix of all routes; optional

	// MetricsListen is host:port of a listener for scrapers alone; "" = they use /metrics of the API, with the admin secret.
	MetricsListen string

	Origins []string

	Simulator        string // URL of a simulator's control API; "" = the real WhatsApp
	WebhookAllowHTTP bool
	WebhookAllowCIDR []netip.Prefix
	ProxyAllowCIDR   []netip.Prefix // where proxies of devices may be, beside public addresses
	TokenLifetime    time.Duration  // of device tokens; 0 = they end only when they are replaced
	KeepEvents       time.Duration  // how long the log keeps events; 0 = 30 days
	KeepAttempts     time.Duration  // how long failed attempts are kept; 0 = 14 days
	HistoryFile      int64          // bytes of one packed file of a history; 0 = 128 MiB
	KeepMessages     *time.Duration // how long messages can be looked up; nil = as long as events, 0 = not at all
	Media            MediaOptions
	Secrets          Secrets // what is missing is generated in the data directory

	Logger  *slog.Logger
	Version string

	// Crash is called at named points; tests kill the process there. nil in every build that is shipped.
	Crash func(point string)
}

package main

import (
	"context"
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"strings"
	"time"

	"wapost/internal/app"
)

type serveCmd struct {
	Listen        string         `default:":7001" help:"Address of the API."`
	Data          string         `default:"./wapost-data" type:"path" help:"Directory of everything that must last."`
	Database      string         `placeholder:"PATH|URL" help:"SQLite file, or postgres://… (a URL with a password belongs into WAPOST_DATABASE or a file named by WAPOST_DATABASE_FILE); default: wapost.db in the data directory."`
	Simulator     string         `placeholder:"URL" help:"Use the simulator at this address of this machine instead of WhatsApp."`
	MetricsListen string         `placeholder:"HOST:PORT" help:"Serve /metrics here too, for scrapers: without a secret on a loopback address, elsewhere with the admin secret."`
	BasePath      string         `placeholder:"PATH" help:"Prefix of all routes, e.g. /wapost."`
	AllowOrigin   []string       `placeholder:"ORIGIN" help:"Origins that browsers may call the API from (CORS); default: none."`
	TokenLifetime time.Duration  `default:"0" help:"How long device tokens live; 0 = until they are replaced."`
	KeepEvents    time.Duration  `default:"720h" help:"How long events stay in the log."`
	KeepAttempts  time.Duration  `default:"336h" help:"How long failed attempts are kept."`
	MessagesKeep  *time.Duration `placeholder:"DURATION" help:"How long chats and messages can be looked up; default, and at most: as long as events; 0 = not at all."`
	HistoryFile   size           `name:"history-max-file" env:"WAPOST_HISTORY_MAX_FILE" default:"128MiB" help:"Largest file of a phone's history that is taken, packed; unpacked it may be 16 times as large."`
	mediaSettings
	webhookSettings
	logSettings
}

// Run runs the gateway until it is told to stop.
func (c *serveCmd) Run(ctx context.Context) error {
	if err := c.check(); err != nil {
		return err
	}
	secrets, err := secretsFromEnvironment()
	if err != nil {
		return err
	}
	database, err := databaseFromFile(c.Database)
	if err != nil {
		return err
	}
	if err := checkDatabase(database); err != nil {
		return err
	}
	files, err := c.mediaSettings.options()
	if err != nil {
		return err
	}
	log := c.logger()
	if c.KeepEvents < retriesLast {
		log.Warn("events are kept for a shorter time than deliveries are tried: what a webhook does not take by then is lost to it", "keep_events", c.KeepEvents, "tried_for", retriesLast)
	}
	a, err := app.New(ctx, app.Options{
		Listen: c.Listen, Data: c.Data, Database: database, BasePath: c.BasePath, Origins: c.AllowOrigin, Simulator: c.Simulator,
		MetricsListen: c.MetricsListen, TokenLifetime: c.TokenLifetime, WebhookAllowHTTP: c.WebhookAllowHTTP, WebhookAllowCIDR: prefixes(c.WebhookAllowCIDR), ProxyAllowCIDR: prefixes(c.ProxyAllowCIDR),
		KeepEvents: c.KeepEvents, KeepAttempts: c.KeepAttempts, KeepMessages: c.MessagesKeep, HistoryFile: int64(c.HistoryFile), Media: files, Secrets: secrets, Logger: log, Version: version,
	})
	if err != nil {
		return err
	}
	url := localURL(a.Addr())
	if base := strings.Trim(c.BasePath, "/"); base != "" {
		url += "/" + base
	}
	if made := a.Made(); len(made) > 0 {
		firstSteps(os.Stderr, url, made)
	}
	fmt.Fprintf(os.Stderr, "wapost %s listens on %s; API reference: %s/docs\n", version, a.Addr(), url)
	return a.Run(ctx)
}

// firstSteps tells a new operator what to do next. It names the files of the secrets, never their content.
func firstSteps(w io.Writer, url string, made []string) {
	fmt.Fprintf(w, `
First start. Generated with mode 0600, never shown again:
`)
	for _, f := range made {
		fmt.Fprintf(w, "  %s\n", f)
	}
	fmt.Fprintf(w, `
Next steps:
  1. Create an API key (it is shown once):
     curl -X POST %[1]s/admin/api-keys -H "X-Admin-Secret: %[2]s" \
       -H 'Content-Type: application/json' -d '{"customer_name":"me"}'
  2. Create a device with it:
     curl -X POST %[1]s/devices -H "Authorization: $API_KEY" \
       -H 'Content-Type: application/json' -d '{"device_name":"my number"}'
  3. Scan: WhatsApp on the phone > Linked devices > Link a device
     curl -X POST '%[1]s/devices/me/login?output=text' -H "Authorization: $API_KEY"

`, url, adminSecret(made))
}

// adminSecret is how a shell gets the admin secret: from the file that was just made, or from where the operator has it.
func adminSecret(made []string) string {
	for _, f := range made {
		if filepath.Base(f) == "admin.secret" {
			return "$(cat " + f + ")"
		}
	}
	return "$WAPOST_ADMIN_SECRET"
}

// localURL is how somebody on this machine reaches the listener.
func localURL(addr net.Addr) string {
	t, ok := addr.(*net.TCPAddr)
	if !ok {
		return "http://" + addr.String()
	}
	host := t.IP.String()
	if t.IP.IsUnspecified() {
		host = "localhost"
	}
	return "http://" + net.JoinHostPort(host, fmt.Sprint(t.Port))
}

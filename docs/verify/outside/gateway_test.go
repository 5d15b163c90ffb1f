package outside_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"wapost/internal/delivery"
	"wapost/internal/delivery/httppost"
	"wapost/internal/egress"
	"wapost/internal/event"
	"wapost/internal/journal"
	"wapost/internal/store"
	"wapost/internal/store/storetest"
	"wapost/internal/webhook"
)

const device = "00000000-0000-0000-0000-000000000001"

// text is what a body may hold that trips a receiver: letters of two, three and four bytes, a line separator, and the signs
// that encoding/json escapes unless it is told not to.
const text = "Grüße, 你好 👋 <ok> & \u2028 \"quoted\" \\"

// gateway is all of ours that has a part in a signature: registration and rotation of secrets, the vault, the log, the engine,
// the sender. Its webhooks post to a receiver on loopback.
type gateway struct {
	t       *testing.T
	journal *journal.Journal
	hooks   *webhook.Service
	url     string
	got     chan captured
	stop    func()
}

// captured is a request as it came: names of headers in lower case.
type captured struct {
	headers map[string]string
	body    []byte
}

func open(t *testing.T) *gateway {
	t.Helper()
	g := &gateway{t: t, got: make(chan captured, 1)}
	receiver := httptest.NewServer(http.HandlerFunc(g.capture))
	db, err := store.Open(t.Context(), storetest.Place{Path: filepath.Join(t.TempDir(), "wapost.db")}.Options(t))
	if err != nil {
		t.Fatal(err)
	}
	guard := egress.New(egress.Policy{AllowHTTP: true, AllowCIDRs: []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}})
	sender := httppost.New(guard.Door(egress.TransportOptions{}), "test")
	engine := delivery.New(delivery.Options{Store: db.Deliveries(), Transport: sender})
	db.OnRecorded(engine.Recorded)
	g.url, g.journal = receiver.URL, journal.New(db.Events())
	g.hooks = webhook.NewService(webhook.Options{Store: db.Webhooks(), Door: guard, Changes: engine})
	stopStore, stopEngine := g.run(db.Run), g.run(engine.Run)
	g.stop = sync.OnceFunc(func() {
		stopEngine()
		stopStore()
		sender.CloseIdleConnections()
		receiver.Close()
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	t.Cleanup(g.stop)
	g.populate(db)
	return g
}

func (g *gateway) run(f func(context.Context) error) (stop func()) {
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- f(ctx) }()
	return func() {
		cancel()
		if err := <-done; err != nil {
			g.t.Error(err)
		}
	}
}

func (g *gateway) populate(db *store.DB) {
	g.t.Helper()
	err := db.Write(context.Background(), "test", func(ctx context.Context, tx *store.Tx) error {
		if _, err := tx.Exec(ctx, `INSERT INTO accounts (id, customer_name, max_devices, created_at, updated_at) VALUES (1, 'one', 9, 1, 1)`); err != nil {
			return err
		}
		_, err := tx.Exec(ctx, `INSERT INTO devices (id, account_id, secret_hash, state_since, created_at, updated_at) VALUES ($1, 1, $2, 1, 1, 1)`, device, []byte{0})
		return err
	})
	if err != nil {
		g.t.Fatal(err)
	}
}

// register makes a webhook and returns its id and its secret.
func (g *gateway) register(secret string) (int64, string) {
	g.t.Helper()
	d := webhook.Draft{URL: g.url}
	if secret != "" {
		d.Secret = &secret
	}
	w, generated, err := g.hooks.Create(context.Background(), webhook.Scope{AccountID: 1}, d)
	if err != nil {
		g.t.Fatal(err)
	}
	return w.ID, secret + generated
}

// rotate gives a webhook a new secret, the old one goes on for a day.
func (g *gateway) rotate(id int64) (fresh string) {
	g.t.Helper()
	fresh, _, err := g.hooks.RotateSecret(context.Background(), webhook.Scope{AccountID: 1}, id, webhook.Rotation{})
	if err != nil {
		g.t.Fatal(err)
	}
	return fresh
}

// deliver records messages until one comes with so many signatures: a rotation reaches the engine a moment after its commit.
func (g *gateway) deliver(signatures int) captured {
	g.t.Helper()
	var c captured
	for range 1000 {
		if c = g.say(); len(strings.Fields(c.headers["webhook-signature"])) == signatures {
			return c
		}
	}
	g.t.Fatalf("webhook-signature is %q, want %d signatures", c.headers["webhook-signature"], signatures)
	return c
}

// say records a message and returns the request that brought it.
func (g *gateway) say() captured {
	g.t.Helper()
	e := event.New(event.MessageReceived)
	e.At, e.AccountID, e.DeviceID, e.Key = time.Now(), 1, device, device+"|c|1@lid"
	text := text
	e.Data = event.Message{MessageID: "3EB0", Chat: event.Chat{JID: "1@lid", Kind: event.DirectChat}, Kind: event.KindText, Text: &text,
		Mentions: []event.Person{}, GroupMentions: []event.GroupMention{}}
	if err := g.journal.Append(context.Background(), e); err != nil {
		g.t.Fatal(err)
	}
	c := <-g.got
	if c.headers["webhook-id"] != e.ID || !strings.Contains(string(c.body), "Grüße, 你好 👋 <ok> & ") {
		g.t.Fatalf("another request came: %s %s", c.headers["webhook-id"], c.body)
	}
	return c
}

func (g *gateway) capture(_ http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		body = fmt.Append(nil, "unreadable: ", err)
	}
	c := captured{headers: map[string]string{}, body: body}
	for name := range r.Header {
		c.headers[strings.ToLower(name)] = r.Header.Get(name)
	}
	g.got <- c
}

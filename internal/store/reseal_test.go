package store_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"strings"
	"testing"
	"time"

	"wapost/internal/event"
	"wapost/internal/session"
	"wapost/internal/store"
	"wapost/internal/store/storetest"
	"wapost/internal/vault"
	"wapost/internal/webhook"
)

// More than two pages of each kind of sealed value.
const (
	sealedHooks   = 430
	sealedAnswers = 410
	sealedFiles   = 405
)

const poweredDevice = "00000000-0000-0000-0000-000000000001"

// keyring makes a vault with keys of one repeated byte each; the first seals.
func keyring(fill ...byte) *vault.Vault {
	var keys [][]byte
	for _, b := range fill {
		keys = append(keys, bytes.Repeat([]byte{b}, vault.KeySize))
	}
	v, err := vault.New(keys[0], keys[1:]...)
	if err != nil {
		panic(err) // the keys are constants
	}
	return v
}

// populatePowered writes the account and the device that other rows refer to.
func populatePowered(ctx context.Context, db *store.DB) error {
	return db.Write(ctx, "populate", func(ctx context.Context, tx *store.Tx) error {
		if _, err := tx.Exec(ctx, `INSERT INTO accounts (id, customer_name, max_devices, created_at, updated_at)
VALUES (1, 'one', 9, 1, 1) ON CONFLICT DO NOTHING`); err != nil {
			return err
		}
		_, err := tx.Exec(ctx, `INSERT INTO devices (id, account_id, secret_hash, state_since, created_at, updated_at)
VALUES ($1, 1, $2, 1, 1, 1) ON CONFLICT DO NOTHING`, poweredDevice, []byte{0})
		return err
	})
}

func openWith(at storetest.Place, log io.Writer, fill ...byte) (*store.DB, error) {
	return store.Open(context.Background(), store.Options{Path: at.Path, URL: at.URL, Vault: keyring(fill...), Logger: slog.New(slog.NewTextHandler(log, nil))})
}

func nthSecret(n int) string { return fmt.Sprintf("whsec_%040d", n) }

// fillSealed writes webhooks with secrets and headers, and answers, in one transaction.
func fillSealed(ctx context.Context, db *store.DB) error {
	return db.Atomic(ctx, "fill", func(ctx context.Context) error {
		for n := range sealedHooks {
			w := webhook.Webhook{AccountID: 1, URL: "https://receiver.test/", Events: []string{}, Ordering: webhook.Ordered, Timeout: time.Second, MaxInFlight: 1,
				Version: 1, Status: webhook.Active, StatusSince: time.Now(), CreatedAt: time.Now(), UpdatedAt: time.Now(),
				Secrets: []webhook.Secret{{Text: nthSecret(n), CreatedAt: time.Now()}}}
			if n%2 == 0 {
				w.Headers, w.TLS = map[string]string{"X-Secret": nthSecret(n)}, &webhook.TLS{Key: nthSecret(n)}
			}
			if _, err := db.Webhooks().Insert(ctx, w, sealedHooks, func(int64) {}); err != nil {
				return err
			}
		}
		for n := range sealedAnswers {
			a := store.Answer{RequestHash: []byte("h"), Status: 201, Body: []byte(nthSecret(n))}
			if err := db.Idempotency().Keep(ctx, fmt.Sprint(n%7), fmt.Sprint(n), a); err != nil {
				return err
			}
		}
		if err := db.Devices().SetProxy(ctx, poweredDevice, session.NewProxy(nthSecret(2))); err != nil {
			return err
		}
		if err := db.Past().HistoryAnnounced(ctx, poweredDevice, session.Notice{MessageID: "N", Payload: []byte(nthSecret(1))}); err != nil {
			return err
		}
		return db.Events().Append(ctx, eventWithFiles())
	})
}

// eventWithFiles names files, each with a key.
func eventWithFiles() *event.Sealed {
	e := event.New(event.MessageReceived)
	e.At, e.AccountID, e.DeviceID, e.Key, e.SourceKey, e.Data = time.Now(), 1, poweredDevice, "k", "files", map[string]string{}
	for n := range sealedFiles {
		e.Attachments = append(e.Attachments, event.Attachment{ID: fmt.Sprintf("med_%06d", n), MessageID: "M", Key: []byte(nthSecret(n))})
	}
	sealed, err := e.Seal()
	if err != nil {
		panic(err) // the data is a constant
	}
	return sealed
}

// readSealed opens everything and compares it.
func readSealed(ctx context.Context, db *store.DB) error {
	hooks, err := db.Webhooks().Active(ctx)
	if err != nil {
		return err
	}
	if len(hooks) != sealedHooks {
		return fmt.Errorf("%d webhooks", len(hooks))
	}
	for n, w := range hooks {
		if len(w.Secrets) != 1 || w.Secrets[0].Text != nthSecret(n) || n%2 == 0 && (w.Headers["X-Secret"] != nthSecret(n) || w.TLS.Key != nthSecret(n)) {
			return fmt.Errorf("webhook %d is another", n)
		}
	}
	files, err := db.Media().OfDevice(ctx, poweredDevice, "M")
	if err != nil || len(files) != sealedFiles {
		return fmt.Errorf("%d files, %w", len(files), err)
	}
	for n, f := range files {
		if string(f.Key) != nthSecret(n) {
			return fmt.Errorf("the key of file %d is another", n)
		}
	}
	if d, err := db.Devices().Get(ctx, 1, poweredDevice); err != nil || d.Proxy.URL() != nthSecret(2) {
		return fmt.Errorf("the proxy is another, %w", err)
	}
	parts, err := db.Past().Due(ctx, time.Now().Add(time.Hour), 2)
	if err != nil || len(parts) != 1 || string(parts[0].Notice) != nthSecret(1) {
		return fmt.Errorf("%d notices of history, %w", len(parts), err)
	}
	for n := range sealedAnswers {
		a, ok, err := db.Idempotency().Find(ctx, fmt.Sprint(n%7), fmt.Sprint(n))
		if err != nil || !ok || string(a.Body) != nthSecret(n) {
			return fmt.Errorf("answer %d: %v, %w", n, ok, err)
		}
	}
	return nil
}

// startWith runs a database with keys, until the function that it returns is called.
func startWith(t *testing.T, at storetest.Place, log *bytes.Buffer, fill ...byte) (*store.DB, func()) {
	t.Helper()
	db, err := openWith(at, log, fill...)
	if err != nil {
		t.Fatalf("keys %v: %v", fill, err)
	}
	stop := storetest.Start(t, db)
	return db, func() {
		t.Helper()
		stop()
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	}
}

// The way of a rotation: the new key in front of the old one, a start, the old key away.
func TestTheInstanceKeyCanBeReplaced(t *testing.T) {
	storetest.Each(t, func(t *testing.T, at storetest.Place) {
		var log bytes.Buffer
		start := func(fill ...byte) (*store.DB, func()) { t.Helper(); return startWith(t, at, &log, fill...) }
		db, stop := start(7)
		if err := errors.Join(populatePowered(t.Context(), db), fillSealed(t.Context(), db)); err != nil {
			t.Fatal(err)
		}
		stop()
		for _, keys := range [][]byte{{8, 7}, {8}, {9, 8, 7}, {9, 8}, {9}} {
			db, stop := start(keys...)
			if err := readSealed(t.Context(), db); err != nil {
				t.Errorf("keys %v: %v", keys, err)
			}
			stop()
		}
		for _, keys := range [][]byte{{7}, {8}, {8, 7}} {
			if db, err := openWith(at, &log, keys...); err == nil || !strings.Contains(err.Error(), "WAPOST_INSTANCE_KEY") {
				t.Errorf("opened with old keys %v: %v", keys, errors.Join(err, db.Close()))
			}
		}
		if got := strings.Count(log.String(), fmt.Sprint("values=", sealedHooks+2*(sealedHooks/2)+sealedAnswers+sealedFiles+2)); got != 2 {
			t.Errorf("sealed anew %d times, want 2:\n%s", got, log.String())
		}
		if strings.Contains(log.String(), "whsec_") {
			t.Error("the log shows a secret")
		}
	})
}

// A damaged value must not keep the instance from starting with its new key.
func TestAKeyIsReplacedBesideDamagedValues(t *testing.T) {
	storetest.Each(t, func(t *testing.T, at storetest.Place) {
		var log bytes.Buffer
		start := func(fill ...byte) (*store.DB, func()) { t.Helper(); return startWith(t, at, &log, fill...) }
		db, stop := start(7)
		if err := populatePowered(t.Context(), db); err != nil {
			t.Fatal(err)
		}
		for _, id := range []string{"N1", "N2", "N3"} {
			if err := db.Past().HistoryAnnounced(t.Context(), poweredDevice, session.Notice{MessageID: id, Payload: []byte(id)}); err != nil {
				t.Fatal(err)
			}
		}
		err := db.Write(t.Context(), "tear", func(ctx context.Context, tx *store.Tx) error {
			_, err := tx.Exec(ctx, `UPDATE history_parts SET notice = $1 WHERE message_id = 'N2'`, []byte("torn"))
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		stop()
		_, stop = start(8, 7)
		stop()
		db, stop = start(8)
		defer stop()
		var sealed [3][]byte
		for i := range sealed {
			if err := db.Read().QueryRowContext(t.Context(), `SELECT notice FROM history_parts WHERE message_id = $1`, fmt.Sprint("N", i+1)).Scan(&sealed[i]); err != nil {
				t.Fatal(err)
			}
		}
		if v := keyring(8); !v.Current(sealed[0]) || string(sealed[1]) != "torn" || !v.Current(sealed[2]) {
			t.Errorf("%x", sealed)
		}
		if !strings.Contains(log.String(), "values=2 damaged=1") || strings.Count(log.String(), "a sealed value is damaged") != 1 {
			t.Error(log.String())
		}
	})
}

package store_test

import (
	"context"
	"testing"
	"time"

	"wapost/internal/event"
	"wapost/internal/store"
	"wapost/internal/store/storetest"
)

// A cursor may stand at an event that lived only for a moment. It stays good when that event is gone.
func TestACursorOutlivesTheMomentItStandsAt(t *testing.T) {
	db := storetest.Open(t)
	for _, query := range []string{
		`INSERT INTO accounts (id, customer_name, max_devices, created_at, updated_at) VALUES (1, 'one', 9, 1, 1)`,
		`INSERT INTO devices (id, account_id, secret_hash, state_since, created_at, updated_at) VALUES ('d', 1, x'00', 1, 1, 1)`,
	} {
		err := db.Write(t.Context(), "test", func(ctx context.Context, tx *store.Tx) error {
			_, err := tx.Exec(ctx, query)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	for _, kind := range []event.Type{event.MessageReceived, event.ConnectionQR, event.ConnectionQR, event.ConnectionQR} {
		e := event.New(kind)
		e.At, e.AccountID, e.DeviceID, e.Key, e.Data = time.Now(), 1, "d", "k", map[string]any{"a": 1}
		sealed, err := e.Seal()
		if err != nil {
			t.Fatal(err)
		}
		if err := db.Events().Append(t.Context(), sealed); err != nil {
			t.Fatal(err)
		}
	}
	if n, err := db.Retention().DropMoments(t.Context(), 4, 100); err != nil || n != 3 {
		t.Fatalf("%d moments were dropped, %v", n, err)
	}
	if place, err := db.Events().Place(t.Context(), 1, "", store.PlaceText(4)); err != nil || place != 4 {
		t.Errorf("place %d, %v", place, err)
	}
	if _, err := db.Events().Place(t.Context(), 1, "", store.PlaceText(40)); err == nil {
		t.Error("a cursor of another log was taken")
	}
}

// Whoever hands a job to a writer that is ending gets an answer.
func TestEveryAcceptedJobIsAnswered(t *testing.T) {
	for range 20 {
		path := t.TempDir() + "/wapost.db"
		db := storetest.Stopped(t, path)
		stop := storetest.Start(t, db)
		answered := make(chan struct{}, 64)
		for range cap(answered) {
			go func() {
				_ = db.SetMeta(context.Background(), "k", "v") // an error is an answer too
				answered <- struct{}{}
			}()
		}
		stop()
		for range cap(answered) {
			<-answered
		}
	}
}

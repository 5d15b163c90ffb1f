package store_test

import (
	"context"
	"errors"
	"testing"

	"wapost/internal/fault"
	"wapost/internal/store"
	"wapost/internal/store/storetest"
)

func TestAnswerIsKeptOncePerKey(t *testing.T) {
	db := storetest.Open(t)
	answers := db.Idempotency()
	first := store.Answer{RequestHash: []byte("h"), Status: 201, Body: []byte(`{"secret":"s"}`)}
	if _, ok, err := answers.Find(t.Context(), "1|", "k"); ok || err != nil {
		t.Fatalf("before: %v, %v", ok, err)
	}
	if err := answers.Keep(t.Context(), "1|", "k", first); err != nil {
		t.Fatal(err)
	}
	if err := answers.Keep(t.Context(), "1|", "k", first); !fault.Is(err, fault.Conflict) {
		t.Errorf("second answer under the key: %v", err)
	}
	got, ok, err := answers.Find(t.Context(), "1|", "k")
	if err != nil || !ok || string(got.Body) != string(first.Body) || got.Status != 201 {
		t.Errorf("found %+v, %v, %v", got, ok, err)
	}
	if _, ok, _ := answers.Find(t.Context(), "2|", "k"); ok {
		t.Error("another scope sees the answer")
	}
	var stored []byte
	if err := db.Read().QueryRow(`SELECT response FROM idempotency`).Scan(&stored); err != nil || string(stored) == string(first.Body) {
		t.Errorf("stored in clear: %q, %v", stored, err)
	}
}

func TestAnswerGoesWithItsTransaction(t *testing.T) {
	db := storetest.Open(t)
	stop := errors.New("stop")
	err := db.Atomic(t.Context(), "create", func(ctx context.Context) error {
		if err := db.Idempotency().Keep(ctx, "1|", "k", store.Answer{RequestHash: []byte("h"), Status: 201}); err != nil {
			return err
		}
		return stop
	})
	if !errors.Is(err, stop) {
		t.Fatal(err)
	}
	if _, ok, err := db.Idempotency().Find(t.Context(), "1|", "k"); ok || err != nil {
		t.Errorf("an undone answer is found: %v, %v", ok, err)
	}
}

func TestOldAnswersAreReplacedAndPruned(t *testing.T) {
	db := storetest.Open(t)
	age := func() {
		err := db.Write(t.Context(), "age", func(ctx context.Context, tx *store.Tx) error {
			_, err := tx.Exec(ctx, `UPDATE idempotency SET created_at = created_at - $1`, store.RepeatWindow.Milliseconds())
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	a := store.Answer{RequestHash: []byte("h"), Status: 200}
	if err := db.Idempotency().Keep(t.Context(), "1|", "k", a); err != nil {
		t.Fatal(err)
	}
	age()
	if _, ok, err := db.Idempotency().Find(t.Context(), "1|", "k"); ok || err != nil {
		t.Errorf("found after 24 h: %v, %v", ok, err)
	}
	if err := db.Idempotency().Keep(t.Context(), "1|", "k", a); err != nil {
		t.Errorf("the key is still taken: %v", err)
	}
	if n, err := db.Idempotency().Prune(t.Context()); n != 0 || err != nil {
		t.Errorf("pruned %d fresh answers, %v", n, err)
	}
	age()
	if n, err := db.Idempotency().Prune(t.Context()); n != 1 || err != nil {
		t.Errorf("pruned %d old answers, %v", n, err)
	}
}

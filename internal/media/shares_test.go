package media_test

import (
	"bytes"
	"context"
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"wapost/internal/fault"
	"wapost/internal/media"
	"wapost/internal/store"
)

const otherDevice = "00000000-0000-0000-0000-00000000000b"

// second makes another account with a device.
func (r *rig) second() media.Scope {
	r.Helper()
	r.must(r.db.Write(r.Context(), "test", func(ctx context.Context, tx *store.Tx) error {
		if _, err := tx.Exec(ctx, `INSERT INTO accounts (id, customer_name, max_devices, created_at, updated_at) VALUES (2, '', 9, 0, 0)`); err != nil {
			return err
		}
		_, err := tx.Exec(ctx, `INSERT INTO devices (id, account_id, secret_hash, state_since, created_at, updated_at) VALUES ($1, 2, $2, 0, 0, 0)`, otherDevice, []byte{0})
		return err
	}))
	return media.Scope{AccountID: 2, DeviceID: otherDevice}
}

// upload keeps a file of an account, a second after the one before.
func (r *rig) upload(s media.Scope, name string, size int) (string, error) {
	r.Helper()
	time.Sleep(time.Second)
	in, err := r.a.Receive(r.Context(), s.AccountID, bytes.NewReader(content(name, size)))
	if err != nil {
		return "", err
	}
	defer in.Discard()
	m, err := r.a.Accept(r.Context(), s, in, name, "image/png")
	return m.ID, err
}

func (r *rig) uploads(s media.Scope, name string, size int) string {
	r.Helper()
	id, err := r.upload(s, name, size)
	r.must(err)
	return id
}

// has counts the stored files of an account.
func (r *rig) has(account int64) (n int) {
	r.Helper()
	r.must(r.db.Read().QueryRow(`SELECT count(*) FROM media WHERE state = 'stored' AND account_id = $1`, account).Scan(&n))
	return n
}

// One account that fills the store must not push out the files of another that has few.
func TestTheAccountThatHasMostGivesRoom(t *testing.T) {
	bubble(t, func(t *testing.T, r *rig) {
		one, two := media.Scope{AccountID: 1, DeviceID: device}, r.second()
		for i := range 2 { // the longest unused of all
			r.uploads(two, fmt.Sprint("two ", i), 100)
		}
		for i := range 30 {
			r.uploads(one, fmt.Sprint("one ", i), 100)
		}
		if r.has(1) != 8 || r.has(2) != 2 {
			t.Errorf("%d and %d files, want 8 and 2", r.has(1), r.has(2))
		}
		for i := range 20 { // the small one grows at the cost of the large one until they have the same
			r.uploads(two, fmt.Sprint("more ", i), 100)
		}
		if r.has(1) != 5 || r.has(2) != 5 {
			t.Errorf("%d and %d files, want 5 and 5", r.has(1), r.has(2))
		}
		if f := r.a.Figures(); f.Bytes != 1000 || f.Files != 10 || r.blobs() != 10 {
			t.Errorf("%+v, %d files on the disk", f.Usage, r.blobs())
		}
	}, func(o *media.Options) { o.MaxBytes = 1000 })
}

// What is on its way counts too: reserved room cannot be evicted, and others must not pay for it.
func TestAnAccountThatHoldsRoomPushesNobodyOut(t *testing.T) {
	bubble(t, func(t *testing.T, r *rig) {
		two := r.second()
		kept := r.uploads(two, "two", 300)
		first, err := r.a.Receive(t.Context(), 1, bytes.NewReader(content("a", 600)))
		r.must(err)
		if _, err := r.a.Receive(t.Context(), 1, bytes.NewReader(content("b", 200))); !fault.Is(err, fault.Unavailable) {
			t.Errorf("answered %v", err)
		}
		if f, err := r.a.Open(t.Context(), two, kept); err != nil {
			t.Errorf("the other account has paid: %v", err)
		} else {
			r.must(f.Close())
		}
		first.Discard()
		second, err := r.a.Receive(t.Context(), 1, bytes.NewReader(content("b", 200)))
		r.must(err)
		second.Discard()
	}, func(o *media.Options) { o.MaxBytes = 1000 })
}

func TestAnAccountHasItsOwnLimit(t *testing.T) {
	bubble(t, func(t *testing.T, r *rig) {
		one, two := media.Scope{AccountID: 1, DeviceID: device}, r.second()
		r.uploads(two, "two", 250)
		oldest := r.uploads(one, "a", 100)
		for _, name := range []string{"b", "c", "d"} {
			r.uploads(one, name, 100)
		}
		if r.has(1) != 3 || r.has(2) != 1 || r.a.Figures().Evictions["account"] != 1 {
			t.Errorf("%d and %d files, %v", r.has(1), r.has(2), r.a.Figures().Evictions)
		}
		if _, err := r.a.Open(t.Context(), one, oldest); !fault.Is(err, fault.Gone) {
			t.Errorf("the oldest is still there: %v", err)
		}
		if _, err := r.upload(two, "large", 301); !fault.Is(err, fault.TooLarge) || r.has(2) != 1 {
			t.Errorf("larger than an account may have: %v", err)
		}
	}, func(o *media.Options) { o.MaxAccount = 300 })
}

// Limits may be lowered between two starts, and what was left by a deleted device counts until it is deleted.
func TestAStartFindsTheSharesAgain(t *testing.T) {
	dir := t.TempDir()
	run := func(change func(*media.Options), f func(r *rig)) {
		t.Helper()
		synctest.Test(t, func(t *testing.T) {
			r := newRigAt(t, dir, change)
			synctest.Wait()
			f(r)
			r.stop()
		})
	}
	run(func(*media.Options) {}, func(r *rig) {
		r.device()
		two := r.second()
		for i := range 6 {
			r.uploads(media.Scope{AccountID: 1, DeviceID: device}, fmt.Sprint("one ", i), 100)
		}
		r.uploads(two, "two", 100)
	})
	run(func(o *media.Options) { o.MaxBytes = 400 }, func(r *rig) {
		if r.has(1) != 3 || r.has(2) != 1 {
			t.Errorf("%d and %d files, want 3 and 1", r.has(1), r.has(2))
		}
	})
	run(func(o *media.Options) { o.MaxAccount = 200 }, func(r *rig) {
		if r.has(1) != 2 || r.has(2) != 1 {
			t.Errorf("%d and %d files, want 2 and 1", r.has(1), r.has(2))
		}
		r.must(r.db.Devices().Delete(r.Context(), device))
		time.Sleep(2 * time.Minute)
		synctest.Wait()
		if f := r.a.Figures(); f.Usage != (media.Usage{Bytes: 100, Files: 1}) {
			t.Errorf("%+v", f.Usage)
		}
		third := media.Scope{AccountID: 1, DeviceID: "00000000-0000-0000-0000-00000000000c"}
		r.must(r.db.Write(r.Context(), "test", func(ctx context.Context, tx *store.Tx) error {
			_, err := tx.Exec(ctx, `INSERT INTO devices (id, account_id, secret_hash, state_since, created_at, updated_at) VALUES ($1, 1, $2, 0, 0, 0)`, third.DeviceID, []byte{0})
			return err
		}))
		r.uploads(third, "new", 200) // there is room: what was deleted does not count any more
	})
}

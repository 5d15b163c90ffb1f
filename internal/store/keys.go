package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"sync"
	"time"
)

// Keys is the file of WhatsApp's library: the keys and ratchets of all devices. Its commits are not synced one by one: what a
// power cut may take from it is what WhatsApp and the senders give again (docs/adr/0014). What must not be taken back is made
// safe with Sync: before anything that was encrypted with it leaves.
type Keys struct {
	DB *sql.DB

	mu      sync.Mutex
	barrier *sql.Conn // synchronous=FULL; nil over a server, which syncs every commit
}

// syncEvery is how long a commit may wait for its sync when nobody asks for it.
const syncEvery = time.Second

// OpenKeys opens the file, WAL, synchronous=NORMAL: a commit survives the end of the process at once, and a power cut from the
// next Sync on.
func OpenKeys(ctx context.Context, path string) (*Keys, error) {
	db, err := openFile(path, "NORMAL", 4096) // small rows change at random places
	if err != nil {
		return nil, err
	}
	k := &Keys{DB: db}
	if err := k.prepare(ctx); err != nil {
		return nil, errors.Join(err, k.Close())
	}
	return k, nil
}

func (k *Keys) prepare(ctx context.Context) error {
	k.DB.SetMaxOpenConns(2)
	_, err := k.DB.ExecContext(ctx, `CREATE TABLE IF NOT EXISTS wapost_syncs (n BIGINT NOT NULL);
INSERT INTO wapost_syncs (n) SELECT 0 WHERE NOT EXISTS (SELECT 1 FROM wapost_syncs)`)
	if err != nil {
		return fmt.Errorf("prepare the key store: %w", err)
	}
	if k.barrier, err = k.DB.Conn(ctx); err != nil {
		return fmt.Errorf("prepare the key store: %w", err)
	}
	if _, err := k.barrier.ExecContext(ctx, `PRAGMA synchronous = FULL`); err != nil {
		return fmt.Errorf("prepare the key store: %w", err)
	}
	return nil
}

// Sync returns when everything that was committed before the call survives a power cut: a commit that is synced takes with it
// what stands before it in the write-ahead log.
func (k *Keys) Sync(ctx context.Context) error {
	if k.barrier == nil {
		return nil
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	if _, err := k.barrier.ExecContext(ctx, `UPDATE wapost_syncs SET n = n + 1`); err != nil {
		return fmt.Errorf("sync the key store: %w", fold(err))
	}
	return nil
}

// Run syncs now and then what was committed, until ctx ends.
func (k *Keys) Run(ctx context.Context) error {
	if k.barrier == nil {
		<-ctx.Done()
		return nil
	}
	tick := time.NewTicker(syncEvery)
	defer tick.Stop()
	var seen int64
	for {
		select {
		case <-tick.C:
		case <-ctx.Done():
			return nil
		}
		changed, err := k.changes(ctx)
		if err == nil && changed != seen {
			if err = k.Sync(ctx); err == nil { // our own commit changes no number; one that came meanwhile is for the next tick
				seen = changed
			}
		}
		_ = err // whoever needs the key store hears of it; the next tick tries again
	}
}

// changes is a number that others' commits change.
func (k *Keys) changes(ctx context.Context) (n int64, err error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	return n, k.barrier.QueryRowContext(ctx, `PRAGMA data_version`).Scan(&n)
}

// Close closes the file.
func (k *Keys) Close() error {
	var err error
	if k.barrier != nil {
		err = k.barrier.Close()
	}
	return errors.Join(err, k.DB.Close())
}

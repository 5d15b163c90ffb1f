package app

import (
	"context"
	"fmt"
	"testing"

	"wapost/internal/store"
)

// Full is a disk without room.
type Full struct {
	t testing.TB
	a *App
}

// FillDisk lets the database grow no further, which SQLite reports as it reports a full disk.
func (a *App) FillDisk(t testing.TB) interface{ Free() } {
	t.Helper()
	f := &Full{t, a}
	f.limit(1) // SQLite takes the present size when the limit is below it
	return f
}

// Free makes room again.
func (f *Full) Free() { f.limit(1 << 30) }

func (f *Full) limit(pages int) {
	f.t.Helper()
	err := f.a.db.Write(context.Background(), "limit the file", func(ctx context.Context, tx *store.Tx) error {
		var n int
		return tx.QueryRow(ctx, pragma(pages)).Scan(&n)
	})
	if err != nil {
		f.t.Fatal(err)
	}
}

func pragma(pages int) string { return fmt.Sprintf("PRAGMA max_page_count = %d", pages) }

// BreakDatabase closes the files under the running gateway. The writer holds its connection, which Close does not take away: so
// that one is made to refuse.
func (a *App) BreakDatabase() error {
	err := a.db.Write(context.Background(), "break", func(ctx context.Context, tx *store.Tx) error {
		_, err := tx.Exec(ctx, "PRAGMA query_only = 1")
		return err
	})
	_ = a.db.Close() // it cannot end well
	return err
}

// OrderKeys returns the ordering key of every recorded event, by its id.
func OrderKeys(t testing.TB, a *App) map[string]string {
	t.Helper()
	rows, err := a.db.Read().QueryContext(context.Background(), "SELECT id, order_key FROM events")
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	keys := map[string]string{}
	for rows.Next() {
		var id, key string
		if err := rows.Scan(&id, &key); err != nil {
			t.Fatal(err)
		}
		keys[id] = key
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return keys
}

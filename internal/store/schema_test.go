package store_test

import (
	"fmt"
	"io/fs"
	"os"
	"path"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"wapost/internal/store"
	"wapost/internal/store/storetest"
)

func TestBothDatabasesHaveTheSameMigrations(t *testing.T) {
	names := func(dialect string) []string {
		list, err := fs.Glob(os.DirFS("migrations/"+dialect), "*.sql")
		if err != nil || len(list) == 0 {
			t.Fatalf("%s: %v, %v", dialect, list, err)
		}
		return list
	}
	if diff := cmp.Diff(names("sqlite"), names("postgres")); diff != "" {
		t.Errorf("migrations (-SQLite +PostgreSQL):\n%s", diff)
	}
}

// The schemas are read from the databases themselves: columns with type, nullability and default; keys and indices with their
// columns; references with what a deletion does.
func TestBothDatabasesHaveTheSameSchema(t *testing.T) {
	server := storetest.Place{URL: storetest.Postgres(t)}.Open(t)
	file := storetest.Place{Path: path.Join(t.TempDir(), "wapost.db")}.Open(t)
	sqlite, postgres := sqliteSchema(t, file), postgresSchema(t, server)
	if len(sqlite) < 100 {
		t.Fatalf("only %d facts were read", len(sqlite))
	}
	postgres = slices.DeleteFunc(postgres, func(fact string) bool { return fact == "events UNIQUE (source_key) WHERE" })
	sqlite = slices.DeleteFunc(sqlite, func(fact string) bool { return strings.HasPrefix(fact, "occurrences") }) // in its place
	if diff := cmp.Diff(sqlite, postgres); diff != "" {
		t.Errorf("schema (-SQLite +PostgreSQL):\n%s", diff)
	}
}

const notOurs = `'goose_db_version', 'sqlite_sequence', 'sqlite_stat1', 'sqlite_stat4'`

func sqliteSchema(t *testing.T, db *store.DB) []string {
	list := facts(t, db, `SELECT m.name || '.' || c.name || ' ' || CASE c.type WHEN 'INTEGER' THEN 'BIGINT' WHEN 'BLOB' THEN 'BYTEA' ELSE c.type END
	|| CASE WHEN c."notnull" = 1 OR c.pk > 0 THEN ' NOT NULL' ELSE '' END || coalesce(' DEFAULT ' || c.dflt_value, '')
FROM sqlite_master m JOIN pragma_table_info(m.name) c WHERE m.type = 'table' AND m.name NOT IN (`+notOurs+`)`)
	list = append(list, facts(t, db, `SELECT m.name || ' REFERENCES ' || f."table" || ' (' || f."from" || ') ON DELETE ' || f.on_delete
FROM sqlite_master m JOIN pragma_foreign_key_list(m.name) f WHERE m.type = 'table'`)...)
	list = append(list, facts(t, db, `SELECT m.name || CASE i."unique" WHEN 1 THEN ' UNIQUE (' ELSE ' INDEX (' END ||
	(SELECT group_concat(name, ', ') FROM (SELECT name FROM pragma_index_info(i.name) ORDER BY seqno)) || ')' || CASE i.partial WHEN 1 THEN ' WHERE' ELSE '' END
FROM sqlite_master m JOIN pragma_index_list(m.name) i WHERE m.type = 'table' AND m.name NOT IN (`+notOurs+`)`)...)
	// A single INTEGER PRIMARY KEY has no index of its own there.
	list = append(list, facts(t, db, `SELECT m.name || ' UNIQUE (' || c.name || ')' FROM sqlite_master m JOIN pragma_table_info(m.name) c
WHERE m.type = 'table' AND c.pk = 1 AND c.type = 'INTEGER' AND (m.sql LIKE '%AUTOINCREMENT%' OR m.sql LIKE '%INTEGER NOT NULL PRIMARY KEY%') AND m.name NOT IN (`+notOurs+`)`)...)
	slices.Sort(list)
	return list
}

func postgresSchema(t *testing.T, db *store.DB) []string {
	list := facts(t, db, `SELECT table_name || '.' || column_name || ' ' || upper(data_type) || CASE is_nullable WHEN 'NO' THEN ' NOT NULL' ELSE '' END
	|| coalesce(' DEFAULT ' || replace(column_default, '::text', ''), '')
FROM information_schema.columns WHERE table_schema = 'public' AND table_name NOT IN (`+notOurs+`)`)
	list = append(list, facts(t, db, `SELECT k.conrelid::regclass || ' REFERENCES ' || k.confrelid::regclass || ' (' || a.attname || ') ON DELETE ' ||
	CASE k.confdeltype WHEN 'c' THEN 'CASCADE' WHEN 'n' THEN 'SET NULL' ELSE 'NO ACTION' END
FROM pg_constraint k JOIN pg_attribute a ON a.attrelid = k.conrelid AND a.attnum = k.conkey[1] WHERE k.contype = 'f'`)...)
	list = append(list, facts(t, db, `SELECT c.relname || CASE WHEN i.indisunique THEN ' UNIQUE (' ELSE ' INDEX (' END ||
	(SELECT string_agg(a.attname, ', ' ORDER BY k.n) FROM unnest(i.indkey) WITH ORDINALITY k (attnum, n)
		JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = k.attnum) || ')' || CASE WHEN i.indpred IS NULL THEN '' ELSE ' WHERE' END
FROM pg_index i JOIN pg_class c ON c.oid = i.indrelid JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE n.nspname = 'public' AND c.relname NOT IN (`+notOurs+`)`)...)
	slices.Sort(list)
	return list
}

// Texts in an index are sorted by their bytes: pages of a list depend on it, and an index must not depend on the server's
// locale library.
func TestPostgresSortsIndexedTextsByBytes(t *testing.T) {
	db := storetest.Place{URL: storetest.Postgres(t)}.Open(t)
	wrong := facts(t, db, `SELECT c.relname || '.' || a.attname FROM pg_index i JOIN pg_class c ON c.oid = i.indrelid
JOIN pg_namespace n ON n.oid = c.relnamespace JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = ANY (i.indkey)
JOIN pg_collation l ON l.oid = a.attcollation WHERE n.nspname = 'public' AND c.relname <> 'goose_db_version' AND l.collname <> 'C'`)
	if len(wrong) > 0 {
		t.Errorf("without COLLATE \"C\": %v", wrong)
	}
}

func facts(t *testing.T, db *store.DB, query string) []string {
	t.Helper()
	rows, err := db.Read().QueryContext(t.Context(), query)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	var list []string
	for rows.Next() {
		var s string
		if err := rows.Scan(&s); err != nil {
			t.Fatal(err)
		}
		list = append(list, strings.Join(strings.Fields(s), " "))
	}
	if err := rows.Err(); err != nil {
		t.Fatal(fmt.Errorf("%s: %w", query, err))
	}
	return list
}

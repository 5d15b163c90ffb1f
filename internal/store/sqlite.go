package store

import (
	"database/sql"
	"fmt"
	"net/url"
	"os"

	_ "modernc.org/sqlite" // the driver: pure Go, so the binary stays static
)

// OpenSQLite opens a database file for writing: one connection, WAL, synchronous=FULL, foreign keys on.
func OpenSQLite(path string) (*sql.DB, error) { return openFile(path, "FULL") }

// openFile opens a file for writing. A new one can be read by us alone: it holds keys and what people write. SQLite gives its
// other files the same mode.
func openFile(path, synchronous string) (*sql.DB, error) {
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, fmt.Errorf("open the database: %w", err)
	}
	if err := f.Close(); err != nil {
		return nil, fmt.Errorf("open the database: %w", err)
	}
	db, err := sql.Open("sqlite", dsn(path, "_txlock=immediate&_pragma=synchronous("+synchronous+")"))
	if err != nil {
		return nil, fmt.Errorf("open %s: %w", path, err)
	}
	db.SetMaxOpenConns(1)
	return db, nil
}

// openReaders opens a pool that can only read.
func openReaders(path string) (*sql.DB, error) {
	db, err := sql.Open("sqlite", dsn(path, "_pragma=query_only(1)"))
	if err != nil {
		return nil, fmt.Errorf("open %s for reading: %w", path, err)
	}
	db.SetMaxOpenConns(8)
	db.SetMaxIdleConns(4)
	return db, nil
}

func dsn(path, extra string) string {
	const pragmas = "_pragma=busy_timeout(10000)&_pragma=foreign_keys(1)&_pragma=journal_mode(WAL)" +
		"&_pragma=temp_store(MEMORY)" +
		"&_pragma=wal_autocheckpoint(8000)" // 32 MiB: the same pages change again and again, and are copied back once
	return "file:" + (&url.URL{Path: path}).EscapedPath() + "?" + pragmas + "&" + extra
}

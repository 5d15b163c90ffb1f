package store

import (
	"database/sql"
	"fmt"
	"net/url"
	"os"

	_ "modernc.org/sqlite" // the driver: pure Go, so the binary stays static
)

// OpenSQLite opens a database file for writing: one connection, WAL, synchronous=FULL, foreign keys on.
//
// Pages of 8 KiB instead of 4 hold five events of common size instead of two, and a commit writes each page with two calls.
func OpenSQLite(path string) (*sql.DB, error) { return openFile(path, "FULL", 8192) }

// openFile opens a file for writing. A new one can be read by us alone: it holds keys and what people write. SQLite gives its
// other files the same mode.
func openFile(path, synchronous string, page int) (*sql.DB, error) {
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, fmt.Errorf("open the database: %w", err)
	}
	if err := f.Close(); err != nil {
		return nil, fmt.Errorf("open the database: %w", err)
	}
	db, err := sql.Open("sqlite", dsn(path, fmt.Sprintf("_txlock=immediate&_pragma=synchronous(%s)&_pragma=page_size(%d)&_pragma=wal_autocheckpoint(%d)",
		synchronous, page, walLimit/page)))
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

// walLimit is the size of the write-ahead log that has it copied back: the same pages change again and again, and are copied
// once.
const walLimit = 32 << 20

// dsn names a file with what holds for all connections. The driver sets _journal_mode after every _pragma, which is how a new
// file gets its page size before its first page.
func dsn(path, extra string) string {
	const pragmas = "_pragma=busy_timeout(10000)&_pragma=foreign_keys(1)&_journal_mode=WAL&_pragma=temp_store(MEMORY)"
	return "file:" + (&url.URL{Path: path}).EscapedPath() + "?" + pragmas + "&" + extra
}

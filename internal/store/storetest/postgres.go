package storetest

import (
	"context"
	"crypto/rand"
	"database/sql"
	"errors"
	"net/url"
	"os"
	"strings"
	"sync"
	"testing"
)

// shared is the server of a test binary, which ends with the process. It is the one variable here, because a server takes a
// second to make and every test wants one.
var shared = sync.OnceValues(func() (host, error) {
	if given := os.Getenv("WAPOST_TEST_POSTGRES"); given != "" {
		return host{url: given}, nil
	}
	s, err := makeServer("off", remove)
	if err != nil {
		return host{}, err
	}
	return host{s.url("postgres"), s}, nil
})

// host keeps the server in reach: it ends when the collector closes its input.
type host struct {
	url    string
	server *Server // nil when the server is not ours
}

// Postgres makes an empty database and returns its URL. The test is skipped when there is no PostgreSQL.
func Postgres(t testing.TB) string {
	t.Helper()
	h, err := shared()
	if err != nil {
		missing(t, err)
	}
	return createDatabase(t, h.url)
}

func createDatabase(t testing.TB, server string) string {
	t.Helper()
	name, made, err := makeDatabase(server)
	if err != nil {
		t.Fatal(err)
	}
	if os.Getenv("WAPOST_TEST_POSTGRES") != "" { // ours ends with all that is in it
		t.Cleanup(func() { administer(t, server, `DROP DATABASE `+name+` WITH (FORCE)`) })
	}
	return made
}

// makeDatabase makes an empty database on the server that a URL names, and returns its name and its URL.
func makeDatabase(server string) (name, made string, err error) {
	u, err := url.Parse(server)
	if err != nil {
		return "", "", errors.New("WAPOST_TEST_POSTGRES is not a URL")
	}
	name = "wapost_test_" + strings.ToLower(rand.Text())
	u.Path = "/" + name
	return name, u.String(), execute(server, `CREATE DATABASE `+name)
}

func administer(t testing.TB, server, statement string) {
	t.Helper()
	if err := execute(server, statement); err != nil {
		t.Fatal(err)
	}
}

func execute(server, statement string) error {
	db, err := sql.Open("pgx", server)
	if err != nil {
		return err
	}
	defer func() { _ = db.Close() }() // one statement was all
	_, err = db.ExecContext(context.Background(), statement)
	return err
}

// Empty deletes what is in a database that was migrated, which is faster than a new one.
func Empty(t testing.TB, url string) {
	t.Helper()
	administer(t, url, `DO $$ DECLARE tables TEXT; BEGIN
SELECT string_agg(format('%I', tablename), ', ') INTO tables FROM pg_tables WHERE schemaname = 'public' AND tablename <> 'goose_db_version';
IF tables IS NOT NULL THEN EXECUTE 'TRUNCATE ' || tables || ' RESTART IDENTITY CASCADE'; END IF; END $$`)
}

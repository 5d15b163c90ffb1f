package storetest

import (
	"context"
	"crypto/rand"
	"database/sql"
	"net/url"
	"os"
	"strings"
	"sync"
	"testing"
)

// shared is the server of a test binary, which ends with the process. It is the one variable here, because a server takes a
// second to make and every test wants one.
var shared = sync.OnceValues(func() (string, error) {
	if given := os.Getenv("WAPOST_TEST_POSTGRES"); given != "" {
		return given, nil
	}
	s, err := makeServer("off", remove)
	if err != nil {
		return "", err
	}
	return s.url("postgres"), nil
})

// Postgres makes an empty database and returns its URL. The test is skipped when there is no PostgreSQL.
func Postgres(t testing.TB) string {
	t.Helper()
	server, err := shared()
	if err != nil {
		missing(t, err)
	}
	return createDatabase(t, server)
}

func createDatabase(t testing.TB, server string) string {
	t.Helper()
	u, err := url.Parse(server)
	if err != nil {
		t.Fatal("WAPOST_TEST_POSTGRES is not a URL")
	}
	name := "wapost_test_" + strings.ToLower(rand.Text())
	u.Path = "/" + name
	administer(t, server, `CREATE DATABASE `+name)
	if os.Getenv("WAPOST_TEST_POSTGRES") != "" { // ours ends with all that is in it
		t.Cleanup(func() { administer(t, server, `DROP DATABASE `+name+` WITH (FORCE)`) })
	}
	return u.String()
}

func administer(t testing.TB, server, statement string) {
	t.Helper()
	db, err := sql.Open("pgx", server)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = db.Close() }() // one statement was all
	if _, err := db.ExecContext(context.Background(), statement); err != nil {
		t.Fatal(err)
	}
}

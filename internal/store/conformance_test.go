package store_test

import (
	"path/filepath"
	"testing"

	"wapost/internal/store/storetest"
)

func TestSQLiteConforms(t *testing.T) {
	storetest.Conformance(t, func(t *testing.T) storetest.Place {
		return storetest.Place{Path: filepath.Join(t.TempDir(), "wapost.db")}
	})
}

func TestPostgresConforms(t *testing.T) {
	url := storetest.Postgres(t)
	storetest.Conformance(t, func(t *testing.T) storetest.Place {
		storetest.Empty(t, url)
		return storetest.Place{URL: url}
	})
}

package app_test

import (
	"os"
	"slices"
	"testing"

	"wapost/internal/store/storetest"
	"wapost/simclient"
)

// The whole gateway on PostgreSQL: pairing, messages both ways, a restart.
func TestGatewayOnPostgres(t *testing.T) {
	w, g, c, device, r := linkedGateway(t, storetest.Postgres(t))
	want := talk(t, w, "4915100000003", 40, "3AFA")
	eventually(t, "everything arrived", func() bool { return r.messages() >= len(want) })
	g.restart()
	c.url = g.url
	c.connected(w)
	if _, err := w.StartBurst(t.Context(), "4915100000003", simclient.NewBurst{To: ownPhone, Count: 40, IDPrefix: "3AFB"}); err != nil {
		t.Fatal(err)
	}
	w.quiet(device)
	want = append(want, ids("3AFB", 40)...)
	eventually(t, "everything arrived", func() bool { return r.messages() >= len(want) })
	r.judge(t, want)
	c.must("POST", "/chats/4915100000003/messages", map[string]any{"text": "hello"}, nil)
	eventually(t, "message.sent", func() bool { return len(r.of("message.sent")) == 1 })
	if left, err := os.ReadDir(g.dir); err != nil || slices.ContainsFunc(left, func(e os.DirEntry) bool { return e.Name() == "wapost.db" || e.Name() == "whatsapp.db" }) {
		t.Errorf("files in the data directory: %v, %v", left, err)
	}
}

// While the server of the database is away nothing is acknowledged; when it is back everything arrives, once and in order, and
// nobody has restarted the gateway.
func TestDatabaseServerGoesAway(t *testing.T) {
	server := storetest.NewServer(t)
	w, g, c, device, r := linkedGateway(t, server.Database(t))
	before := talk(t, w, "4915100000003", 10, "3AFC")
	eventually(t, "the first messages arrived", func() bool { return r.messages() >= len(before) })
	server.Kill()
	w.person("4915100000004", "Echo")
	if _, err := w.StartBurst(t.Context(), "4915100000004", simclient.NewBurst{To: ownPhone, Count: 30, IDPrefix: "3AFD"}); err != nil {
		t.Fatal(err)
	}
	eventually(t, "not ready", func() bool { return g.ready() == 503 })
	eventually(t, "the messages wait at WhatsApp", func() bool { return w.unacked(device) > 0 })
	if err := server.Start(); err != nil {
		t.Fatal(err)
	}
	eventually(t, "ready again", func() bool { return g.ready() == 200 })
	c.connected(w)
	w.quiet(device)
	want := append(before, ids("3AFD", 30)...)
	eventually(t, "everything arrived", func() bool { return r.messages() >= len(want) })
	r.judge(t, want)
}

// The kill matrix of crash_test.go on PostgreSQL.
func TestSoakKillNineOnPostgres(t *testing.T) {
	if os.Getenv("WAPOST_SOAK") == "" {
		t.Skip("run with make soak")
	}
	killMatrix(t, storetest.Postgres(t), 40)
}

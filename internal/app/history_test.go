package app_test

import (
	"net/http"
	"slices"
	"testing"
	"time"

	"wapost/internal/simulator"
	"wapost/internal/store/storetest"
	"wapost/simclient"
)

const miaPhone = "4915100000077"

// pastWorld is a world whose phones hand over what they have after linking.
func pastWorld(t testing.TB) *world {
	t.Helper()
	return newWorldWith(t, simulator.Options{Authority: authority(), TraceLimit: 2000})
}

// withPast makes the own person and a contact, with old messages of the contact.
func (w *world) withPast(messages int) {
	w.t.Helper()
	w.person(miaPhone, "Mia")
	name := "Own"
	if _, _, err := w.CreateUser(w.t.Context(), simclient.NewUser{Phone: ownPhone, Name: &name, Contacts: &[]string{miaPhone}, History: &messages}); err != nil {
		w.t.Fatal(err)
	}
}

// chatSize pages through a chat and returns how many messages it has, each once.
func (c customer) chatSize(chat string) int {
	c.t.Helper()
	seen, before := map[string]bool{}, ""
	for {
		var page []struct {
			MessageID string `json:"message_id"`
		}
		if status := c.call("GET", "/chats/"+chat+"/messages?limit=200&before="+before, nil, &page); status == http.StatusNotFound {
			return 0
		}
		for _, m := range page {
			if seen[m.MessageID] {
				c.t.Errorf("message %s is there twice", m.MessageID)
			}
			seen[m.MessageID] = true
		}
		if len(page) < 200 {
			return len(seen)
		}
		before = page[len(page)-1].MessageID
	}
}

// historyDone reports whether a type of history has come whole.
func (c customer) historyDone(kind string) bool {
	c.t.Helper()
	var list []struct {
		SyncType       string `json:"sync_type"`
		Chunks, Stored int
	}
	c.call("GET", "/history/status", nil, &list)
	for _, p := range list {
		if p.SyncType == kind {
			return p.Stored == p.Chunks
		}
	}
	return false
}

func TestThePastOfALinkedNumberCanBeRead(t *testing.T) {
	w := pastWorld(t)
	w.withPast(1000)
	g := newGateway(t, w)
	c := newCustomer(t, g.admin())
	r := newReceiver(t)
	c.hook(r)
	c.link(w, ownPhone)
	eventually(t, "history.sync_complete", func() bool { return len(r.of("history.sync_complete")) == 1 })
	if n := c.chatSize(miaPhone); n != 1000 {
		t.Errorf("the chat has %d messages, want 1000", n)
	}
	var chats []struct {
		Name, Kind  string
		Unread      int
		LastMessage struct{ Text string } `json:"last_message"`
	}
	c.must("GET", "/chats", nil, &chats)
	if len(chats) != 1 || chats[0].Name != "Mia" || chats[0].LastMessage.Text != "old message 1000 from Mia" {
		t.Errorf("chats: %+v", chats)
	}
	if n := len(r.of("history.message")) + len(r.of("message.received")); n != 0 {
		t.Errorf("%d messages of the past came as events", n)
	}
	eventually(t, "the phone was told", func() bool {
		page, err := w.Inbox(t.Context(), ownPhone, simclient.InboxQuery{Kinds: []string{"receipt"}})
		if err != nil {
			t.Fatal(err)
		}
		told := 0
		for _, e := range page.Entries {
			if e.Type == "hist_sync" {
				told++
			}
		}
		return told == 2 // the names are a part of their own
	})
}

// hookOf registers a receiver for some types.
func (c customer) hookOf(r *receiver, types ...string) {
	c.t.Helper()
	c.must("POST", "/webhooks", map[string]any{"url": r.url, "events": types}, nil)
}

func (w *world) give(h simclient.History) {
	w.t.Helper()
	if _, err := w.GiveHistory(w.t.Context(), ownPhone, h); err != nil {
		w.t.Fatal(err)
	}
}

// once fails the test unless each message came under one event id, and returns how many there were.
func (r *receiver) once(t testing.TB, typ string) int {
	t.Helper()
	event := map[string]string{}
	for _, d := range r.of(typ) {
		if id, seen := event[d.MsgID]; seen && id != d.eventID {
			t.Errorf("message %s came under two event ids", d.MsgID)
		}
		event[d.MsgID] = d.eventID
	}
	return len(event)
}

// A part whose file is gone is uploaded again; what is in it is an event too when the device wants that; older messages come
// when they are asked for.
func TestThePastComesAsAFileAgainAndOnDemand(t *testing.T) {
	w := pastWorld(t)
	w.person(miaPhone, "Mia")
	w.person(ownPhone, "Own")
	g := newGateway(t, w)
	c := newCustomer(t, g.admin())
	r := newReceiver(t)
	c.hookOf(r, "history.sync", "history.sync_failed", "history.sync_complete", "history.message")
	var set struct{ History string }
	c.must("PATCH", "/devices/me/settings", map[string]any{"history": "events"}, &set)
	if set.History != "events" {
		t.Fatalf("settings: %+v", set)
	}
	c.link(w, ownPhone)
	eventually(t, "the part after linking", func() bool { return c.historyDone("initial_bootstrap") })

	w.give(simclient.History{Via: "media", Gone: 410, Chats: []simclient.OldChat{{With: miaPhone, Count: 300, Unread: 2}}})
	eventually(t, "the messages", func() bool { return r.once(t, "history.message") == 300 })
	eventually(t, "the part is stored", func() bool { return c.historyDone("recent") })
	if n := c.chatSize(miaPhone); n != 300 {
		t.Errorf("the chat has %d messages, want 300", n)
	}
	if failed := r.of("history.sync_failed"); len(failed) != 1 {
		t.Errorf("%d failures were told, want 1", len(failed))
	}
	var page []struct{ Status string }
	c.must("GET", "/chats/"+miaPhone+"/messages?limit=2", nil, &page)
	if len(page) != 2 || page[0].Status+page[1].Status != "read" {
		t.Errorf("newest messages: %+v", page) // one of each side
	}

	off := false
	w.give(simclient.History{HandOver: &off, Chats: []simclient.OldChat{{With: miaPhone, Messages: []simclient.OldMessage{
		{ID: "OLDER1", Text: "older", At: longAgo()}, {ID: "OLDER2", Stub: "CIPHERTEXT", At: longAgo()}}}}})
	var asked struct {
		RequestID string `json:"request_id"`
	}
	c.must("POST", "/history/sync", map[string]any{"chat_jid": miaPhone, "count": 10}, &asked)
	eventually(t, "the older ones", func() bool { return c.chatSize(miaPhone) == 302 })
	var stub struct {
		Kind   string
		System struct{ Stub string }
	}
	c.must("GET", "/messages/OLDER2", nil, &stub)
	if asked.RequestID == "" || stub.Kind != "system" || stub.System.Stub != "ciphertext" {
		t.Errorf("request %q, stub %+v", asked.RequestID, stub)
	}
	eventually(t, "the answer is settled", func() bool { return c.historyDone("on_demand") })
}

// A phone's file that is too large is told of and left; what is behind it comes.
func TestAPartOfThePastThatIsTooLargeIsLeft(t *testing.T) {
	w := pastWorld(t)
	w.person(miaPhone, "Mia")
	w.person(ownPhone, "Own")
	g := &gateway{t: t, w: w, dir: t.TempDir(), past: 8 << 10}
	g.start()
	c := newCustomer(t, g.admin())
	r := newReceiver(t)
	c.hookOf(r, "history.sync_failed")
	c.link(w, ownPhone)
	eventually(t, "the part after linking", func() bool { return c.historyDone("initial_bootstrap") })
	w.give(simclient.History{Via: "media", Chats: []simclient.OldChat{{With: miaPhone, Count: 1000}}})
	eventually(t, "the failure", func() bool { return r.different("history.sync_failed") == 1 })
	w.give(simclient.History{Via: "media", Type: "full", Chats: []simclient.OldChat{{With: miaPhone, Count: 20}}})
	eventually(t, "the next part", func() bool { return c.historyDone("full") })
	if n := c.chatSize(miaPhone); n != 20 || c.historyDone("recent") {
		t.Errorf("the chat has %d messages, want 20", n)
	}
	type status struct {
		SyncType string `json:"sync_type"`
		Error    string
	}
	var list []status
	c.call("GET", "/history/status", nil, &list)
	if !slices.ContainsFunc(list, func(p status) bool { return p.SyncType == "recent" && p.Error == "The part is larger than is taken" }) {
		t.Errorf("%+v", list)
	}
}

// different counts the events of a type.
func (r *receiver) different(typ string) int {
	seen := map[string]bool{}
	for _, d := range r.of(typ) {
		seen[d.eventID] = true
	}
	return len(seen)
}

func longAgo() time.Time { return time.Date(2020, 5, 1, 10, 0, 0, 0, time.UTC) }

func TestAGatewayThatWantsNoPastFetchesNone(t *testing.T) {
	w := pastWorld(t)
	w.withPast(3)
	g := newGateway(t, w)
	c := newCustomer(t, g.admin())
	c.must("PATCH", "/devices/me/settings", map[string]any{"history": "off"}, nil)
	c.link(w, ownPhone)
	eventually(t, "the part is settled", func() bool { return c.historyDone("initial_bootstrap") })
	if n := c.chatSize(miaPhone); n != 0 {
		t.Errorf("the chat has %d messages, want none", n)
	}
}

// Killed in the middle of a part, a gateway goes on without losing or doubling anything.
func TestKillNineInThePast(t *testing.T) {
	if testing.Short() {
		t.Skip("kills processes")
	}
	t.Run("SQLite", func(t *testing.T) { killedInThePast(t, "") })
	t.Run("PostgreSQL", func(t *testing.T) { killedInThePast(t, storetest.Postgres(t)) })
}

func killedInThePast(t *testing.T, database string) {
	t.Helper()
	w := pastWorld(t)
	w.person(miaPhone, "Mia")
	w.person(ownPhone, "Own")
	g := newChild(t, w)
	g.database = database
	g.start("history-piece:4")
	g.ready()
	c := newCustomer(t, admin(t, g.dir, "http://"+g.listen))
	r := newReceiver(t)
	c.hookOf(r, "history.*", "history.message")
	c.must("PATCH", "/devices/me/settings", map[string]any{"history": "events"}, nil)
	c.link(w, ownPhone)
	w.give(simclient.History{Via: "media", Chats: []simclient.OldChat{{With: miaPhone, Count: 1000}}})
	<-g.ended
	g.start("history-piece:7")
	<-g.ended
	g.start("")
	g.ready()
	eventually(t, "all messages of the past", func() bool { return r.once(t, "history.message") >= 1000 })
	eventually(t, "the part is stored", func() bool { return c.historyDone("recent") })
	if n, events := c.chatSize(miaPhone), r.once(t, "history.message"); n != 1000 || events != 1000 {
		t.Errorf("the chat has %d messages, %d came as events, want 1000", n, events)
	}
	eventually(t, "the whole was told", func() bool { return r.different("history.sync_complete") == 2 }) // the one after linking, and this one
}

package app_test

import (
	"net/http"
	"testing"

	"wapost/internal/simulator"
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

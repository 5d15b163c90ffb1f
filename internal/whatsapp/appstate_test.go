package whatsapp_test

import (
	"encoding/json"
	"testing"
	"time"

	"go.mau.fi/whatsmeow/appstate"

	"wapost/internal/event"
	"wapost/internal/simulator"
)

// synced makes a gateway whose phone has handed over the app state.
func synced(t *testing.T) (g *gateway, id string, alice *simulator.Person) {
	t.Helper()
	w := newWorldWith(t, simulator.Options{})
	g = newGateway(t, w)
	alice = w.person(aliceNumber, "Alice")
	w.person(bobNumber, "Bob")
	id, _ = g.linked(alice)
	for _, name := range appstate.AllPatchNames {
		g.await(id, event.AppStateSyncComplete, func(l logged) bool { return l.field("name") == string(name) })
	}
	return g, id, alice
}

func TestWhatThePhoneDoesToChatsIsTold(t *testing.T) {
	g, id, alice := synced(t)
	group, err := g.w.CreateGroup(simulator.GroupSpec{Subject: "Team", Owner: bobNumber, Participants: []string{aliceNumber}, Quiet: true})
	if err != nil {
		t.Fatal(err)
	}
	bob, err := g.w.Person(bobNumber)
	if err != nil {
		t.Fatal(err)
	}
	_, lid := bob.JIDs()
	last := time.Date(2030, 1, 2, 3, 4, 5, 0, time.UTC)
	chat, inGroup := id+"|c|"+lid.String(), id+"|c|"+group.JID().String()
	const stamp = `"2030-01-02T03:04:05.000Z"`
	for _, c := range []struct {
		change simulator.AppStateChange
		kind   event.Type
		key    string
		want   map[string]string // JSON by member
	}{
		{simulator.AppStateChange{Action: simulator.StateMute, Until: last}, event.ChatMuted, chat, map[string]string{"muted": "true", "until": stamp}},
		{simulator.AppStateChange{Action: simulator.StateMute, Off: true}, event.ChatMuted, chat, map[string]string{"muted": "false", "until": "null"}},
		{simulator.AppStateChange{Action: simulator.StateMute, Chat: group.JID().String()}, event.ChatMuted, inGroup, map[string]string{"muted": "true", "until": "null"}},
		{simulator.AppStateChange{Action: simulator.StatePin}, event.ChatPinned, chat, map[string]string{"pinned": "true"}},
		{simulator.AppStateChange{Action: simulator.StateArchive}, event.ChatArchived, chat, map[string]string{"archived": "true"}},
		{simulator.AppStateChange{Action: simulator.StateMarkRead, LastMessageAt: last}, event.ChatMarkedRead, chat, map[string]string{"read": "true", "last_message_at": stamp}},
		{simulator.AppStateChange{Action: simulator.StateClear, LastMessageAt: last, DeleteMedia: true}, event.ChatCleaned, chat, map[string]string{"delete_media": "true", "last_message_at": stamp}},
		{simulator.AppStateChange{Action: simulator.StateDelete, LastMessageAt: last}, event.ChatDeleted, chat, map[string]string{"delete_media": "false", "last_message_at": stamp}},
		{simulator.AppStateChange{Action: simulator.StateStar, MessageID: "A1", FromMe: true}, event.MessageStarred, chat, map[string]string{"message_id": `"A1"`, "from_me": "true", "starred": "true"}},
		{simulator.AppStateChange{Action: simulator.StateDeleteMessage, Chat: group.JID().String(), Sender: bobNumber, MessageID: "A2", SentAt: last}, event.MessageDeletedForMe, inGroup, map[string]string{"message_id": `"A2"`, "from_me": "false", "sent_at": stamp}},
		{simulator.AppStateChange{Action: simulator.StateLabel, LabelID: "7", Name: "Paid", Color: 3}, event.LabelEdited, id + "|d", map[string]string{"label_id": `"7"`, "name": `"Paid"`, "color": "3", "deleted": "false"}},
		{simulator.AppStateChange{Action: simulator.StateLabelChat, LabelID: "7"}, event.LabelOnChat, chat, map[string]string{"label_id": `"7"`, "labeled": "true"}},
		{simulator.AppStateChange{Action: simulator.StateLabelMessage, LabelID: "7", MessageID: "A1", Off: true}, event.LabelOnMessage, chat, map[string]string{"message_id": `"A1"`, "labeled": "false"}},
		{simulator.AppStateChange{Action: simulator.StateContact, Name: "Bob B", FirstName: "Bob", SavedOnPhone: true}, event.ContactUpdated, chat, map[string]string{"full_name": `"Bob B"`, "first_name": `"Bob"`, "saved_on_phone": "true"}},
		{simulator.AppStateChange{Action: simulator.StateStatusMute}, event.StatusMuted, chat, map[string]string{"muted": "true"}},
		{simulator.AppStateChange{Action: simulator.StateUnarchive}, event.UnarchiveChatsSet, id + "|d", map[string]string{"unarchive": "true"}},
	} {
		before := len(g.events(id, c.kind))
		if c.change.Chat == "" {
			c.change.Chat = bobNumber
		}
		if err := alice.ChangeAppState(c.change); err != nil {
			t.Fatalf("%s: %v", c.kind, err)
		}
		until(t, func() bool { return len(g.events(id, c.kind)) > before }, func() string { return "no " + string(c.kind) + ": " + g.names(id) })
		e := g.events(id, c.kind)[before]
		if e.Key != c.key {
			t.Errorf("%s has the key %s, want %s", c.kind, e.Key, c.key)
		}
		var data map[string]json.RawMessage
		e.open(t, &data)
		for member, want := range c.want {
			if string(data[member]) != want {
				t.Errorf("%s: %s is %s, want %s", c.kind, member, data[member], want)
			}
		}
	}
	if unknown := g.events(id, event.Unknown); len(unknown) > 0 {
		t.Errorf("%s", unknown[0].Data)
	}
	patches := g.events(id, event.AppStatePatched)
	if n := len(patches); n < 16 {
		t.Errorf("%d patches for 16 changes", n)
	}
	var first event.AppStatePatch
	if patches[0].open(t, &first); len(first.Index) != 2 || first.Index[0] != "mute" || first.Action == nil || *first.Action != "mute_action" {
		t.Errorf("%+v", first)
	}
}

func TestTheOwnNameIsTheOneOfThePhone(t *testing.T) {
	g, id, alice := synced(t)
	name := "Alice at work"
	if err := alice.Change(simulator.PersonChange{Name: &name}); err != nil {
		t.Fatal(err)
	}
	if e := g.await(id, event.PushNameSet, nil); e.field("push_name") != name {
		t.Errorf("%s", e.Data)
	}
	if err := alice.ChangeAppState(simulator.AppStateChange{Action: simulator.StateStar, Chat: bobNumber, MessageID: "A1", FromMe: true}); err != nil {
		t.Fatal(err)
	}
	if e := g.await(id, event.MessageStarred, nil); e.field("sender", "name") != name || e.field("sender", "phone") != "+"+aliceNumber {
		t.Errorf("the own name is not known: %s", e.Data)
	}
}

// A full sync says how everything is, not what has happened: it gives no events but that it is complete.
func TestAFullSyncTellsNoChanges(t *testing.T) {
	w := newWorldWith(t, simulator.Options{})
	g := newGateway(t, w)
	alice := w.person(aliceNumber, "Alice")
	w.person(bobNumber, "Bob")
	if err := alice.DeliverAppState(simulator.AppStateDelivery{Snapshot: true, External: true, PageSize: 1}); err != nil {
		t.Fatal(err)
	}
	for _, action := range []string{simulator.StateMute, simulator.StatePin, simulator.StateContact} {
		if err := alice.ChangeAppState(simulator.AppStateChange{Action: action, Chat: bobNumber, Name: "Bob"}); err != nil {
			t.Fatal(err)
		}
	}
	id, _ := g.linked(alice)
	for _, name := range appstate.AllPatchNames {
		g.await(id, event.AppStateSyncComplete, func(l logged) bool { return l.field("name") == string(name) })
	}
	if told := g.events(id, event.ChatMuted, event.ChatPinned, event.ContactUpdated, event.AppStatePatched, event.AppStateSyncError); len(told) > 0 {
		t.Errorf("%s", g.names(id))
	}
	for _, off := range []bool{true, false} { // in pages, from the media host
		if err := alice.ChangeAppState(simulator.AppStateChange{Action: simulator.StatePin, Chat: bobNumber, Off: off}); err != nil {
			t.Fatal(err)
		}
	}
	until(t, func() bool { return len(g.events(id, event.ChatPinned)) == 2 }, func() string { return g.names(id) })
}

func TestAppStateThatCannotBeReadIsTold(t *testing.T) {
	g, id, alice := synced(t)
	if err := alice.DeliverAppState(simulator.AppStateDelivery{Damaged: true}); err != nil {
		t.Fatal(err)
	}
	if err := alice.ChangeAppState(simulator.AppStateChange{Action: simulator.StateMute, Chat: bobNumber}); err != nil {
		t.Fatal(err)
	}
	if e := g.await(id, event.AppStateSyncError, nil); e.field("name") != string(appstate.WAPatchRegularHigh) || e.field("error") == "" {
		t.Errorf("%s", e.Data)
	}
	if told := g.events(id, event.ChatMuted); len(told) > 0 {
		t.Errorf("%s", told[0].Data)
	}
}

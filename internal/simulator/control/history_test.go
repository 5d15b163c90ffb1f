package control_test

import (
	"strings"
	"testing"
	"time"

	"go.mau.fi/whatsmeow"
	"go.mau.fi/whatsmeow/proto/waE2E"
	"go.mau.fi/whatsmeow/proto/waHistorySync"
	"go.mau.fi/whatsmeow/types"
	"go.mau.fi/whatsmeow/types/events"

	"wapost/simclient"
)

// manual makes the client leave history to the test, as a careful gateway does.
func (g *gateway) manual() {
	g.ManualHistorySyncDownload, g.DisableManualHistorySyncReceipt = true, true
}

// notice waits for the announcement of a part.
func (g *gateway) notice() (string, *waE2E.HistorySyncNotification) {
	g.t.Helper()
	m := await(g, func(m *events.Message) bool {
		return m.Message.GetProtocolMessage().GetHistorySyncNotification() != nil
	})
	return m.Info.ID, m.Message.GetProtocolMessage().GetHistorySyncNotification()
}

func (g *gateway) download(n *waE2E.HistorySyncNotification) *waHistorySync.HistorySync {
	g.t.Helper()
	h, err := g.DownloadHistorySync(g.t.Context(), n, true)
	must(g.t, err)
	return h
}

func TestHistoryComesAsAFileThatIsDeletedWhenItIsStored(t *testing.T) {
	r := newRig(t)
	g := r.linked(owner, "Owner")
	g.manual()
	r.user(anna, "Anna")
	handed, err := r.GiveHistory(t.Context(), owner, simclient.History{Via: "media", Type: "full", Progress: new(40), Chunk: 2,
		Chats: []simclient.OldChat{{With: anna, Count: 3, Unread: 2, Archived: true, Pinned: true, MutedUntil: time.Now().Add(time.Hour),
			Messages: []simclient.OldMessage{{ID: "OLD1", Text: "before all that", At: time.Now().Add(-time.Hour * 99)}}}}})
	must(t, err)
	id, n := g.notice()
	if len(handed.IDs) != 1 || handed.IDs[0] != id || handed.Messages != 4 || n.GetDirectPath() == "" || n.GetProgress() != 40 || n.GetChunkOrder() != 2 {
		t.Errorf("notice %s %v, reply %+v", id, n, handed)
	}
	h := g.download(n)
	c := h.GetConversations()[0]
	if h.GetSyncType() != waHistorySync.HistorySync_FULL || len(c.GetMessages()) != 4 || c.GetUnreadCount() != 2 || !c.GetArchived() || c.GetPinned() == 0 || c.GetMuteEndTime() == 0 {
		t.Errorf("history %v", h)
	}
	must(t, g.SendProtocolMessageReceipt(t.Context(), id, types.ReceiptTypeHistorySync))
	must(t, g.DeleteMedia(t.Context(), whatsmeow.MediaHistory, n.GetDirectPath(), n.GetFileEncSHA256(), n.GetEncHandle()))
	if _, err := g.DownloadHistorySync(t.Context(), n, true); err == nil {
		t.Error("the file is still there")
	}
	until(t, func() bool {
		page, err := r.Inbox(t.Context(), owner, simclient.InboxQuery{Kinds: []string{"receipt"}})
		must(t, err)
		return len(page.Entries) > 0 && page.Entries[len(page.Entries)-1].Type == "hist_sync"
	})
}

func TestALostHistoryFileIsUploadedAgain(t *testing.T) {
	r := newRig(t)
	g := r.linked(owner, "Owner")
	g.manual()
	r.user(anna, "Anna")
	_, err := r.GiveHistory(t.Context(), owner, simclient.History{Via: "media", Gone: 410, Chats: []simclient.OldChat{{With: anna, Count: 2}}})
	must(t, err)
	id, n := g.notice()
	if _, err := g.DownloadHistorySync(t.Context(), n, true); err == nil {
		t.Fatal("the file was to be gone")
	}
	must(t, g.SendHistorySyncServerErrorReceipt(t.Context(), id, n.GetMediaKey()))
	again, n := g.notice()
	if again == id || n.GetOriginalMessageID() != id {
		t.Errorf("notice %s of %s", again, n.GetOriginalMessageID())
	}
	if h := g.download(n); len(h.GetConversations()[0].GetMessages()) != 2 {
		t.Errorf("history %v", h)
	}
}

func TestAPhoneGivesOlderMessagesWhenItIsAsked(t *testing.T) {
	r := newRig(t)
	g := r.linked(owner, "Owner")
	g.manual()
	r.user(anna, "Anna")
	handed, err := r.GiveHistory(t.Context(), owner, simclient.History{HandOver: new(false), Chats: []simclient.OldChat{{With: anna, Count: 9,
		Messages: []simclient.OldMessage{{ID: "KNOWN", Text: "known", At: time.Now().Add(-3*time.Hour - 30*time.Minute)}}}}})
	if err != nil || len(handed.IDs) != 0 {
		t.Fatalf("%+v %v", handed, err)
	}
	// A session with the phone exists once the phone has said something.
	_, err = r.GiveHistory(t.Context(), owner, simclient.History{Type: "push_names", Via: "inline"})
	must(t, err)
	g.notice()
	for known, want := range map[string]int{"KNOWN": 5, "unknown": 0} {
		info := &types.MessageInfo{ID: known, Timestamp: time.Now().Add(-100 * time.Hour), MessageSource: types.MessageSource{Chat: jidOf(anna)}}
		sent, err := g.SendPeerMessage(t.Context(), g.BuildHistorySyncRequest(info, 5))
		must(t, err)
		_, n := g.notice()
		h := g.download(n)
		messages := h.GetConversations()[0].GetMessages()
		if n.GetPeerDataRequestSessionID() != sent.ID || h.GetSyncType() != waHistorySync.HistorySync_ON_DEMAND || len(messages) != want {
			t.Errorf("%s: %d messages, want %d, answer to %q", known, len(messages), want, n.GetPeerDataRequestSessionID())
		}
		if want > 0 && messages[0].GetMessage().GetMessage().GetConversation() != "old message 6" {
			t.Errorf("the first is %v", messages[0])
		}
	}
}

func TestHistoryThatMeansNothingIsRefused(t *testing.T) {
	r := newRig(t)
	r.user(owner, "Owner")
	r.user(anna, "Anna")
	give := func(phone string, h simclient.History) error {
		_, err := r.GiveHistory(t.Context(), phone, h)
		return err
	}
	chat := func(c simclient.OldChat) simclient.History { return simclient.History{Chats: []simclient.OldChat{c}} }
	for name, h := range map[string]simclient.History{
		"type": {Type: "future"}, "via": {Via: "pigeon"}, "progress": {Progress: new(101)}, "chunk": {Chunk: -1}, "gone": {Gone: 500, Via: "media"},
		"gone inline": {Gone: 404}, "count": chat(simclient.OldChat{With: anna, Count: -1}), "empty message": chat(simclient.OldChat{With: anna, Messages: []simclient.OldMessage{{}}}),
		"stub": chat(simclient.OldChat{With: anna, Messages: []simclient.OldMessage{{Stub: "NOTHING"}}}),
	} {
		if err := give(owner, h); err == nil {
			t.Errorf("%s was taken", name)
		} else {
			fails(t, err, 400, "invalid_request")
		}
	}
	team, err := r.CreateGroup(t.Context(), simclient.NewGroup{Subject: "Team", Owner: anna, Participants: []string{owner}})
	must(t, err)
	err = give(owner, chat(simclient.OldChat{With: team.ID, Messages: []simclient.OldMessage{{Stub: "GROUP_CREATE"}}}))
	fails(t, err, 400, "invalid_request")
	if err == nil || !strings.Contains(err.Error(), "from is missing") {
		t.Errorf("%v does not name the field", err)
	}
	err = give(owner, chat(simclient.OldChat{With: team.ID, Messages: []simclient.OldMessage{{Text: "x", From: "4915100000009"}}}))
	fails(t, err, 404, "unknown_person")
	if err == nil || !strings.Contains(err.Error(), "from: ") {
		t.Errorf("%v does not name the field", err)
	}
	fails(t, give("4915100000009", simclient.History{}), 404, "unknown_person")
	fails(t, give(owner, chat(simclient.OldChat{With: "4915100000009"})), 404, "unknown_person")
	fails(t, give(owner, simclient.History{Device: owner + ":9"}), 404, "unknown_device")
}

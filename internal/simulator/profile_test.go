package simulator

import (
	"errors"
	"io"
	"net/http"
	"slices"
	"testing"
	"time"

	"go.mau.fi/whatsmeow"
	"go.mau.fi/whatsmeow/types"
	"go.mau.fi/whatsmeow/types/events"
)

var jpeg = []byte{0xff, 0xd8, 0xff, 0xe0, 1, 2, 3}

func alter(t testing.TB, p *Person, c PersonChange) {
	t.Helper()
	if err := p.Change(c); err != nil {
		t.Fatal(err)
	}
}

func TestAPictureIsSeenFetchedAndRemoved(t *testing.T) {
	w := newWorld(t, Options{QuietLink: true})
	owner, _, c := w.linked(ownerPhone, "Owner", nil)
	alter(t, owner, PersonChange{Contacts: &[]string{annaPhone}})
	anna := w.person(annaPhone, "Anna")
	if _, err := c.GetProfilePictureInfo(t.Context(), anna.lid, nil); !errors.Is(err, whatsmeow.ErrProfilePictureNotSet) {
		t.Errorf("without a picture: %v", err)
	}
	alter(t, anna, PersonChange{Picture: &jpeg})
	told := await(t, c, func(e *events.Picture) bool { return e.JID == anna.lid && !e.Remove })
	info, err := c.GetProfilePictureInfo(t.Context(), anna.pn, &whatsmeow.GetProfilePictureParams{Preview: true})
	if err != nil || info.ID != told.PictureID || info.Type != "preview" || told.Author != anna.lid {
		t.Fatalf("%+v %v, told %+v", info, err, told)
	}
	res, err := w.http().Get(info.URL)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	if raw, err := io.ReadAll(res.Body); err != nil || !slices.Equal(raw, jpeg) || res.StatusCode != http.StatusOK {
		t.Errorf("%s is %v %v", info.URL, raw, err)
	}
	if again, err := c.GetProfilePictureInfo(t.Context(), anna.pn, &whatsmeow.GetProfilePictureParams{ExistingID: info.ID}); again != nil || err != nil {
		t.Errorf("an unchanged picture: %+v %v", again, err)
	}
	alter(t, anna, PersonChange{Privacy: map[string]string{PrivacyPicture: "none"}})
	if _, err := c.GetProfilePictureInfo(t.Context(), anna.pn, nil); !errors.Is(err, whatsmeow.ErrProfilePictureUnauthorized) {
		t.Errorf("a hidden picture: %v", err)
	}
	alter(t, anna, PersonChange{Privacy: map[string]string{PrivacyPicture: "all"}, Picture: &[]byte{}})
	await(t, c, func(e *events.Picture) bool { return e.JID == anna.lid && e.Remove })
	nothingUnhandled(t, w.s)
}

func TestAClientSetsThePictureOfTheAccountAndOfAGroup(t *testing.T) {
	w := newWorld(t, Options{QuietLink: true})
	owner, _, first := w.linked(ownerPhone, "Owner", nil)
	second := w.client(nil)
	w.link(owner, second)
	anna := w.person(annaPhone, "Anna")
	id, err := first.SetGroupPhoto(t.Context(), types.EmptyJID, jpeg)
	if err != nil || owner.Info().PictureID != id {
		t.Errorf("the picture is %s, set %s %v", owner.Info().PictureID, id, err)
	}
	await(t, second, func(e *events.Picture) bool { return e.JID == owner.pn && e.PictureID == "" })
	if first.count(func(e any) bool { _, ok := e.(*events.Picture); return ok }) != 0 {
		t.Error("the client was told of its own change")
	}
	if _, err = first.SetGroupPhoto(t.Context(), types.EmptyJID, []byte("no JPEG")); !errors.Is(err, whatsmeow.ErrInvalidImageFormat) {
		t.Errorf("not a JPEG: %v", err)
	}
	g, err := w.s.CreateGroup(GroupSpec{Subject: "Team", Owner: annaPhone, Participants: []string{ownerPhone}, Quiet: true})
	if err != nil {
		t.Fatal(err)
	}
	if id, err = first.SetGroupPhoto(t.Context(), g.jid, jpeg); err != nil {
		t.Fatal(err)
	}
	e := await(t, second, func(e *events.Picture) bool { return e.JID == g.jid })
	if e.PictureID != id || e.Author != owner.lid {
		t.Errorf("told %+v", e)
	}
	entry(t, anna, func(e *Entry) bool { return e.Kind == KindGroup && e.Change == GroupPicture })
	if info, err := second.GetProfilePictureInfo(t.Context(), g.jid, nil); err != nil || info.ID != id {
		t.Errorf("%+v %v", info, err)
	}
	if n, err := g.Change(GroupChange{Actor: annaPhone, Action: GroupPicture}); n != 2 || err != nil {
		t.Errorf("told %d devices, %v", n, err)
	}
	await(t, first, func(e *events.Picture) bool { return e.JID == g.jid && e.Remove })
	if _, err := g.Change(GroupChange{Actor: annaPhone, Action: GroupLocked, Value: "on"}); err != nil {
		t.Fatal(err)
	}
	if _, err = first.SetGroupPhoto(t.Context(), g.jid, jpeg); !errors.Is(err, whatsmeow.ErrIQForbidden) {
		t.Errorf("in a locked group: %v", err)
	}
}

func TestAboutTextsAreToldAndSet(t *testing.T) {
	w := newWorld(t, Options{QuietLink: true})
	owner, _, c := w.linked(ownerPhone, "Owner", nil)
	alter(t, owner, PersonChange{Contacts: &[]string{annaPhone}})
	anna := w.person(annaPhone, "Anna")
	about, mine := "at sea", "on land"
	alter(t, anna, PersonChange{About: &about})
	await(t, c, func(e *events.UserAbout) bool { return e.JID == anna.lid && e.Status == about })
	if info, err := c.GetUserInfo(t.Context(), []types.JID{anna.pn}); err != nil || info[anna.pn].Status != about {
		t.Errorf("%+v %v", info, err)
	}
	alter(t, anna, PersonChange{Privacy: map[string]string{PrivacyAbout: "contacts"}})
	if info, err := c.GetUserInfo(t.Context(), []types.JID{anna.pn}); err != nil || info[anna.pn].Status != "" {
		t.Errorf("a hidden text: %+v %v", info, err)
	}
	if err := c.SetStatusMessage(t.Context(), types.SetStatusInput{Text: &mine}); err != nil || owner.Info().About != mine {
		t.Errorf("set %q %v", owner.Info().About, err)
	}
	nothingUnhandled(t, w.s)
}

func TestPrivacySettingsAreKeptToldAndObeyed(t *testing.T) {
	w := newWorld(t, Options{QuietLink: true})
	owner, d, first := w.linked(ownerPhone, "Owner", nil)
	second := w.client(nil)
	w.link(owner, second)
	anna := w.person(annaPhone, "Anna")
	settings, err := first.TryFetchPrivacySettings(t.Context(), true)
	if err != nil || settings.LastSeen != types.PrivacySettingAll || settings.Defense != types.PrivacySettingOff {
		t.Fatalf("%+v %v", settings, err)
	}
	if _, err := first.SetPrivacySetting(t.Context(), types.PrivacySettingTypeLastSeen, types.PrivacySettingContacts); err != nil {
		t.Fatal(err)
	}
	await(t, second, func(e *events.PrivacySettings) bool { return e.LastSeenChanged && !e.OnlineChanged })
	alter(t, owner, PersonChange{Privacy: map[string]string{PrivacyReadReceipts: "none"}})
	await(t, first, func(e *events.PrivacySettings) bool { return e.ReadReceiptsChanged })
	for _, bad := range []map[string]string{{"colour": "all"}, {PrivacyOnline: "none"}} {
		if err := anna.Change(PersonChange{Privacy: bad}); !errors.Is(err, ErrInvalid) {
			t.Errorf("%v: %v", bad, err)
		}
	}

	// The account's read receipts are off: its other device hears of a read message, the sender does not.
	sent := send(t, anna, Message{To: ownerPhone, Text: "read me"})
	m := await(t, first, withID(sent.ID))
	if err := first.MarkRead(t.Context(), []string{sent.ID}, time.Now(), m.Info.Chat, m.Info.Sender); err != nil {
		t.Fatal(err)
	}
	await(t, second, func(e *events.Receipt) bool {
		return e.Type == types.ReceiptTypeReadSelf && e.IsFromMe && e.Chat == m.Info.Chat
	})
	if got := anna.Inbox().Read(t.Context(), Query[Entry]{Keep: func(e *Entry) bool { return e.Type == ReceiptRead }}); len(got.Entries) != 0 {
		t.Errorf("Anna got %+v", got.Entries)
	}

	// Anna hides when she was here last, sends no read receipts, and is added to groups by nobody.
	alter(t, anna, PersonChange{Privacy: map[string]string{PrivacyLastSeen: "none", PrivacyReadReceipts: "none", PrivacyGroupAdd: "none"}})
	if n, err := anna.SendReceipt(Receipt{To: ownerPhone, Type: ReceiptRead, IDs: []string{"X"}}); n != 0 || err != nil {
		t.Errorf("a read receipt went to %d devices, %v", n, err)
	}
	if err := first.SubscribePresence(t.Context(), anna.lid); err != nil {
		t.Fatal(err)
	}
	until(t, func() bool { return d.subscribed(anna) })
	if n, err := anna.SetPresence(Presence{LastSeen: time.Now().Add(-time.Hour)}); n != 1 || err != nil {
		t.Errorf("presence went to %d devices, %v", n, err)
	}
	if e := await(t, first, func(e *events.Presence) bool { return e.From == anna.lid }); !e.Unavailable || !e.LastSeen.IsZero() {
		t.Errorf("presence %+v", e)
	}
	made, err := first.CreateGroup(t.Context(), whatsmeow.ReqCreateGroup{Name: "Team"})
	if err != nil {
		t.Fatal(err)
	}
	added, err := first.UpdateGroupParticipants(t.Context(), made.JID, []types.JID{anna.lid}, whatsmeow.ParticipantChangeAdd)
	if err != nil || len(added) != 1 || added[0].Error != 403 || added[0].AddRequest == nil || added[0].AddRequest.Code == "" {
		t.Errorf("added %+v %v", added, err)
	}
	nothingUnhandled(t, w.s)
}

func TestABlockListIsToldToTheOtherDevices(t *testing.T) {
	w := newWorld(t, Options{QuietLink: true})
	owner, d, first := w.linked(ownerPhone, "Owner", nil)
	second := w.client(nil)
	w.link(owner, second)
	anna := w.person(annaPhone, "Anna")
	if _, err := first.UpdateBlocklist(t.Context(), anna.pn, events.BlocklistChangeActionBlock); err != nil {
		t.Fatal(err)
	}
	e := await[*events.Blocklist](t, second, nil)
	if len(e.Changes) != 1 || e.Changes[0] != (events.BlocklistChange{JID: anna.lid, Action: events.BlocklistChangeActionBlock}) || e.DHash == e.PrevDHash {
		t.Errorf("told %+v", e)
	}
	if n, err := anna.SendTyping(ownerPhone, TypingComposing); n != 0 || err != nil {
		t.Errorf("typing went to %d devices, %v", n, err)
	}
	until(t, func() bool { return len(d.Unacked()) == 0 })
	if _, err := anna.Call(Call{To: ownerPhone}); err != nil || len(d.Unacked()) != 0 {
		t.Errorf("a call came through: %v", err)
	}
	alter(t, owner, PersonChange{Unblock: []string{annaPhone}})
	await(t, first, func(e *events.Blocklist) bool { return e.Changes[0].Action == events.BlocklistChangeActionUnblock })
}

func TestABusinessNameComesWithMessagesAndLookUps(t *testing.T) {
	w := newWorld(t, Options{QuietLink: true})
	_, _, c := w.linked(ownerPhone, "Owner", nil)
	anna := w.person(annaPhone, "Anna")
	for _, name := range []string{"Anna's", "Anna's Shop"} {
		alter(t, anna, PersonChange{BusinessName: &name})
		sent := send(t, anna, Message{To: ownerPhone, Text: "hi"})
		if m := await(t, c, withID(sent.ID)); m.Info.VerifiedName.Details.GetVerifiedName() != name {
			t.Errorf("the message says %+v", m.Info.VerifiedName)
		}
	}
	found, err := c.IsOnWhatsApp(t.Context(), []string{"+" + annaPhone})
	if err != nil || len(found) != 1 || found[0].VerifiedName.Details.GetVerifiedName() != "Anna's Shop" {
		t.Errorf("%+v %v", found, err)
	}
}

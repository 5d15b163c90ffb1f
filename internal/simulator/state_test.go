package simulator

import (
	"testing"
	"time"

	"go.mau.fi/whatsmeow/appstate"
	"go.mau.fi/whatsmeow/types"
	"go.mau.fi/whatsmeow/types/events"
)

// settled makes an owner with one contact, whose phone has handed everything over.
func settled(t *testing.T, w *world) (owner *Person, d *Device, c *client, anna *Person) {
	t.Helper()
	anna = w.person(annaPhone, "Anna")
	owner, _, err := w.s.CreatePerson(PersonSpec{Phone: ownerPhone, Name: "Owner", Contacts: []string{annaPhone}, History: 3})
	if err != nil {
		t.Fatal(err)
	}
	c = w.client(nil)
	d = w.link(owner, c)
	for _, name := range appstate.AllPatchNames {
		await(t, c, func(e *events.AppStateSyncComplete) bool { return e.Name == name })
	}
	return owner, d, c, anna
}

func TestThePhoneHandsOverNamesAndHistory(t *testing.T) {
	w := newWorld(t, Options{})
	_, d, c, anna := settled(t, w)
	h := await(t, c, func(h *events.HistorySync) bool { return len(h.Data.GetConversations()) > 0 })
	if chat := h.Data.GetConversations()[0]; chat.GetID() != anna.lid.String() || len(chat.GetMessages()) != 3 {
		t.Errorf("history is %+v", chat)
	}
	await(t, c, func(h *events.HistorySync) bool { return len(h.Data.GetPushnames()) == 1 })
	if info, err := c.Store.Contacts.GetContact(t.Context(), anna.pn); err != nil || info.FullName != "Anna" {
		t.Errorf("contact is %+v %v", info, err)
	}
	if err := c.SendPresence(t.Context(), types.PresenceAvailable); err != nil {
		t.Errorf("presence needs the push name: %v", err)
	}
	until(t, func() bool { return d.Info().Unacked == 0 })
	nothingUnhandled(t, w.s)
}

func TestSettingsGoBothWays(t *testing.T) {
	w := newWorld(t, Options{})
	owner, _, c, anna := settled(t, w)
	if err := c.SendAppState(t.Context(), appstate.BuildMute(anna.pn, true, time.Hour)); err != nil {
		t.Fatal(err)
	}
	seen := false
	for _, m := range owner.Settings() {
		seen = seen || m.Index[0] == appstate.IndexMute
	}
	if !seen {
		t.Error("the phone did not see the mute")
	}
	if err := owner.ChangeSetting(appstate.BuildPin(anna.pn, true)); err != nil {
		t.Fatal(err)
	}
	await[*events.Pin](t, c, nil)
	name := "New name"
	if err := owner.Change(PersonChange{Name: &name}); err != nil {
		t.Fatal(err)
	}
	await(t, c, func(e *events.PushNameSetting) bool { return e.Action.GetName() == name })
}

func TestThePhoneHandsOverWhatWasUnreadable(t *testing.T) {
	w := newWorld(t, Options{})
	_, _, c, anna := settled(t, w)
	sent := send(t, anna, Message{To: ownerPhone, Text: "from the phone", Unavailable: true})
	m := await(t, c, withID(sent.ID))
	if m.UnavailableRequestID == "" || m.Message.GetConversation() != "from the phone" {
		t.Errorf("the client got %+v", m)
	}
}

func TestPresenceAndTyping(t *testing.T) {
	w := newWorld(t, Options{})
	owner, _, c, anna := settled(t, w)
	ctx := t.Context()
	contacts := []string{ownerPhone}
	if err := anna.Change(PersonChange{Contacts: &contacts}); err != nil {
		t.Fatal(err)
	}
	if err := c.SendPresence(ctx, types.PresenceAvailable); err != nil {
		t.Fatal(err)
	}
	for _, p := range []*Person{owner, anna} {
		entry(t, p, func(e *Entry) bool { return e.Kind == KindPresence && e.Available && e.From.Phone == ownerPhone })
	}
	if n, err := anna.SetPresence(Presence{Available: true}); n != 0 || err != nil {
		t.Errorf("%d devices heard what they had not subscribed: %v", n, err)
	}
	if err := c.SubscribePresence(ctx, anna.lid); err != nil {
		t.Fatal(err)
	}
	await(t, c, func(p *events.Presence) bool { return !p.Unavailable }) // known at the subscription
	if n, err := anna.SetPresence(Presence{LastSeen: time.Now().Add(-time.Minute)}); n != 1 || err != nil {
		t.Errorf("%d devices heard: %v", n, err)
	}
	await(t, c, func(p *events.Presence) bool { return p.Unavailable && !p.LastSeen.IsZero() })

	if n, err := anna.SendTyping(ownerPhone, TypingRecording); n != 1 || err != nil {
		t.Errorf("%d devices saw the typing: %v", n, err)
	}
	await(t, c, func(p *events.ChatPresence) bool {
		return p.State == types.ChatPresenceComposing && p.Media == types.ChatPresenceMediaAudio
	})
	if err := c.SendChatPresence(ctx, anna.lid, types.ChatPresenceComposing, types.ChatPresenceMediaText); err != nil {
		t.Fatal(err)
	}
	entry(t, anna, func(e *Entry) bool { return e.Kind == KindTyping && e.State == TypingComposing })

	sent := send(t, anna, Message{To: ownerPhone, Text: "are you there"})
	entry(t, anna, receipt(ReceiptDelivered, sent.ID)) // no longer inactive
}

func TestCallsRingAndAreRejected(t *testing.T) {
	w := newWorld(t, Options{QuietLink: true})
	_, d, c := w.linked(ownerPhone, "Owner", nil)
	anna := w.person(annaPhone, "Anna")
	id, err := anna.Call(Call{To: ownerPhone, Video: true})
	if err != nil {
		t.Fatal(err)
	}
	offer := await[*events.CallOffer](t, c, nil)
	if offer.CallID != id || offer.CallCreator.User != anna.lid.User || offer.CallCreatorAlt.User != annaPhone {
		t.Errorf("offer is %+v", offer)
	}
	if err = c.RejectCall(t.Context(), offer.From, id); err != nil {
		t.Fatal(err)
	}
	entry(t, anna, func(e *Entry) bool { return e.Kind == KindCall && e.CallID == id && e.State == CallReject })
	for _, state := range []string{CallAccept, CallTerminate} {
		if _, err = anna.Call(Call{To: ownerPhone, ID: id, State: state}); err != nil {
			t.Fatal(err)
		}
	}
	await[*events.CallAccept](t, c, nil)
	if end := await[*events.CallTerminate](t, c, nil); end.Reason != "timeout" {
		t.Errorf("end is %+v", end)
	}
	until(t, func() bool { return d.Info().Unacked == 0 })
}

func TestNumbersAreLookedUp(t *testing.T) {
	w := newWorld(t, Options{QuietLink: true})
	_, _, c := w.linked(ownerPhone, "Owner", nil)
	anna, _, err := w.s.CreatePerson(PersonSpec{Phone: "+49 151 0000-0002", Name: "Anna", About: "hey there"})
	if err != nil {
		t.Fatal(err)
	}
	if _, _, err = w.s.CreatePerson(PersonSpec{Phone: bobPhone, NotOnWhatsApp: true}); err != nil {
		t.Fatal(err)
	}
	on, err := c.IsOnWhatsApp(t.Context(), []string{"+" + annaPhone, "+" + bobPhone, "+4915199999999"})
	if err != nil || len(on) != 3 || !on[0].IsIn || on[1].IsIn || on[2].IsIn {
		t.Errorf("on WhatsApp: %+v %v", on, err)
	}
	info, err := c.GetUserInfo(t.Context(), []types.JID{anna.pn})
	if err != nil || info[anna.pn].LID != anna.lid || info[anna.pn].Status != "hey there" {
		t.Errorf("info: %+v %v", info, err)
	}
	if _, err = c.TryFetchPrivacySettings(t.Context(), true); err != nil {
		t.Errorf("privacy: %v", err)
	}
	nothingUnhandled(t, w.s)
}

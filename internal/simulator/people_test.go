package simulator

import (
	"context"
	"errors"
	"testing"
	"time"

	"go.mau.fi/whatsmeow/types/events"
)

func TestAPersonIsCreatedOnceAndThenChanged(t *testing.T) {
	s, err := New(Options{Authority: testAuthority})
	if err != nil {
		t.Fatal(err)
	}
	p, created, err := s.CreatePerson(PersonSpec{Phone: "+49 151-0000 0001", Name: "Anna", Contacts: []string{"+4915100000002"}})
	if err != nil || !created || p.Phone() != ownerPhone {
		t.Fatalf("created %v %v, phone %s", created, err, p.Phone())
	}
	again, created, err := s.CreatePerson(PersonSpec{Phone: ownerPhone, About: "busy", Auto: &Auto{Reply: "echo"}})
	if err != nil || created || again != p {
		t.Errorf("created again: %v %v", created, err)
	}
	info := p.Info()
	if info.Name != "Anna" || info.About != "busy" || info.Auto != (Auto{Reply: "echo"}) || !info.OnWhatsApp || info.Link != LinkNormal ||
		len(info.Contacts) != 1 || info.Contacts[0] != annaPhone {
		t.Errorf("person is %+v", info)
	}
	for _, id := range []string{ownerPhone, "+" + ownerPhone, info.LID, info.JID, ownerPhone + ":3@s.whatsapp.net"} {
		if found, err := s.Person(id); err != nil || found != p {
			t.Errorf("%q finds %v %v", id, found, err)
		}
	}
	for _, phone := range []string{"", "123", "12345678901234567", "4915x00000001"} {
		if _, _, err = s.CreatePerson(PersonSpec{Phone: phone}); !errors.Is(err, ErrInvalid) {
			t.Errorf("phone %q: %v", phone, err)
		}
	}
	link, history := "maybe", -1
	for _, c := range []PersonChange{{Link: &link}, {History: &history}, {Block: []string{"x"}}, {Contacts: &[]string{"x"}}} {
		if err = p.Change(c); !errors.Is(err, ErrInvalid) {
			t.Errorf("change %+v: %v", c, err)
		}
	}
}

func TestDevicesAreFoundByEachOfTheirNames(t *testing.T) {
	w := newWorld(t, Options{QuietLink: true})
	_, d, _ := w.linked(ownerPhone, "Owner", nil)
	for _, id := range []string{d.ID(), d.jid.String(), d.lid.String(), "+" + d.ID()} {
		if found, err := w.s.Device(id); err != nil || found != d {
			t.Errorf("%q finds %v %v", id, found, err)
		}
	}
	for _, id := range []string{ownerPhone, ownerPhone + ":2", "4915199999999:1", ""} {
		if _, err := w.s.Device(id); !errors.Is(err, ErrUnknownDevice) {
			t.Errorf("%q: %v", id, err)
		}
	}
}

// Two clients of one number: each sees what the other and the phone write, and both get what others write.
func TestTwoDevicesOfANumberSeeTheSame(t *testing.T) {
	w := newWorld(t, Options{QuietLink: true})
	owner, _, first := w.linked(ownerPhone, "Owner", nil)
	second := w.client(nil)
	d := w.link(owner, second)
	if d.ID() != ownerPhone+":2" {
		t.Errorf("the second device is %s", d.ID())
	}
	anna := w.person(annaPhone, "Anna")
	w.person(bobPhone, "Bob")
	sent := send(t, anna, Message{To: ownerPhone, Text: "to both"})
	await(t, first, withID(sent.ID))
	await(t, second, withID(sent.ID))
	acked(t, sent)
	if n := len(sent.Targets()); n != 2 {
		t.Errorf("it went to %d devices", n)
	}
	resp, err := first.SendMessage(t.Context(), anna.pn, text("from the first"))
	if err != nil {
		t.Fatal(err)
	}
	if m := await(t, second, withID(resp.ID)); !m.Info.IsFromMe || m.Info.Chat.User != anna.lid.User || m.Message.GetConversation() != "from the first" {
		t.Errorf("the second device got %+v", m.Info)
	}
	if _, err = anna.Send(Message{To: bobPhone, Text: "x", Only: d.ID()}); !errors.Is(err, ErrInvalid) {
		t.Errorf("to a device of another: %v", err)
	}
	only := send(t, anna, Message{To: ownerPhone, Text: "to one", Only: d.ID()})
	acked(t, only)
	if n := first.count(func(e any) bool { m, ok := e.(*events.Message); return ok && m.Info.ID == only.ID }); n != 0 || len(only.Targets()) != 1 {
		t.Errorf("the first device got it too; targets %+v", only.Targets())
	}
}

func TestUnlinkingLetsGoOfWhoWaits(t *testing.T) {
	w := newWorld(t, Options{QuietLink: true})
	d, _ := offline(t, w, nil)
	sent := send(t, w.person(annaPhone, "Anna"), Message{To: ownerPhone, Text: "never read"})
	ctx, cancel := context.WithTimeout(t.Context(), time.Millisecond)
	defer cancel()
	if err := sent.Wait(ctx); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("wait for an offline device: %v", err)
	}
	d.Unlink()
	if err := sent.Wait(t.Context()); err != nil || sent.Acked() || sent.Targets()[0].State != StateDropped {
		t.Errorf("after unlinking: %v %+v", err, sent.Targets())
	}
}

// A linked client that has not logged in has no keys yet: a message to it cannot be encrypted.
func TestAMessageBeforeTheFirstLoginFails(t *testing.T) {
	w := newWorld(t, Options{QuietLink: true})
	p, c := w.person(ownerPhone, "Owner"), w.client(nil)
	c.DisableLoginAutoReconnect = true
	c.connect()
	if _, err := p.Scan(t.Context(), await[*events.QR](t, c, nil).Codes[0]); err != nil {
		t.Fatal(err)
	}
	anna := w.person(annaPhone, "Anna")
	if _, err := anna.Send(Message{To: ownerPhone, Text: "too early"}); !errors.Is(err, ErrNotConnected) {
		t.Errorf("send: %v", err)
	}
	await[*events.ManualLoginReconnect](t, c, nil)
	c.Disconnect()
	c.connect()
	await[*events.Connected](t, c, nil)
	acked(t, send(t, anna, Message{To: ownerPhone, Text: "now"}))
}

package simulator

import (
	"context"
	"errors"
	"strings"
	"testing"

	"go.mau.fi/whatsmeow"
	"go.mau.fi/whatsmeow/types"
	"go.mau.fi/whatsmeow/types/events"
)

func TestScanLinksAClient(t *testing.T) {
	w := newWorld(t, Options{})
	p, d, c := w.linked("4915100000001", "Owner", nil)
	paired := await[*events.PairSuccess](t, c, nil)
	if paired.ID != d.jid || paired.LID != d.lid {
		t.Errorf("the client was told %s %s, the device is %s %s", paired.ID, paired.LID, d.jid, d.lid)
	}
	until(t, func() bool { return d.Info().PreKeys > 800 })
	info := d.Info()
	if !info.Connected || !info.Active || info.Logins != 1 || info.Phone != "4915100000001" {
		t.Errorf("device is %+v", info)
	}
	if l := p.Linking(); l.Status != LinkingDone || l.Device != d {
		t.Errorf("linking is %+v", l)
	}
	nothingUnhandled(t, w.s)
}

func TestAFreshClientGetsSixCodes(t *testing.T) {
	w := newWorld(t, Options{})
	c := w.client(nil)
	c.connect()
	qr := await[*events.QR](t, c, nil)
	if len(qr.Codes) != 6 || !strings.HasPrefix(qr.Codes[0], "https://wa.me/settings/linked_devices#2@") {
		t.Errorf("codes are %q", qr.Codes)
	}
}

func TestScanTellsWhyItFailed(t *testing.T) {
	w := newWorld(t, Options{})
	p := w.person("4915100000001", "Owner")
	c := w.client(nil)
	c.connect()
	code := await[*events.QR](t, c, nil).Codes[0]
	scan := func(text string, want error) {
		t.Helper()
		if _, err := p.Scan(t.Context(), text); !errors.Is(err, want) {
			t.Errorf("scan: %v, want %v", err, want)
		}
	}
	scan("no code", ErrInvalid)
	scan(strings.Replace(code, "2@", "2@x", 1), ErrNoPendingCode)
	refuse, normal := LinkRefuse, LinkNormal
	if err := p.Change(PersonChange{Link: &refuse}); err != nil {
		t.Fatal(err)
	}
	scan(code, ErrLinkRefused)
	if err := p.Change(PersonChange{Link: &normal}); err != nil {
		t.Fatal(err)
	}
	c.PrePairCallback = func(types.JID, string, string) bool { return false }
	scan(code, ErrLinkRefused)
	await[*events.PairError](t, c, nil)
	until(t, func() bool {
		_, err := p.Scan(t.Context(), code)
		return errors.Is(err, ErrExpired)
	})
	if l := p.Linking(); l.Status != LinkingFailed || !errors.Is(l.Err, ErrLinkRefused) {
		t.Errorf("linking is %+v", l)
	}
	if n := len(p.Devices()); n != 0 {
		t.Errorf("%d devices were linked", n)
	}
}

func TestScanOfASilentClientEndsWithTheContext(t *testing.T) {
	w := newWorld(t, Options{})
	p, c := w.person("4915100000001", "Owner"), w.client(nil)
	hang := make(chan struct{})
	t.Cleanup(func() { close(hang) })
	c.PrePairCallback = func(types.JID, string, string) bool { <-hang; return false }
	c.connect()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := p.Scan(ctx, await[*events.QR](t, c, nil).Codes[0]); !errors.Is(err, context.Canceled) {
		t.Errorf("scan: %v", err)
	}
}

func TestAForeignRootIsRefusedByTheClient(t *testing.T) {
	foreign, err := NewAuthority()
	if err != nil {
		t.Fatal(err)
	}
	s, err := New(Options{Authority: foreign})
	if err != nil {
		t.Fatal(err)
	}
	if err = s.Listen("127.0.0.1:0"); err != nil {
		t.Fatal(err)
	}
	w := &world{t, s}
	t.Cleanup(w.run())
	if err = w.client(nil).Connect(); err == nil || !strings.Contains(err.Error(), "server cert") {
		t.Errorf("connect: %v", err)
	}
}

func TestATypedCodeLinksAClient(t *testing.T) {
	w := newWorld(t, Options{})
	owner, other := w.person("4915100000001", "Owner"), w.person("4915100000002", "Other")
	if _, err := owner.EnterCode(t.Context(), "ABCD-EFGH"); !errors.Is(err, ErrNoPendingCode) {
		t.Errorf("without a client: %v", err)
	}
	c := w.client(nil)
	c.connect()
	await[*events.QR](t, c, nil)
	code, err := c.PairPhone(t.Context(), "+49 151 00000001", true, whatsmeow.PairClientChrome, "Chrome (Linux)")
	if err != nil {
		t.Fatal(err)
	}
	if _, err = other.EnterCode(t.Context(), code); !errors.Is(err, ErrWrongAccount) {
		t.Errorf("on another phone: %v", err)
	}
	if _, err = owner.EnterCode(t.Context(), "1111-1111"); !errors.Is(err, ErrWrongCode) {
		t.Errorf("wrong code: %v", err)
	}
	d, err := owner.EnterCode(t.Context(), strings.ToLower(code))
	if err != nil {
		t.Fatal(err)
	}
	await[*events.Connected](t, c, nil)
	if d.Info().Logins != 1 {
		t.Errorf("device is %+v", d.Info())
	}
	nothingUnhandled(t, w.s)
}

func TestAPasskeyIsAskedFor(t *testing.T) {
	w := newWorld(t, Options{})
	p, _, err := w.s.CreatePerson(PersonSpec{Phone: "4915100000001", Name: "Owner", Link: LinkPasskey})
	if err != nil {
		t.Fatal(err)
	}
	c := w.client(nil)
	c.connect()
	d, err := p.Scan(t.Context(), await[*events.QR](t, c, nil).Codes[0])
	if err != nil || d != nil || p.Linking().Status != LinkingPasskey {
		t.Fatalf("scan: %v %v %+v", d, err, p.Linking())
	}
	await[*events.PairPasskeyRequest](t, c, nil)
	if err = c.SendPasskeyResponse(t.Context(), &types.WebAuthnResponse{RawID: []byte("cred")}); err != nil {
		t.Fatal(err)
	}
	shown := await[*events.PairPasskeyConfirmation](t, c, nil)
	if l := p.WaitLinking(t.Context(), LinkingPasskey); l.Status != LinkingConfirm || l.PhoneCode != shown.Code {
		t.Errorf("the phone shows %+v, the client %q", l, shown.Code)
	}
	if err = c.SendPasskeyConfirmation(t.Context()); err != nil {
		t.Fatal(err)
	}
	await[*events.PairSuccess](t, c, nil)
	await[*events.Connected](t, c, nil)
	if l := p.Linking(); l.Status != LinkingDone {
		t.Errorf("linking is %+v", l)
	}
}

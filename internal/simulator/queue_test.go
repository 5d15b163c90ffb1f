package simulator

import (
	"errors"
	"fmt"
	"slices"
	"sync/atomic"
	"testing"
	"time"

	waBinary "go.mau.fi/whatsmeow/binary"
	"go.mau.fi/whatsmeow/types/events"
)

// texts collects what a client was given to read.
func texts(c *client) (list []string) {
	for _, e := range c.events.Read(c.w.t.Context(), Query[any]{Limit: 1_000_000}).Entries {
		if m, ok := e.(*events.Message); ok {
			list = append(list, m.Message.GetConversation())
		}
	}
	return list
}

// rows makes n texts and lets p write them.
func rows(t *testing.T, p *Person, n int) (want []string, last *Delivery) {
	t.Helper()
	for i := range n {
		want = append(want, fmt.Sprintf("%04d", i))
		last = send(t, p, Message{To: ownerPhone, Text: want[i]})
	}
	return want, last
}

// offline makes a linked client that is not connected.
func offline(t *testing.T, w *world, handle func(any) bool) (*Device, *client) {
	t.Helper()
	_, d, c := w.linked(ownerPhone, "Owner", nil)
	again := c.restart(handle)
	until(t, func() bool { return !d.Info().Connected })
	return d, again
}

// tried counts the stanzas of a queue that were sent, and waits until nothing more is.
func tried(t *testing.T, d *Device, want int) {
	t.Helper()
	until(t, func() bool {
		n := 0
		for _, st := range d.Unacked() {
			n += min(st.Tries, 1)
		}
		if n > want {
			t.Fatalf("%d stanzas were sent, want %d", n, want)
		}
		return n == want
	})
}

func TestWhatAnOfflineClientMissedComesInOrder(t *testing.T) {
	w := newWorld(t, Options{QuietLink: true})
	d, c := offline(t, w, nil)
	want, last := rows(t, w.person(annaPhone, "Anna"), 200)
	if info := d.Info(); info.Unacked != 200 || info.Connected || last.Acked() || last.Targets()[0].State != StateQueued {
		t.Errorf("device is %+v, the last message %+v", info, last.Targets())
	}
	c.connect()
	acked(t, last)
	if got := texts(c); !slices.Equal(got, want) {
		t.Errorf("the client read %v", got)
	}
	if p := await[*events.OfflineSyncPreview](t, c, nil); p.Total != 200 || p.Messages != 200 {
		t.Errorf("preview is %+v", p)
	}
	if end := await[*events.OfflineSyncCompleted](t, c, nil); end.Count != 200 {
		t.Errorf("the bracket closed with %+v", end)
	}
}

func TestARefusedMessageComesAgainAfterTheNextLogin(t *testing.T) {
	w := newWorld(t, Options{QuietLink: true})
	var accept atomic.Bool
	handle := func(e any) bool {
		m, ok := e.(*events.Message)
		return !ok || m.Message.GetConversation() != "important" || accept.Load()
	}
	_, d, c := w.linked(ownerPhone, "Owner", handle)
	anna := w.person(annaPhone, "Anna")
	sent := send(t, anna, Message{To: ownerPhone, Text: "important"})
	acked(t, send(t, anna, Message{To: ownerPhone, Text: "other"}))
	if list := d.Unacked(); len(list) != 1 || list[0].ID != sent.ID || list[0].Tries != 1 || list[0].Tag != "message" {
		t.Fatalf("unacked is %+v", list)
	}
	accept.Store(true)
	again := c.restart(handle)
	again.connect()
	acked(t, sent)
	await(t, again, withID(sent.ID))
}

func TestIgnoredAcksBringEverythingAgain(t *testing.T) {
	w := newWorld(t, Options{QuietLink: true})
	_, d, c := w.linked(ownerPhone, "Owner", nil)
	anna := w.person(annaPhone, "Anna")
	faults(t, w.s, ownerPhone, func(f *Faults) { f.DropAcks = true })
	sent := send(t, anna, Message{To: ownerPhone, Text: "once"})
	entry(t, anna, receipt(ReceiptInactive, sent.ID))
	if d.Info().Unacked != 1 {
		t.Errorf("device is %+v", d.Info())
	}
	faults(t, w.s, ownerPhone, func(f *Faults) { f.DropAcks = false })
	again := c.restart(nil)
	again.connect()
	acked(t, sent)
	if got := texts(again); len(got) != 0 {
		t.Errorf("a message that was handled came again: %v", got)
	}
}

func TestHeldStanzasWaitForTheRelease(t *testing.T) {
	w := newWorld(t, Options{QuietLink: true})
	block := make(chan struct{})
	_, d, c := w.linked(ownerPhone, "Owner", func(e any) bool {
		if _, message := e.(*events.Message); message {
			<-block
		}
		return true
	})
	d.Hold()
	want, last := rows(t, w.person(annaPhone, "Anna"), 50)
	if info := d.Info(); !info.Held || info.Unacked != 50 {
		t.Errorf("device is %+v", info)
	}
	tried(t, d, 0)
	if n := d.Release(3); n != 50 {
		t.Errorf("released %d", n)
	}
	await[*events.Message](t, c, nil)
	tried(t, d, 3)
	close(block)
	acked(t, last)
	if got := texts(c); !slices.Equal(got, want) {
		t.Errorf("the client read %v", got)
	}
}

func TestTheBacklogComesInPages(t *testing.T) {
	w := newWorld(t, Options{QuietLink: true})
	block := make(chan struct{})
	d, c := offline(t, w, func(e any) bool {
		if _, message := e.(*events.Message); message {
			<-block
		}
		return true
	})
	want, last := rows(t, w.person(annaPhone, "Anna"), 25)
	faults(t, w.s, d.ID(), func(f *Faults) { f.PageSize = 10 })
	c.connect()
	await[*events.Message](t, c, nil)
	tried(t, d, 10)
	close(block)
	acked(t, last)
	if got := texts(c); !slices.Equal(got, want) {
		t.Errorf("the client read %v", got)
	}
	if end := await[*events.OfflineSyncCompleted](t, c, nil); end.Count != 25 {
		t.Errorf("the bracket closed with %+v", end)
	}
}

func TestNothingPassesTheFirstUnackedStanza(t *testing.T) {
	w := newWorld(t, Options{QuietLink: true})
	var accept atomic.Bool
	d, c := offline(t, w, func(any) bool { return accept.Load() })
	faults(t, w.s, "", func(f *Faults) { f.WithholdBehind = true })
	_, last := rows(t, w.person(annaPhone, "Anna"), 3)
	c.connect()
	await[*events.Message](t, c, nil)
	if got := d.Unacked(); len(got) != 3 || got[0].Tries != 1 || got[1].Tries != 0 {
		t.Errorf("unacked is %+v", got)
	}
	accept.Store(true)
	again := c.restart(nil)
	again.connect()
	acked(t, last)
}

func TestAnAckIsDemandedAfterTheDeadline(t *testing.T) {
	w := newWorld(t, Options{QuietLink: true})
	_, d, c := w.linked(ownerPhone, "Owner", func(e any) bool { _, message := e.(*events.Message); return !message })
	faults(t, w.s, d.ID(), func(f *Faults) { f.AckDeadlineMS = 100 })
	sent := send(t, w.person(annaPhone, "Anna"), Message{To: ownerPhone, Text: "refused"})
	stream := await[*events.StreamError](t, c, nil)
	if ack := stream.Raw.GetChildByTag("ack"); stream.Code != "" || attrText(&ack, "id") != sent.ID || attrText(&ack, "class") != "message" {
		t.Errorf("the client got %s", stream.Raw)
	}
	await[*events.Disconnected](t, c, nil)
}

func TestTheBacklogMayComeBeforeActive(t *testing.T) {
	w := newWorld(t, Options{QuietLink: true})
	d, c := offline(t, w, nil)
	faults(t, w.s, d.ID(), func(f *Faults) { f.OfflineOnSuccess = true })
	_, last := rows(t, w.person(annaPhone, "Anna"), 3)
	c.connect()
	acked(t, last)
	if n := len(texts(c)); n != 3 {
		t.Errorf("the client read %d messages", n)
	}
}

func TestABurstNumbersItsMessages(t *testing.T) {
	w := newWorld(t, Options{QuietLink: true})
	_, _, c := w.linked(ownerPhone, "Owner", nil)
	anna := w.person(annaPhone, "Anna")
	status, err := anna.StartBurst(Burst{To: ownerPhone, Count: 300, Text: "no {n}", IDPrefix: "3ABURST"})
	if err != nil || status.Count != 300 {
		t.Fatalf("start: %+v %v", status, err)
	}
	until(t, func() bool { s, _ := anna.BurstStatus(); return !s.Running && s.Acked == 300 })
	got := texts(c)
	if len(got) != 300 || got[0] != "no 1" || got[299] != "no 300" {
		t.Errorf("the client read %d messages: %v", len(got), got)
	}
	await(t, c, withID("3ABURST000300"))
	if _, err = anna.StartBurst(Burst{To: ownerPhone, Count: 10, Interval: time.Hour}); err != nil {
		t.Fatal(err)
	}
	if _, err = anna.StartBurst(Burst{To: ownerPhone, Count: 1}); !errors.Is(err, ErrBurstRunning) {
		t.Errorf("a second burst: %v", err)
	}
	until(t, func() bool { s, _ := anna.BurstStatus(); return s.Sent == 1 })
	if s, ok := anna.StopBurst(); !ok || s.Running || s.Sent != 1 {
		t.Errorf("stopped: %+v", s)
	}
	if _, err = anna.StartBurst(Burst{To: ownerPhone}); !errors.Is(err, ErrInvalid) {
		t.Errorf("an empty burst: %v", err)
	}
}

func TestFewPrekeysMakeTheClientUploadMore(t *testing.T) {
	w := newWorld(t, Options{QuietLink: true})
	_, d, _ := w.linked(ownerPhone, "Owner", nil)
	if n := d.SetPreKeysLeft(2); n != 2 {
		t.Errorf("%d are left", n)
	}
	until(t, func() bool { return d.Info().PreKeys > 2 })
	until(t, func() bool { return d.Info().Unacked == 0 })
}

func TestAnyStanzaCanBeSent(t *testing.T) {
	w := newWorld(t, Options{QuietLink: true})
	_, d, c := w.linked(ownerPhone, "Owner", nil)
	n := waBinary.Node{Tag: "call", Attrs: attrs{"from": d.lid, "id": "C1", "t": now()}, Content: []waBinary.Node{{Tag: "future", Attrs: attrs{"call-id": "X", "call-creator": d.lid}}}}
	if err := d.SendNode(n, true); err != nil {
		t.Fatal(err)
	}
	await[*events.UnknownCallEvent](t, c, nil)
	until(t, func() bool { return d.Info().Unacked == 0 })
	if err := d.SendNode(waBinary.Node{Tag: "call"}, true); !errors.Is(err, ErrInvalid) {
		t.Errorf("without an id: %v", err)
	}
	c.Disconnect()
	until(t, func() bool { return !d.Info().Connected })
	if err := d.SendNode(n, false); !errors.Is(err, ErrNotConnected) {
		t.Errorf("to an offline device: %v", err)
	}
}

func TestLatencyDelaysEveryStanza(t *testing.T) {
	w := newWorld(t, Options{QuietLink: true})
	_, d, c := w.linked(ownerPhone, "Owner", nil)
	faults(t, w.s, d.ID(), func(f *Faults) { f.LatencyMS = 60 })
	start := time.Now()
	sent := send(t, w.person(annaPhone, "Anna"), Message{To: ownerPhone, Text: "slow"})
	await(t, c, withID(sent.ID))
	if took := time.Since(start); took < 60*time.Millisecond {
		t.Errorf("it took %s", took)
	}
}

func TestManyDevicesAcknowledgeEverythingOnce(t *testing.T) {
	const devices, each = 40, 20
	w := newWorld(t, Options{QuietLink: true})
	clients := make([]*client, devices)
	var last []*Delivery
	for i := range devices {
		_, _, clients[i] = w.linked(fmt.Sprintf("491520000%04d", i), "Owner", nil)
	}
	anna := w.person(annaPhone, "Anna")
	for n := range each {
		for i := range devices {
			last = append(last, send(t, anna, Message{To: fmt.Sprintf("491520000%04d", i), Text: fmt.Sprint(n)}))
		}
	}
	for _, d := range last {
		acked(t, d)
	}
	for i, c := range clients {
		if got := texts(c); len(got) != each || got[0] != "0" || got[each-1] != fmt.Sprint(each-1) {
			t.Errorf("client %d read %v", i, got)
		}
	}
}

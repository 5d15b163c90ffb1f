package simulator

import (
	"fmt"
	"slices"
	"sync"
	"testing"

	"go.mau.fi/whatsmeow/types"
	"pgregory.net/rapid"
)

// Whatever a client sends, through whatever cuts, each person reads it once and in order.
func TestInboxesEqualWhatWasSent(t *testing.T) {
	w := newWorld(t, Options{QuietLink: true})
	g, _, d, c, anna, bob := team(t, w)
	chats := map[string]types.JID{"anna": anna.pn, "bob": bob.pn, "group": g.jid}
	number := 0
	rapid.Check(t, func(rt *rapid.T) {
		marks := map[*Person]uint64{anna: anna.Inbox().Next(), bob: bob.Inbox().Next()}
		want := map[*Person][]string{}
		for _, op := range rapid.SliceOfN(rapid.SampledFrom([]string{"anna", "bob", "group", "anna", "bob", "group", "lost ack"}), 1, 6).Draw(rt, "operations") {
			if op == "lost ack" {
				faults(t, w.s, d.ID(), func(f *Faults) { f.NoAck = &NoAck{Then: "kick"} })
				op = "anna"
			}
			number++
			words := fmt.Sprint(op, " ", number)
			if _, err := c.SendMessage(t.Context(), chats[op], text(words)); err != nil {
				rt.Fatalf("send to %s: %v", op, err)
			}
			for name, p := range map[string]*Person{"anna": anna, "bob": bob} {
				if op == name || op == "group" {
					want[p] = append(want[p], words)
				}
			}
		}
		for p, mark := range marks {
			got := read(t, p, mark, len(want[p])) // the ack comes before the phone has read
			if !slices.Equal(got, want[p]) {
				rt.Fatalf("%s read %q, want %q", p.phone, got, want[p])
			}
		}
	})
}

// read waits for n messages or errors behind a mark.
func read(t *testing.T, p *Person, mark uint64, n int) (got []string) {
	keep := func(e *Entry) bool { return e.Kind == KindMessage || e.Kind == KindError }
	until(t, func() bool {
		got = nil
		for _, e := range p.Inbox().Read(t.Context(), Query[Entry]{After: mark, Keep: keep}).Entries {
			got = append(got, e.Text+e.Error)
		}
		return len(got) >= n
	})
	return got
}

// Many write at once, while connections are cut: nobody waits for ever, nothing is lost, and each sender's order stays.
func TestCrowdsAndCutsLoseNothing(t *testing.T) {
	const senders, receivers, each = 5, 3, 20
	w := newWorld(t, Options{QuietLink: true})
	var clients []*client
	var devices []*Device
	for i := range receivers {
		_, d, c := w.linked(fmt.Sprintf("491510000%04d", i), "Owner", nil)
		clients, devices = append(clients, c), append(devices, d)
	}
	var wg sync.WaitGroup
	last := make([]*Delivery, senders*receivers)
	for s := range senders {
		p := w.person(fmt.Sprintf("491520000%04d", s), fmt.Sprint("Sender ", s))
		wg.Go(func() {
			for n := range each {
				for r := range receivers {
					d, err := p.Send(Message{To: devices[r].Person().Phone(), Text: fmt.Sprintf("%d %02d", s, n)})
					if err != nil {
						t.Errorf("send: %v", err)
						return
					}
					last[s*receivers+r] = d
				}
				if n == each/2 {
					_, _ = devices[s%receivers].Kick(Kick{}) // may be down already
				}
			}
		})
	}
	wg.Wait()
	if t.Failed() {
		return
	}
	for _, d := range devices {
		until(t, func() bool { return d.Info().Unacked == 0 })
	}
	for r, c := range clients {
		var bySender [senders][]string
		for _, words := range texts(c) {
			s := words[0] - '0'
			if list := bySender[s]; !slices.Contains(list, words) { // a second copy is the client's, see a cut between handler and receipt
				bySender[s] = append(list, words)
			}
		}
		for s, list := range bySender {
			if len(list) != each || !slices.IsSorted(list) || !last[s*receivers+r].Acked() {
				t.Errorf("client %d read of sender %d: %q", r, s, list)
			}
		}
	}
}

package session_test

import (
	"sync"
	"testing"

	"wapost/internal/event"
	"wapost/internal/session"
)

// said is an event in a chat that came with a pair of addresses.
func said(key string, learned ...session.Identity) session.Batch {
	e := event.New(event.MessageReceived)
	e.Key, e.Data = "c|"+key, map[string]any{}
	return session.Batch{Events: []*event.Event{e}, Learned: learned}
}

func (h *house) announced(ids ...string) (n int) {
	h.t.Helper()
	for _, id := range ids {
		for _, kind := range h.types(id) {
			if kind == string(event.ContactResolved) {
				n++
			}
		}
	}
	return n
}

func TestAPairIsAnnouncedOnceForAllDevicesOfAnAccount(t *testing.T) {
	inBubble(t, func(t *testing.T, h *house) {
		first, second := h.device(), h.device()
		lines := []*line{h.pairing(first), h.pairing(second)}
		var running sync.WaitGroup
		for _, l := range lines {
			running.Go(func() {
				if err := l.obs.Record(t.Context(), said("7@lid", session.Identity{LID: "7", Phone: "49"})); err != nil {
					t.Error(err)
				}
			})
		}
		running.Wait()
		if n := h.announced(first, second); n != 1 {
			t.Errorf("announced %d times", n)
		}
		if err := lines[0].obs.Record(t.Context(), said("7@lid", session.Identity{LID: "7", Phone: "50"})); err != nil {
			t.Fatal(err)
		}
		if n := h.announced(first, second); n != 2 {
			t.Errorf("announced %d times after a new number", n)
		}
	})
}

func TestAPairThatCannotBeStoredIsNotLearnt(t *testing.T) {
	inBubble(t, func(t *testing.T, h *house) {
		id := h.device()
		l := h.pairing(id)
		pair := session.Identity{LID: "7", Phone: "49"}
		h.sink.down.Store(true)
		if err := l.obs.Record(t.Context(), said("7@lid", pair)); err == nil {
			t.Error("recorded while the sink is down")
		}
		if l.obs.Directory().Knows(pair) || h.announced(id) != 0 {
			t.Error("it is known")
		}
		h.sink.down.Store(false)
		if err := l.obs.Record(t.Context(), said("7@lid", pair)); err != nil {
			t.Fatal(err)
		}
		if !l.obs.Directory().Knows(pair) || h.announced(id) != 1 {
			t.Error("it is not known, or not announced")
		}
	})
}

func TestPairsOfAListAreAnnouncedOnlyIfSomebodyMissedThem(t *testing.T) {
	inBubble(t, func(t *testing.T, h *house) {
		id := h.device()
		l := h.pairing(id)
		key, fresh := l.obs.Directory().Key("", "49")
		if err := l.obs.Record(t.Context(), said(key, session.Identity{Phone: "49"})); err != nil || !fresh {
			t.Fatal(err, fresh)
		}
		l.obs.Learn(t.Context(), []session.Identity{{LID: "7", Phone: "49"}, {LID: "8", Phone: "50"}, {LID: "8", Phone: "50"}})
		if n := h.announced(id); n != 1 {
			t.Errorf("announced %d times, want once: for the number that there were events of", n)
		}
		l.obs.Learn(t.Context(), []session.Identity{{LID: "8", Phone: "51"}})
		if n := h.announced(id); n != 2 {
			t.Errorf("announced %d times, want twice: a number changed", n)
		}
		h.endManager()
		h.runManager() // the directory is read anew
		l = h.pairing(id)
		if got, _ := l.obs.Directory().Key("7", ""); got != "49@s.whatsapp.net" {
			t.Errorf("after a restart the key is %s", got)
		}
	})
}

package session_test

import (
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"wapost/internal/event"
	"wapost/internal/session"
)

// crash ends the manager as a kill does: nothing of its end reaches the disk.
func (h *house) crash() {
	h.t.Helper()
	h.sink.down.Store(true)
	h.endManager()
	h.sink.down.Store(false)
}

// record has the line record something that came from WhatsApp.
func (h *house) record(l *line) {
	h.t.Helper()
	e := event.New(event.UserAbout)
	e.Key, e.Data = "d", event.About{}
	if err := l.obs.Record(h.t.Context(), session.Batch{Events: []*event.Event{e}}); err != nil {
		h.t.Fatal(err)
	}
}

// tail returns the types of a device's events behind the first n.
func (h *house) tail(id string, n int) []string { h.t.Helper(); return h.types(id)[n:] }

func TestAConnectionThatEndedWithTheProcessIsToldOnce(t *testing.T) {
	for _, c := range []struct {
		name     string
		alive    time.Duration
		degraded bool
		record   bool          // an event, a minute before the kill
		longer   time.Duration // than it was, at most
	}{
		{"a quiet connection is noted every half hour", 125 * time.Minute, false, false, 6 * time.Minute},
		{"what was recorded is a sign too", 25 * time.Minute, false, true, 2 * time.Minute},
		{"degraded is connected", 25 * time.Minute, true, true, 2 * time.Minute},
	} {
		inBubble(t, func(t *testing.T, h *house) {
			id, l := h.online()
			sleep(c.alive)
			if c.degraded {
				l.obs.Signal(session.PingLost{Errors: 1, LastSuccess: time.Now()})
			}
			if c.record {
				h.record(l)
			}
			sleep(time.Minute)
			before := len(h.types(id))
			h.crash()
			time.Sleep(time.Hour)
			h.runManager()
			synctest.Wait()
			if got, want := h.tail(id, before), []string{"disconnected:restart", ">connecting"}; !slices.Equal(got, want) {
				t.Fatalf("after a kill: %v, want %v", got, want)
			}
			h.crash() // before the login
			h.runManager()
			sleep(time.Second)
			h.d.last().obs.Signal(session.Up{})
			synctest.Wait()
			if got, want := h.tail(id, before+2), []string{">connected", "connection.connected"}; !slices.Equal(got, want) {
				t.Errorf("after another start: %v, want %v", got, want)
			}
			connects := told[event.Connected](h, id, event.ConnectionConnected)
			last := connects[len(connects)-1].DowntimeSeconds
			if last == nil || *last < 3600 || *last > 3600+int64(c.longer/time.Second) {
				t.Errorf("%s: down for %d seconds, want an hour and %s at most", c.name, *last, c.longer)
			}
		})
	}
}

func TestTheTimeOfAShutdownIsDowntime(t *testing.T) {
	inBubble(t, func(t *testing.T, h *house) {
		id, _ := h.online()
		sleep(25 * time.Minute)
		before := len(h.types(id))
		h.endManager()
		time.Sleep(time.Hour)
		h.runManager()
		sleep(time.Second)
		h.d.last().obs.Signal(session.Up{})
		synctest.Wait()
		want := []string{"disconnected:shutdown", ">disconnected", ">connecting", ">connected", "connection.connected"}
		if got := h.tail(id, before); !slices.Equal(got, want) {
			t.Errorf("%v, want %v", got, want)
		}
		connects := told[event.Connected](h, id, event.ConnectionConnected)
		if connects[0].DowntimeSeconds != nil {
			t.Errorf("the first connection follows %d seconds of nothing", *connects[0].DowntimeSeconds)
		}
		if last := connects[1].DowntimeSeconds; last == nil || *last < 3600 || *last > 3660 {
			t.Errorf("down for %v seconds, want an hour", last)
		}
	})
}

// A wait that protects the number is not cut short by a restart.
func TestASuspicionIsWaitedOutOverARestart(t *testing.T) {
	inBubble(t, func(t *testing.T, h *house) {
		id, l := h.online()
		for n := range 3 {
			l.obs.Signal(session.Down{})
			synctest.Wait()
			if n < 2 {
				sleep(time.Minute) // the next try
				l.obs.Signal(session.Up{})
				synctest.Wait()
			}
		}
		h.state(id, session.Disconnected)
		h.endManager()
		dialled := len(h.d.lines)
		h.runManager()
		sleep(4 * time.Minute)
		if st := h.state(id, session.Disconnected); st.Reason != "three_short_connections" || len(h.d.lines) != dialled {
			t.Errorf("%+v, %d lines more", st.Device, len(h.d.lines)-dialled)
		}
		sleep(3 * time.Minute)
		if len(h.d.lines) == dialled {
			t.Error("not tried again")
		}
	})
}

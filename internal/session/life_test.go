package session_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"wapost/internal/event"
	"wapost/internal/fault"
	"wapost/internal/session"
)

func count(list []string, s string) (n int) {
	for _, v := range list {
		if v == s {
			n++
		}
	}
	return n
}

func sleep(d time.Duration) {
	time.Sleep(d) // fake time
	synctest.Wait()
}

func TestAConnectionWithoutPingsDegradesAndIsResetAfterThreeMinutes(t *testing.T) {
	inBubble(t, func(t *testing.T, h *house) {
		id, l := h.online()
		last, before := time.Now(), len(l.tries())
		for n := 1; n <= 6; n++ {
			sleep(28 * time.Second)
			l.obs.Signal(session.PingLost{Errors: n, LastSuccess: last})
			synctest.Wait()
			h.state(id, session.Degraded)
		}
		if n := count(h.types(id), string(event.ConnectionKeepaliveTimeout)); n != 3 {
			t.Errorf("%d keep-alive events for 6 lost pings, want 3: the first and each doubling", n)
		}
		sleep(28 * time.Second)
		l.obs.Signal(session.PingLost{Errors: 7, LastSuccess: last})
		synctest.Wait()
		if n := len(l.tries()); n != before+1 {
			t.Errorf("%d tries, want %d", n, before+1)
		}
		if !slices.Contains(h.types(id), "disconnected:keepalive") {
			t.Errorf("%v", h.types(id))
		}
	})
}

func TestPingsThatComeBackRestoreTheState(t *testing.T) {
	inBubble(t, func(t *testing.T, h *house) {
		id, l := h.online()
		l.obs.Signal(session.PingLost{Errors: 1, LastSuccess: time.Now().Add(-30 * time.Second)})
		synctest.Wait()
		h.state(id, session.Degraded)
		l.obs.Signal(session.PingBack{})
		synctest.Wait()
		h.state(id, session.Connected)
		if !slices.Contains(h.types(id), string(event.ConnectionKeepaliveRestored)) {
			t.Errorf("%v", h.types(id))
		}
	})
}

func TestAConnectOfWhichNothingComesIsResetAfterAMinute(t *testing.T) {
	inBubble(t, func(t *testing.T, h *house) {
		id, l := h.online()
		sleep(2 * time.Minute)
		l.obs.Signal(session.Down{})
		synctest.Wait()
		tries, closes := len(l.tries()), l.closed()
		sleep(59 * time.Second)
		if len(l.tries()) != tries || l.closed() != closes {
			t.Fatal("reset too early")
		}
		sleep(4 * time.Second)
		if len(l.tries()) != tries+1 || l.closed() <= closes {
			t.Errorf("%d tries, want one more than %d", len(l.tries()), tries)
		}
		h.state(id, session.Connecting)
	})
}

func TestAStreamErrorThatTheServerDoesNotFollowUpIsResetAfterTenSeconds(t *testing.T) {
	inBubble(t, func(t *testing.T, h *house) {
		id, l := h.online()
		sleep(2 * time.Minute)
		tries := len(l.tries())
		l.obs.Signal(session.StreamFailed{Code: "999"})
		sleep(9 * time.Second)
		h.state(id, session.Connected)
		sleep(2 * time.Second)
		if len(l.tries()) != tries+1 {
			t.Errorf("%d tries, want %d", len(l.tries()), tries+1)
		}
	})
}

func TestALoginThatDoesNotFollowAPairingIsMadeAfterThirtySeconds(t *testing.T) {
	inBubble(t, func(t *testing.T, h *house) {
		id := h.device()
		l := h.pairing(id)
		l.obs.Signal(session.Paired{Linked: session.Linked{JID: "491700000001:1@s.whatsapp.net", LID: "99:1@lid", Phone: "+491700000001"}})
		sleep(29 * time.Second)
		if n := len(l.tries()); n != 1 {
			t.Fatalf("%d tries", n)
		}
		sleep(2 * time.Second)
		if n := len(l.tries()); n != 2 {
			t.Errorf("%d tries, want 2", n)
		}
		h.state(id, session.Connecting)
	})
}

func TestTheAskForALoginMayComeBeforeTheNewsOfTheLink(t *testing.T) {
	inBubble(t, func(t *testing.T, h *house) {
		id := h.device()
		l := h.pairing(id)
		l.obs.Signal(session.LoginAgain{})
		l.obs.Signal(session.Paired{Linked: session.Linked{JID: "491700000001:1@s.whatsapp.net", LID: "99:1@lid", Phone: "+491700000001"}})
		sleep(time.Second)
		if n := len(l.tries()); n != 2 {
			t.Errorf("%d tries, want 2", n)
		}
		h.state(id, session.Connecting)
	})
}

func TestBackOffDoublesToFiveMinutesAndBeginsAnewAfterAMinuteConnected(t *testing.T) {
	inBubble(t, func(t *testing.T, h *house) {
		id, l := h.online()
		sleep(2 * time.Minute)
		var failing atomic.Bool
		failing.Store(true)
		l.mu.Lock()
		l.answer = func(int) error {
			if failing.Load() {
				return errNoNetwork
			}
			return nil
		}
		l.mu.Unlock()
		before := len(l.tries())
		l.obs.Signal(session.Down{})
		synctest.Wait()
		if len(l.tries()) != before+1 {
			t.Fatal("the first try is not at once")
		}
		sleep(3 * time.Hour)
		tries := l.tries()[before:]
		if len(tries) < 36 {
			t.Errorf("%d tries in three hours: longer waits than five minutes", len(tries))
		}
		for i := 1; i < len(tries); i++ {
			limit := 5*time.Minute + time.Second
			if i <= 5 {
				limit = 500*time.Millisecond<<(i-1) + 50*time.Millisecond
			}
			if wait := tries[i].Sub(tries[i-1]); wait > limit {
				t.Errorf("wait %d is %v, want at most %v", i, wait, limit)
			}
		}
		failing.Store(false)
		sleep(6 * time.Minute)
		l.obs.Signal(session.Up{})
		sleep(61 * time.Second)
		h.state(id, session.Connected)
		before = len(l.tries())
		l.obs.Signal(session.Down{})
		synctest.Wait()
		if len(l.tries()) != before+1 {
			t.Error("after a minute connected the first try is not at once")
		}
	})
}

func TestRefusedLoginsWait(t *testing.T) {
	for _, c := range []struct {
		name   string
		signal session.Signal
		state  session.State
		wait   time.Duration
	}{
		{"a ban waits for its end", session.Ban{Code: 101, Expire: 2 * time.Hour}, session.Banned, 2 * time.Hour},
		{"a ban without an end waits an hour", session.Ban{Code: 101}, session.Banned, time.Hour},
		{"another refusal waits a quarter of an hour", session.Denied{Code: 409}, session.Disconnected, 15 * time.Minute},
		{"an outdated version waits an hour", session.Stale{Version: "2.3000.1"}, session.Outdated, time.Hour},
	} {
		t.Run(c.name, func(t *testing.T) {
			inBubble(t, func(t *testing.T, h *house) {
				id, l := h.online()
				tries := len(l.tries())
				l.obs.Signal(c.signal)
				sleep(c.wait - time.Second)
				h.state(id, c.state)
				if len(l.tries()) != tries {
					t.Fatal("tried too early")
				}
				sleep(c.wait/10 + 2*time.Minute)
				if len(l.tries()) == tries {
					t.Error("not tried again")
				}
			})
		})
	}
}

func TestWhatNeedsTheUserIsNotTriedAgain(t *testing.T) {
	for _, signal := range []session.Signal{session.Taken{}, session.Unlinked{Code: 401, ByPhone: true}} {
		inBubble(t, func(t *testing.T, h *house) {
			_, l := h.online()
			tries := len(l.tries())
			l.obs.Signal(signal)
			sleep(48 * time.Hour)
			if n := len(l.tries()); n != tries {
				t.Errorf("%T: %d tries more", signal, n-tries)
			}
		})
	}
}

func TestKeysThatAreMissingAfterARestartAreALogout(t *testing.T) {
	inBubble(t, func(t *testing.T, h *house) {
		id, _ := h.online()
		h.endManager()
		h.d.keys = false
		h.runManager()
		sleep(time.Second)
		if st := h.state(id, session.LoggedOut); st.Reason != "keys_missing" || st.JID == "" {
			t.Errorf("%+v", st.Device)
		}
	})
}

func TestCodesRotateAndRunOut(t *testing.T) {
	inBubble(t, func(t *testing.T, h *house) {
		id := h.device()
		h.pairing(id)
		steps, err := h.m.WatchPairing(t.Context(), 1, id)
		if err != nil {
			t.Fatal(err)
		}
		for n, shown := range []time.Duration{60 * time.Second, 20 * time.Second, 20 * time.Second, 20 * time.Second, 20 * time.Second, 20 * time.Second} {
			c, err := h.m.CurrentCode(t.Context(), 1, id)
			if err != nil || c.Index != n || c.Text != "c"+string(rune('0'+n)) || time.Until(c.ExpiresAt) != shown {
				t.Fatalf("code %d: %+v, %v", n, c, err)
			}
			sleep(shown)
		}
		var kinds []session.StepKind
		for s := range steps {
			kinds = append(kinds, s.Kind)
		}
		if len(kinds) != 7 || kinds[6] != session.StepTimeout {
			t.Errorf("steps %v", kinds)
		}
		h.state(id, session.New)
		if n := count(h.types(id), string(event.ConnectionPairTimeout)); n != 1 {
			t.Errorf("%d time-out events", n)
		}
	})
}

func TestStorageThatIsDownDelaysNotesAndNothingElse(t *testing.T) {
	inBubble(t, func(t *testing.T, h *house) {
		id, l := h.online()
		sleep(2 * time.Minute)
		h.sink.down.Store(true)
		l.obs.Signal(session.Down{})
		sleep(time.Second)
		l.obs.Signal(session.Up{})
		sleep(time.Second)
		h.state(id, session.Connected)
		if h.m.NotesRetried() == 0 {
			t.Error("nothing was tried again")
		}
		h.sink.down.Store(false)
		sleep(10 * time.Second)
		got := strings.Join(h.types(id), " ")
		if !strings.HasSuffix(got, "disconnected:remote >disconnected >connecting >connected connection.connected") {
			t.Errorf("%s", got)
		}
		if h.m.NotesLost() != 0 {
			t.Errorf("%d notes lost", h.m.NotesLost())
		}
	})
}

func TestARefusalForStorageGivesStorageTime(t *testing.T) {
	inBubble(t, func(t *testing.T, h *house) {
		id, l := h.online()
		sleep(2 * time.Minute)
		tries := len(l.tries())
		l.obs.Signal(session.Refused{Reason: session.ReasonStorage})
		synctest.Wait()
		if len(l.tries()) != tries {
			t.Error("reconnected at once")
		}
		sleep(2 * time.Second)
		if len(l.tries()) != tries+1 {
			t.Errorf("%d tries, want %d", len(l.tries()), tries+1)
		}
		if !slices.Contains(h.types(id), "disconnected:storage") {
			t.Errorf("%v", h.types(id))
		}
	})
}

func TestTheDeviceLimitHoldsInTheInsert(t *testing.T) {
	inBubble(t, func(t *testing.T, h *house) {
		h.device()
		h.device()
		_, err := h.m.Create(t.Context(), session.NewDevice{AccountID: 1, SecretHash: []byte{1}})
		var f *fault.Error
		if !errors.As(err, &f) || f.Kind != fault.Conflict || f.Sentence != "Device limit reached (2)" {
			t.Errorf("%v", err)
		}
		if n := len(h.types("")); n != 2 {
			t.Errorf("%d events, want 2 device.created", n)
		}
	})
}

// A request may create a device as part of a transaction of its own; when that is undone there is no device, and no session.
func TestADeviceWhoseTransactionIsUndoneNeverLived(t *testing.T) {
	inBubble(t, func(t *testing.T, h *house) {
		var id string
		err := h.db.Atomic(t.Context(), "request", func(ctx context.Context) error {
			d, err := h.m.Create(ctx, session.NewDevice{AccountID: 1, SecretHash: []byte{1}})
			id = d.ID
			return errors.Join(err, errors.New("the request fails after all"))
		})
		if err == nil {
			t.Fatal("the transaction was committed")
		}
		if _, err := h.m.Status(t.Context(), 0, id); !fault.Is(err, fault.NotFound) {
			t.Errorf("a session of a device that is not on record: %v", err)
		}
	})
}

func TestDevicesOfOthersAreNotThere(t *testing.T) {
	inBubble(t, func(t *testing.T, h *house) {
		id := h.device()
		for _, err := range []error{
			errOf(h.m.Get(t.Context(), 2, id)), errOf(h.m.Status(t.Context(), 2, id)), errOf(h.m.StartPairing(t.Context(), 2, id)),
			h.m.Delete(t.Context(), 2, id), h.m.Logout(t.Context(), 2, id, true),
		} {
			if !fault.Is(err, fault.NotFound) {
				t.Errorf("%v", err)
			}
		}
	})
}

func errOf[T any](_ T, err error) error { return err }

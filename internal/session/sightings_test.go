package session_test

import (
	"encoding/json"
	"testing"
	"testing/synctest"
	"time"

	"wapost/internal/event"
	"wapost/internal/session"
)

const day = 24 * time.Hour

// told returns the data of a device's events of one type.
func told[T any](h *house, id string, kind event.Type) (list []T) {
	h.t.Helper()
	recs, err := h.db.Events().After(h.t.Context(), 1, id, 0, 1<<60, 100_000)
	if err != nil {
		h.t.Fatal(err)
	}
	for _, r := range recs {
		var e struct{ Data T }
		if r.Type != kind {
			continue
		}
		if err := json.Unmarshal(r.Body, &e); err != nil {
			h.t.Fatal(err)
		}
		list = append(list, e.Data)
	}
	return list
}

// away ends the connection for a time, in which nothing is tried but at its end.
func (h *house) away(l *line, d time.Duration) {
	h.t.Helper()
	l.obs.Signal(session.Ban{Code: 101, Expire: d - 15*time.Minute}) // the try after it comes ten minutes later at most
	sleep(d)
	l.obs.Signal(session.Up{})
	synctest.Wait()
}

func TestAnAbsenceOfMoreThanTwoWeeksIsAGap(t *testing.T) {
	inBubble(t, func(t *testing.T, h *house) {
		id, l := h.online()
		sleep(90 * time.Minute)
		h.away(l, 14*day-time.Minute)
		if gaps := told[event.Gap](h, id, event.DeviceGap); len(gaps) != 0 {
			t.Fatalf("WhatsApp keeps for 14 days: %+v", gaps)
		}
		sleep(time.Hour)
		left := time.Now()
		h.away(l, 14*day+time.Minute)
		gaps := told[event.Gap](h, id, event.DeviceGap)
		if len(gaps) != 1 || gaps[0].Reason != "offline_over_14_days" || !gaps[0].From.Equal(left) || !gaps[0].To.Equal(time.Now()) {
			t.Errorf("gaps %+v, want one from %s to %s", gaps, left, time.Now())
		}
	})
}

// What the process knew before it was stopped tells the absence, not when it was started.
func TestAGapIsFoundAfterARestart(t *testing.T) {
	inBubble(t, func(t *testing.T, h *house) {
		id, _ := h.online()
		sleep(20 * day) // connected all the time, and nothing happens
		left := time.Now()
		h.endManager()
		time.Sleep(time.Minute)
		h.runManager()
		sleep(time.Minute)
		h.d.last().obs.Signal(session.Up{})
		synctest.Wait()
		if gaps := told[event.Gap](h, id, event.DeviceGap); len(gaps) != 0 {
			t.Fatalf("a minute is no gap: %+v", gaps)
		}
		h.endManager()
		time.Sleep(15 * day)
		h.runManager()
		sleep(time.Minute)
		h.d.last().obs.Signal(session.Up{})
		synctest.Wait()
		gaps := told[event.Gap](h, id, event.DeviceGap)
		if len(gaps) != 1 || gaps[0].From.Sub(left) > 5*time.Minute {
			t.Errorf("gaps %+v, want one from about %s", gaps, left)
		}
	})
}

func TestWhatHappenedWhileUnlinkedIsAGap(t *testing.T) {
	inBubble(t, func(t *testing.T, h *house) {
		id, l := h.online()
		sleep(time.Hour)
		left := time.Now()
		l.obs.Signal(session.Unlinked{Reason: "unlinked on the phone", ByPhone: true})
		sleep(3 * time.Hour)
		again := h.pairing(id)
		h.pair(again)
		again.obs.Signal(session.Up{})
		synctest.Wait()
		gaps := told[event.Gap](h, id, event.DeviceGap)
		if len(gaps) != 1 || gaps[0].Reason != "link_lost" || !gaps[0].From.Equal(left) {
			t.Errorf("gaps %+v, want one from %s", gaps, left)
		}
		sleep(time.Minute)
		h.away(again, time.Hour)
		if gaps := told[event.Gap](h, id, event.DeviceGap); len(gaps) != 1 {
			t.Errorf("told again: %+v", gaps)
		}
	})
}

func TestANewNumberHasMissedNothing(t *testing.T) {
	inBubble(t, func(t *testing.T, h *house) {
		id, l := h.online()
		l.obs.Signal(session.Unlinked{Reason: "unlinked on the phone", ByPhone: true})
		sleep(20 * day)
		other := h.pairing(id)
		linked := session.Linked{JID: "491700000002:1@s.whatsapp.net", LID: "98:1@lid", Phone: "+491700000002"}
		if err := other.obs.Claim(t.Context(), linked); err != nil {
			t.Fatal(err)
		}
		other.obs.Signal(session.Paired{Linked: linked})
		synctest.Wait()
		other.obs.Signal(session.LoginAgain{})
		synctest.Wait()
		other.obs.Signal(session.Up{})
		synctest.Wait()
		h.state(id, session.Connected)
		if gaps := told[event.Gap](h, id, event.DeviceGap); len(gaps) != 0 {
			t.Errorf("gaps %+v", gaps)
		}
	})
}

func TestAPhoneThatIsNotSeenForTwelveDaysIsWarnedOf(t *testing.T) {
	inBubble(t, func(t *testing.T, h *house) {
		id, l := h.online()
		sleep(day)
		seen := time.Now()
		l.obs.Signal(session.PhoneSeen{At: seen})
		sleep(12*day - time.Minute)
		if warned := told[event.PhoneUnseen](h, id, event.DevicePhoneUnseen); len(warned) != 0 {
			t.Fatalf("too early: %+v", warned)
		}
		sleep(2 * time.Minute)
		warned := told[event.PhoneUnseen](h, id, event.DevicePhoneUnseen)
		if len(warned) != 1 || warned[0].Days != 12 || !warned[0].LastSeenAt.Equal(seen) || !warned[0].UnlinkedAt.Equal(seen.Add(14*day)) {
			t.Fatalf("warned %+v, seen %s", warned, seen)
		}
		sleep(day)
		if warned = told[event.PhoneUnseen](h, id, event.DevicePhoneUnseen); len(warned) != 2 || warned[1].Days != 13 {
			t.Errorf("a day later %+v", warned)
		}
		l.obs.Signal(session.PhoneSeen{At: time.Now()})
		sleep(12*day - time.Minute)
		if warned = told[event.PhoneUnseen](h, id, event.DevicePhoneUnseen); len(warned) != 2 {
			t.Errorf("the phone is back, but %+v", warned)
		}
	})
}

// A sign that was missed comes with the backlog: the warning waits for it, and a sign from long ago is no newer one.
func TestTheWarningWaitsForWhatWasMissed(t *testing.T) {
	inBubble(t, func(t *testing.T, h *house) {
		id, l := h.online()
		linked := time.Now()
		h.away(l, 13*day)
		l.obs.Signal(session.PhoneSeen{At: linked.Add(-time.Hour)})
		sleep(59 * time.Minute)
		if warned := told[event.PhoneUnseen](h, id, event.DevicePhoneUnseen); len(warned) != 0 {
			t.Fatalf("too early: %+v", warned)
		}
		sleep(2 * time.Minute)
		if warned := told[event.PhoneUnseen](h, id, event.DevicePhoneUnseen); len(warned) != 1 || warned[0].Days != 13 {
			t.Errorf("warned %+v", warned)
		}
		if st := h.state(id, session.Connected); !st.PhoneSeenAt.Equal(linked) {
			t.Errorf("seen at %s, want %s", st.PhoneSeenAt, linked)
		}
	})
}

func TestTheBacklogOfAStatusShrinks(t *testing.T) {
	inBubble(t, func(t *testing.T, h *house) {
		id, l := h.online()
		l.obs.Signal(session.Backlog{Total: 50, Messages: 50})
		for _, c := range []struct{ came, want int }{{0, 50}, {20, 30}, {40, 10}, {60, 0}} {
			l.obs.Signal(session.BacklogStep{Came: c.came})
			synctest.Wait()
			if st := h.state(id, session.Connected); st.BacklogOffline != c.want {
				t.Errorf("after %d: %d, want %d", c.came, st.BacklogOffline, c.want)
			}
		}
		l.obs.Signal(session.BacklogDone{Count: 50, Recorded: 50})
		synctest.Wait()
		if done := told[event.OfflineCompleted](h, id, event.OfflineSyncCompleted); len(done) != 1 || done[0].Announced == nil || *done[0].Announced != 50 {
			t.Errorf("%+v", done)
		}
	})
}

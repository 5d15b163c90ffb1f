package session

import (
	"context"
	"fmt"
	"time"

	"wapost/internal/event"
)

// lost: the connection is gone, or a try failed. The next try comes by back-off.
func (s *session) lost(reason string, base time.Duration) {
	s.clock.clear(watchdog, expectDown, settled, loginAgain)
	s.hang()
	d := s.device()
	switch {
	case d.State == Pairing:
		s.lostPairing()
		return
	case !d.State.Linked():
		return
	case d.State.Online():
		s.leave(reason, true)
		s.turn(Disconnected, reason)
	}
	s.clock.set(retry, backoff(s.failures, base))
	s.failures++
}

// leave tells that the device is no longer connected, if it was.
func (s *session) leave(reason string, comesBack bool) {
	if !s.device().State.Online() {
		return
	}
	s.depart()
	s.fact(func(f *facts) { f.backlog, f.announced = -1, -1 })
	s.tell(event.ConnectionDisconnected, event.Disconnected{Reason: reason, WillReconnect: comesBack})
}

// halt is the end of a connection after which nothing is tried, or nothing until the alarm that the caller sets.
func (s *session) halt(reason string, comesBack bool) {
	s.clock.clear(retry, watchdog, expectDown, settled, loginAgain)
	s.leave(reason, comesBack)
	s.hang()
}

// down: the server or the network closed the connection. Three short lives in a row look like a second client with our keys:
// the two would throw each other out for ever, so we step back. It is only a suspicion (a flapping network looks the same),
// therefore it is told as what it is, a connection that was lost, and we look again later, which a human need not ask for.
func (s *session) down() {
	d := s.device()
	if d.State.Online() {
		if time.Since(d.ConnectedAt) < shortLife {
			s.short++
		} else {
			s.short = 0
		}
	}
	if s.short >= shortLives {
		s.short = 0
		s.halt("remote", true)
		s.turnUntil(Disconnected, "three_short_connections", time.Now().Add(suspectWait))
		s.clock.set(retry, suspectWait+jitter(time.Minute))
		return
	}
	s.lost("remote", firstWait)
}

// refused: the line closed the connection because it could not take what came. After an overtaking stanza the next connection
// brings all of it in order, at once; after a failed commit storage gets time.
func (s *session) refused(v Refused) {
	progress := s.commits.Load()
	moved := progress != s.refusedAt
	s.refusedAt = progress
	if v.Reason == ReasonOrder && moved {
		s.failures = 0
	}
	reason := "storage"
	if v.Reason == ReasonOrder {
		reason = "refused"
	}
	s.fact(func(f *facts) { f.lastError = "Events could not be stored" })
	if v.Reason == ReasonStorage {
		s.failures = max(s.failures, 1) // never at once
	}
	s.lost(reason, storeWait)
}

// taken: another client logged in with the same keys. We stop: reconnecting would throw it out and be thrown out again.
func (s *session) taken() {
	s.halt("replaced", false)
	s.turn(Replaced, "stream_replaced")
	s.tell(event.ConnectionStreamReplaced, event.Empty{})
}

// unlinked: WhatsApp does not know the device any more.
func (s *session) unlinked(v Unlinked) {
	if !s.device().State.Linked() {
		return
	}
	s.halt("logged_out", false)
	by := "whatsapp"
	if v.ByPhone {
		by = "phone"
	}
	code := v.Code
	s.tell(event.ConnectionLoggedOut, event.LoggedOut{Reason: v.Reason, Code: &code, OnConnect: v.OnConnect, By: by})
	s.unlink("unlinked_by_" + by)
}

// unlink ends the link on our side: the state, the line, its keys, and the claim on the number. The JID stays on record.
func (s *session) unlink(reason string) {
	d := s.device()
	s.clock.clear(retry, watchdog, expectDown, settled, loginAgain)
	s.turn(LoggedOut, reason)
	s.drop()
	s.failures, s.short = 0, 0
	s.m.diary.add(entry{s.id, func(ctx context.Context) error { return s.m.store.Release(ctx, s.id, false) }})
	s.m.forget(d.JID)
}

func (s *session) banned(v Ban) {
	s.halt("refused", true)
	wait, until := v.Expire, time.Time{}
	if wait > 0 {
		until = time.Now().Add(wait)
	} else {
		wait = banWithoutEnd
	}
	s.turnUntil(Banned, fmt.Sprintf("ban_%d", v.Code), until)
	s.tell(event.ConnectionTemporaryBan, event.TemporaryBan{Code: v.Code, Reason: v.Reason, ExpiresAt: event.TimeOf(until)})
	s.clock.set(retry, wait+jitter(min(wait/10, 10*time.Minute)))
}

func (s *session) stale(v Stale) {
	s.halt("refused", true)
	s.turn(Outdated, "client_outdated")
	s.tell(event.ConnectionClientOutdated, event.ClientOutdated{ClientVersion: v.Version})
	s.clock.set(retry, outdatedWait+jitter(time.Minute))
	s.m.background.Go(func() {
		changed := false
		_ = safely(func() error { changed = s.m.renew(s.m.life()); return nil }) // renew logs its own failures
		if changed {
			s.box.put(func(context.Context) { s.clock.set(retry, 0) })
		}
	})
}

func (s *session) denied(v Denied) {
	s.halt("refused", true)
	code := v.Code
	s.turnUntil(Disconnected, fmt.Sprintf("connect_failure_%d", v.Code), time.Now().Add(deniedWait))
	s.tell(event.ConnectionConnectFailure, event.ConnectFailure{Code: &code, Reason: v.Reason, Message: event.Text(v.Message),
		WillReconnect: true})
	s.clock.set(retry, deniedWait+jitter(time.Minute))
}

package session

import (
	"math/bits"
	"time"

	"wapost/internal/event"
)

// heed does what a signal asks for. It is the table of whatsapp.md §7 as code.
func (s *session) heed(signal Signal) {
	if s.abandoned {
		if _, unlinked := signal.(Unlinked); !unlinked {
			return // of a connection that is being given up
		}
	}
	switch v := signal.(type) {
	case Up:
		s.up(v)
	case Renamed:
		s.turned = true // what Signal has set is kept with the state
	case Down:
		s.down()
	case Refused:
		s.refused(v)
	case Unlinked:
		s.unlinked(v)
	case Taken:
		s.taken()
	case StreamFailed:
		s.tell(event.ConnectionStreamError, event.StreamError{Code: v.Code})
		s.clock.set(expectDown, streamErrLimit)
	case Ban:
		s.banned(v)
	case Stale:
		s.stale(v)
	case Denied:
		s.denied(v)
	case PingLost:
		s.pingLost(v)
	case PingBack:
		s.pingBack()
	case Backlog, BacklogStep, BacklogDone:
		s.heedBacklog(v)
	case Unread:
		s.unread(v)
	case PhoneSeen:
		s.phoneSeen(v.At)
	case Timelock:
		s.timelocked(v)
	default:
		s.heedPairing(signal)
	}
}

func (s *session) heedBacklog(signal Signal) {
	switch v := signal.(type) {
	case Backlog:
		s.backlog(v)
	case BacklogStep:
		s.backlogStep(v)
	case BacklogDone:
		s.backlogDone(v)
	}
}

// pingLost: the first lost ping of a run makes the device degraded; an event comes for it and for each doubling. After
// three silent minutes the connection is dead, whatever the socket says.
func (s *session) pingLost(v PingLost) {
	if !s.device().State.Online() {
		return
	}
	s.fact(func(f *facts) { f.lastPing, f.pingsLost = v.LastSuccess, v.Errors })
	s.turn(Degraded, "keepalive")
	if bits.OnesCount(uint(v.Errors)) == 1 {
		s.tell(event.ConnectionKeepaliveTimeout, event.KeepaliveTimeout{Errors: v.Errors, LastSuccessAt: event.TimeOf(v.LastSuccess)})
	}
	if time.Since(v.LastSuccess) > pingSilence {
		s.lost("keepalive", firstWait)
	}
}

func (s *session) pingBack() {
	if s.device().State != Degraded {
		return
	}
	var silent time.Duration
	s.fact(func(f *facts) {
		silent = time.Since(f.lastPing)
		f.lastPing, f.pingsLost = time.Now(), 0
	})
	s.turn(Connected, "")
	s.tell(event.ConnectionKeepaliveRestored, event.KeepaliveRestored{SilentSeconds: int64(silent / time.Second)})
}

func (s *session) backlog(v Backlog) {
	s.fact(func(f *facts) { f.backlog, f.announced = v.Total, v.Total })
	s.tell(event.OfflineSyncPreview, event.OfflinePreview{Total: v.Total, AppData: v.AppData, Messages: v.Messages,
		Notifications: v.Notifications, Receipts: v.Receipts})
}

func (s *session) backlogStep(v BacklogStep) {
	s.fact(func(f *facts) {
		if f.announced >= 0 && f.backlog > 0 {
			f.backlog = max(0, f.announced-v.Came)
		}
	})
}

func (s *session) timelocked(v Timelock) {
	s.fact(func(f *facts) {
		f.timelock = time.Time{}
		if v.Active {
			f.timelock = v.Until
		}
	})
}

func (s *session) backlogDone(v BacklogDone) {
	var announced *int
	s.fact(func(f *facts) {
		if f.announced >= 0 {
			n := f.announced
			announced = &n
		}
		f.backlog = 0
	})
	s.tell(event.OfflineSyncCompleted, event.OfflineCompleted{Count: v.Count, Announced: announced, Recorded: v.Recorded,
		Seconds: v.Took.Seconds()})
}

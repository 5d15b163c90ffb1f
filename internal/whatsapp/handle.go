package whatsapp

import (
	"runtime/debug"

	"go.mau.fi/whatsmeow/appstate"
	"go.mau.fi/whatsmeow/types/events"

	"wapost/internal/session"
)

// handle is our only handler. false means that the event could not be stored: the library then does not acknowledge it. It
// never means that the event was not understood.
func (l *Line) handle(evt any) (ok bool) {
	l.busy.enter()
	defer l.busy.leave()
	defer func() {
		if p := recover(); p != nil { // the library would count a panic as success
			l.d.Counters.HandlerPanics.Add(1)
			l.log.Error("handler panicked", "device_id", l.deviceID(), "panic", p, "stack", string(debug.Stack()))
			l.refuse(session.ReasonStorage)
			ok = false
		}
	}()
	if l.connection(evt) {
		return true
	}
	l.d.crash("after-decrypt")
	switch {
	case l.refusing.Load() || l.ctx.Err() != nil:
		return false
	case l.guard.tainted() != nil:
		l.refuse(session.ReasonStorage)
		return false
	}
	occ := occurrenceOf(evt)
	if occ.ordered && !l.arrivals().take(occ.key) {
		l.refuse(session.ReasonOrder)
		return false
	}
	l.noteName(evt)
	l.noteTold(evt)
	l.noteContact(evt)
	l.complete(evt)
	t := l.translator()
	t.stanza = l.unanswered().of(evt)
	if err := l.prepare(t, evt); err != nil {
		l.log.Error("message not prepared", "device_id", l.deviceID(), "error", err)
		l.refuse(session.ReasonStorage)
		return false
	}
	if _, synced := evt.(*events.AppStateSyncComplete); synced {
		t.found = l.guard.take()
	}
	batch := t.translate(evt)
	if len(batch.Events) == 0 && len(batch.Answers) == 0 && len(batch.Notices) == 0 {
		return true
	}
	if !l.commit(occ, batch, evt) {
		l.guard.giveBack(t.found)
		return false
	}
	l.d.crash("after-commit")
	if v, ok := evt.(*events.NotifyAccountReachoutTimelock); ok {
		l.obs.Signal(session.Timelock{Active: v.IsActive, Until: timelockEnd(v)})
	}
	return true
}

// noteName keeps our copy of the own push name: it comes after linking, and when it is changed on the phone. The library has
// written its own in this goroutine just before.
func (l *Line) noteName(evt any) {
	switch v := evt.(type) {
	case *events.AppStateSyncComplete:
		if v.Name != appstate.WAPatchCriticalBlock {
			return // another goroutine may be writing the name
		}
	case *events.PushNameSetting:
	default:
		return
	}
	name := l.cli.Store.PushName
	l.mu.Lock()
	changed := l.own.pushName != name
	l.own.pushName = name
	l.mu.Unlock()
	if changed {
		l.obs.Signal(session.Renamed{PushName: name})
	}
}

// refuse stops this connection: nothing more is taken from it, and it is closed before the handler returns, so that no
// acknowledgement can leave. Only the next connection brings back what was refused, in its order.
func (l *Line) refuse(reason string) {
	if !l.stop(reason) {
		return
	}
	l.cli.Disconnect()
	l.obs.Signal(session.Refused{Reason: reason})
}

// stop reports whether this call was the one that stopped the connection.
func (l *Line) stop(reason string) bool {
	if l.refusing.Swap(true) {
		return false
	}
	if reason == session.ReasonOrder {
		l.d.Counters.OrderRefusals.Add(1)
	} else {
		l.d.Counters.Refusals.Add(1)
	}
	l.log.Warn("connection refused by us", "device_id", l.deviceID(), "reason", reason)
	return true
}

// tainted is told by the guard, inside a store call, where the library may hold its locks: the connection is closed beside.
func (l *Line) tainted(err error) {
	l.d.Counters.StoreErrors.Add(1)
	l.log.Error("key store failed", "device_id", l.deviceID(), "error", err)
	if !l.stop(session.ReasonStorage) {
		return
	}
	go func() {
		defer func() { _ = recover() }() // Disconnect of a closed client; the signal below must go out in any case
		defer l.obs.Signal(session.Refused{Reason: session.ReasonStorage})
		l.cli.Disconnect()
	}()
}

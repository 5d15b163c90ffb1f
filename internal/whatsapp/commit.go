package whatsapp

import (
	"context"
	"runtime/debug"
	"time"

	"wapost/internal/event"
	"wapost/internal/fault"
	"wapost/internal/session"
)

// The waits between two tries of a commit in place. The queue of the session waits, its order is kept, pings go on.
const (
	firstCommitWait = 50 * time.Millisecond
	longCommitWait  = 2 * time.Second
)

// commit puts a batch on disk; it reports whether the event is ours. Only a store that is down is waited for.
func (l *Line) commit(occ occurrence, batch session.Batch, evt any) bool {
	before := l.obs.Commits()
	err := l.persist(batch)
	if err != nil && l.ctx.Err() == nil && l.strikes.out(occ.name(), occ.key.id, before) {
		if err = l.quarantine(occ, evt, err); err == nil {
			l.strikes.clear(occ.name(), occ.key.id)
			return true
		}
	}
	if err == nil {
		l.d.Counters.MessagesAccepted.Add(1)
		l.d.Counters.tally(batch.Events)
		l.noteRecorded(batch)
		return true
	}
	if l.ctx.Err() == nil {
		l.log.Error("event not stored", "device_id", l.deviceID(), "error", err)
		if occ.acked {
			l.d.Counters.LostAfterAck.Add(1)
			return false // closing the connection would not bring it back
		}
		l.strikes.add(occ.name(), before)
	}
	l.refuse(session.ReasonStorage)
	return false
}

// persist commits a batch, trying again in place while storage is down.
func (l *Line) persist(batch session.Batch) error {
	ctx, cancel := context.WithTimeout(l.ctx, l.d.patience)
	defer cancel()
	wait := firstCommitWait
	for {
		err := l.record(ctx, batch)
		if err == nil || !fault.Is(err, fault.Unavailable) || ctx.Err() != nil {
			return err
		}
		l.d.Counters.CommitRetries.Add(1)
		select {
		case <-time.After(wait):
			wait = min(2*wait, longCommitWait)
		case <-ctx.Done():
			return err
		}
	}
}

// record commits once. A panic is a failure like any other: it counts for the quarantine.
func (l *Line) record(ctx context.Context, batch session.Batch) (err error) {
	defer func() {
		if p := recover(); p != nil {
			l.d.Counters.HandlerPanics.Add(1)
			l.log.Error("commit panicked", "device_id", l.deviceID(), "panic", p, "stack", string(debug.Stack()))
			err = fault.New(fault.Internal, "Failed to record event")
		}
	}()
	return l.obs.Record(ctx, batch)
}

// quarantine lets an event through that could not be stored five times although others could: what is known of it is kept
// raw, and the gap is announced.
func (l *Line) quarantine(occ occurrence, evt any, cause error) error {
	raw := l.translator().unknown(evt, convertFailed, cause)
	gap := event.New(event.DeviceGap)
	gap.Key = "d"
	gap.SourceKey = "gap|" + occ.name()
	now := time.Now()
	gap.At = now
	details := "an event of WhatsApp could not be stored five times and was kept raw as event.unknown; its id is " + occ.key.id
	gap.Data = event.Gap{To: event.TimeOf(now), Reason: "quarantined", Details: &details}
	raw.Events = append(raw.Events, gap)
	if err := l.persist(raw); err != nil {
		return err
	}
	l.d.Counters.Quarantined.Add(1)
	l.log.Error("event quarantined", "device_id", l.deviceID(), "stanza", occ.key.id, "error", cause)
	return nil
}

// noteRecorded counts what came of the backlog.
func (l *Line) noteRecorded(batch session.Batch) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.offline {
		l.recorded += len(batch.Events)
	}
}

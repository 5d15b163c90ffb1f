package whatsapp

import (
	"fmt"
	"time"

	"go.mau.fi/whatsmeow/types/events"

	"wapost/internal/event"
	"wapost/internal/session"
)

// timelock: WhatsApp limits messaging of new contacts, or lifts the limit.
func (t *translator) timelock(v *events.NotifyAccountReachoutTimelock) session.Batch {
	e := event.New(event.ReachoutTimelock)
	e.Data = event.Timelock{Active: v.IsActive, EnforcementType: event.Text(v.EnforcementType), EndsAt: event.TimeOf(timelockEnd(v))}
	e.At, e.Key = v.Mex.Timestamp, "d"
	if e.At.IsZero() {
		e.At = t.now
	}
	e.SourceKey = identity(string(e.Type), fmt.Sprint(v.Mex.Timestamp.Unix(), v.IsActive, v.EnforcementType, timelockEnd(v).Unix()))
	return session.Batch{Events: []*event.Event{e}}
}

func timelockEnd(v *events.NotifyAccountReachoutTimelock) time.Time {
	if end := v.TimeEnforcementEnds.Time; !end.IsZero() && end.Unix() > 0 {
		return end
	}
	return time.Time{}
}

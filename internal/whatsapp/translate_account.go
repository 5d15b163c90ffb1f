package whatsapp

import (
	"fmt"
	"time"

	"go.mau.fi/whatsmeow/types"
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

// aboutAccount translates what happens to the own account; false = something else.
func (t *translator) aboutAccount(evt any) (session.Batch, bool) {
	switch v := evt.(type) {
	case *events.PrivacySettings:
		return t.device(event.PrivacySettings, privacy(v)), true
	case *events.Blocklist:
		return t.device(event.BlocklistChange, t.blocklist(v)), true
	}
	return session.Batch{}, false
}

// privacy names what changed, and all settings after it.
func privacy(v *events.PrivacySettings) event.PrivacyChanged {
	s := &v.NewSettings
	data := event.PrivacyChanged{Changed: []string{}}
	for _, c := range []struct {
		name    string
		to      **string
		value   types.PrivacySetting
		changed bool
	}{
		{"group_add", &data.Settings.GroupAdd, s.GroupAdd, v.GroupAddChanged},
		{"last_seen", &data.Settings.LastSeen, s.LastSeen, v.LastSeenChanged},
		{"status", &data.Settings.Status, s.Status, v.StatusChanged},
		{"profile", &data.Settings.Profile, s.Profile, v.ProfileChanged},
		{"read_receipts", &data.Settings.ReadReceipts, s.ReadReceipts, v.ReadReceiptsChanged},
		{"online", &data.Settings.Online, s.Online, v.OnlineChanged},
		{"call_add", &data.Settings.CallAdd, s.CallAdd, v.CallAddChanged},
		{"messages", &data.Settings.Messages, s.Messages, v.MessagesChanged},
		{"defense", &data.Settings.Defense, s.Defense, v.DefenseChanged},
		{"stickers", &data.Settings.Stickers, s.Stickers, v.StickersChanged},
	} {
		*c.to = event.Text(string(c.value))
		if c.changed {
			data.Changed = append(data.Changed, c.name)
		}
	}
	return data
}

func (t *translator) blocklist(v *events.Blocklist) event.BlocklistChanged {
	data := event.BlocklistChanged{Action: "changes", Changes: []event.BlockChange{}}
	if v.Action == events.BlocklistActionModify {
		data.Action = "reload"
	}
	for _, c := range v.Changes {
		data.Changes = append(data.Changes, event.BlockChange{User: t.anyone(c.JID), Blocked: c.Action == events.BlocklistChangeActionBlock})
	}
	return data
}

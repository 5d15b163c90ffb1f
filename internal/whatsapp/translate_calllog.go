package whatsapp

import (
	"go.mau.fi/whatsmeow/proto/waE2E"

	"wapost/internal/event"
)

func (r *reader) callLog(d *event.Message, x *waE2E.CallLogMessage) {
	c := event.CallLog{Video: x.GetIsVideo(), Outcome: lower(x.GetCallOutcome()), Seconds: x.DurationSecs, Type: lower(x.GetCallType()),
		Participants: []event.CallParticipant{}}
	for _, p := range x.GetParticipants() {
		if who := r.t.someone(p.GetJID()); who != nil {
			c.Participants = append(c.Participants, event.CallParticipant{Person: *who, Outcome: lower(p.GetCallOutcome())})
		}
	}
	d.Kind, d.CallLog = event.KindCallLog, &c
}

func (r *reader) scheduledCall(d *event.Message, x *waE2E.ScheduledCallCreationMessage) {
	c := event.ScheduledCall{Action: "created", Title: event.Text(x.GetTitle()), StartsAt: millis(x.GetScheduledTimestampMS())}
	if kind := x.GetCallType(); kind != waE2E.ScheduledCallCreationMessage_UNKNOWN {
		video := kind == waE2E.ScheduledCallCreationMessage_VIDEO
		c.Video = &video
	}
	d.Kind, d.Text, d.ScheduledCall = event.KindScheduledCall, text(x.GetTitle()), &c
}

func (r *reader) scheduledCallEdit(d *event.Message, x *waE2E.ScheduledCallEditMessage) {
	action := "cancelled"
	if x.GetEditType() != waE2E.ScheduledCallEditMessage_CANCEL {
		action = lower(x.GetEditType())
	}
	d.Kind, d.ScheduledCall = event.KindScheduledCall, &event.ScheduledCall{Action: action, TargetMessageID: event.Text(x.GetKey().GetID())}
}

func (r *reader) broadcastCall(d *event.Message, x *waE2E.BCallMessage) {
	d.Kind, d.Text = event.KindBroadcastCall, text(x.GetCaption())
	d.BroadcastCall = &event.BroadcastCall{CallSession: x.GetSessionID(), MediaType: lower(x.GetMediaType()), Caption: text(x.GetCaption())}
}

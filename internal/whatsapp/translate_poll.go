package whatsapp

import (
	"crypto/sha256"
	"encoding/hex"

	"go.mau.fi/whatsmeow/proto/waE2E"

	"wapost/internal/event"
)

// pollOf returns a poll in any of its versions, nil when the message is none.
func pollOf(m *waE2E.Message) *waE2E.PollCreationMessage {
	for _, poll := range []*waE2E.PollCreationMessage{m.GetPollCreationMessage(), m.GetPollCreationMessageV2(), m.GetPollCreationMessageV3(),
		m.GetPollCreationMessageV5(), m.GetPollCreationMessageV6()} {
		if poll != nil {
			return poll
		}
	}
	return nil
}

func (r *reader) poll(d *event.Message, x *waE2E.PollCreationMessage) {
	poll := event.Poll{Question: x.GetName(), Options: []event.PollOption{}, MaxSelections: int(x.GetSelectableOptionsCount()),
		Type: lower(x.GetPollType()), EndsAt: seconds(x.GetEndTime()), Anonymous: x.GetHideParticipantName(), OpenOptions: x.GetAllowAddOption()}
	for _, o := range x.GetOptions() {
		poll.Options = append(poll.Options, event.PollOption{Name: o.GetOptionName(), Hash: optionHash(o.GetOptionName())})
	}
	if x.CorrectAnswer != nil {
		poll.CorrectOption = event.Text(x.GetCorrectAnswer().GetOptionName())
	}
	d.Kind, d.Text, d.Poll = event.KindPoll, text(poll.Question), &poll
}

// optionHash is what votes name an option by.
func optionHash(name string) string {
	sum := sha256.Sum256([]byte(name))
	return hex.EncodeToString(sum[:])
}

func (r *reader) pollResult(d *event.Message, x *waE2E.PollResultSnapshotMessage) {
	result := event.PollResult{Question: x.GetName(), Results: []event.PollCounted{}, Type: lower(x.GetPollType())}
	for _, v := range x.GetPollVotes() {
		result.Results = append(result.Results, event.PollCounted{Name: v.GetOptionName(), Votes: v.GetOptionVoteCount()})
	}
	d.Kind, d.Text, d.PollResult = event.KindPollResult, text(result.Question), &result
}

func (r *reader) meeting(d *event.Message, x *waE2E.EventMessage) {
	m := event.Meeting{Name: x.GetName(), Description: event.Text(x.GetDescription()), JoinLink: event.Text(x.GetJoinLink()),
		Location: location(x.GetLocation()), StartsAt: seconds(x.GetStartTime()), EndsAt: seconds(x.GetEndTime()), Cancelled: x.GetIsCanceled(),
		Call: x.GetIsScheduleCall(), GuestsAllowed: x.GetExtraGuestsAllowed()}
	if x.GetHasReminder() || x.ReminderOffsetSec != nil {
		before := x.GetReminderOffsetSec()
		m.ReminderSeconds = &before
	}
	d.Kind, d.Text, d.Event = event.KindEvent, text(m.Name), &m
}

func (r *reader) eventInvite(d *event.Message, x *waE2E.EventInviteMessage) {
	invite := event.EventInvite{EventID: x.GetEventID(), Title: x.GetEventTitle(), Caption: text(x.GetCaption()), CallLink: event.Text(x.GetCallLink()),
		StartsAt: seconds(x.GetStartTime()), EndsAt: seconds(x.GetEndTime()), Cancelled: x.GetIsCanceled()}
	d.Kind, d.EventInvite = event.KindEventInvite, &invite
	if d.Text = invite.Caption; d.Text == nil {
		d.Text = text(invite.Title)
	}
}

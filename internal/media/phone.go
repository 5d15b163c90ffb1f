package media

import (
	"context"
	"errors"
	"slices"
	"time"

	"wapost/internal/fault"
	"wapost/internal/session"
)

var _ session.Answers = (*Archive)(nil)

// PhoneAnswered takes what the phone said about the files of a message. nil = it is on disk, or of no use to us.
func (a *Archive) PhoneAnswered(ctx context.Context, deviceID string, answer session.PhoneAnswer) error {
	list, err := a.Store.OfDevice(ctx, deviceID, answer.MessageID)
	if err != nil {
		return err
	}
	for i := range list {
		r := &list[i]
		if r.State == Stored || r.Key == nil {
			continue
		}
		if err := a.take(ctx, r, answer); err != nil {
			return err
		}
	}
	return nil
}

// take applies an answer to one file.
func (a *Archive) take(ctx context.Context, r *Record, answer session.PhoneAnswer) error {
	path, err := a.Phone.ReadAnswer(answer, r.Key)
	switch {
	case errors.Is(err, session.ErrUnreadable):
		return nil // about another file of the message
	case err == nil:
		if err := a.Store.Moved(ctx, r.ID, path); err != nil {
			return err
		}
		a.tell(r.ID, nil)
		return nil
	case r.AskedAt.IsZero(): // nobody asked: an old word, or not for us
		return nil
	}
	word := lost{why: ReasonNotOnPhone, known: true}
	if errors.Is(err, session.ErrFileDamaged) {
		word.why = ReasonDamaged
	}
	if err := a.fail(ctx, r, Gone, word.why); err != nil {
		return err
	}
	a.tell(r.ID, word)
	return nil
}

// tell passes the phone's word to the flight that waits for it; without one the file is fetched on its own.
func (a *Archive) tell(id string, word error) {
	if f := a.flying(id); f != nil {
		select {
		case f.answer <- word:
		default: // it has one already
		}
	}
	if word == nil {
		a.wake()
	}
}

// Ask has the phone asked for the files of a message, whether WhatsApp still has them or not. What comes of it is told by
// media.ready or media.failed. chats are the addresses that the chat is known by; sender narrows, "" = any.
//
// Errors: fault.NotFound; fault.Conflict when the files are stored, when no phone has them, or when the device is not connected.
func (a *Archive) Ask(ctx context.Context, s Scope, chats []string, senders []string, messageID string) error {
	list, err := a.Store.OfMessage(ctx, s, chats, messageID)
	if err != nil {
		return err
	}
	if len(senders) > 0 {
		list = slices.DeleteFunc(list, func(r Record) bool { return !slices.Contains(senders, r.Sender) })
	}
	if len(list) == 0 {
		return fault.New(fault.NotFound, "No such media")
	}
	reason := fault.New(fault.Conflict, "File is stored already")
	asked := false
	for i := range list {
		r := &list[i]
		switch {
		case r.State == Stored:
		case r.KeyLost:
			reason = fault.New(fault.Conflict, keyLost)
		case r.Key == nil:
			reason = fault.New(fault.Conflict, "File is not on the phone")
		default:
			if err := a.ask(ctx, r); err != nil {
				return err
			}
			asked = true
		}
	}
	if !asked {
		return reason
	}
	return nil
}

// phoneLimit is after how long a phone that does not answer counts as offline. A later answer is taken all the same.
const phoneLimit = time.Hour

// giveUpPhones announces files that no phone has answered for.
func (a *Archive) giveUpPhones(ctx context.Context) error {
	list, err := a.Store.Unanswered(ctx, time.Now().Add(-phoneLimit), page)
	if err != nil {
		return err
	}
	for i := range list {
		if a.flying(list[i].ID) != nil {
			continue
		}
		if err := a.fail(ctx, &list[i], Remote, ReasonPhoneOffline); err != nil {
			return err
		}
	}
	return nil
}

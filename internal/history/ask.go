package history

import (
	"context"

	"wapost/internal/chat"
	"wapost/internal/fault"
	"wapost/internal/session"
)

// Question asks for messages that are older than one that is known.
type Question struct {
	Chat   string // JID, under any of its addresses
	Before string // message id; "" = the oldest message of the chat that is known
	Count  int
}

// Messages finds what is known.
type Messages interface {
	chat.Finder
	// Oldest returns the oldest message of a chat. Errors: fault.NotFound.
	Oldest(ctx context.Context, accountID int64, deviceID, jid string) (chat.Kept, error)
}

// Ask asks the phone for older messages. It returns the id of the request; the answer comes as a part of type on_demand.
//
// Errors: fault.NotFound for an unknown device, chat or message; fault.Conflict when the device is not connected;
// fault.BadGateway and fault.GatewayTimeout when the phone could not be asked.
func (s *Service) Ask(ctx context.Context, accountID int64, deviceID string, q Question) (string, error) {
	var (
		k   chat.Kept
		err error
	)
	if q.Before == "" {
		k, err = s.Messages.Oldest(ctx, accountID, deviceID, q.Chat)
	} else {
		k, err = s.Messages.Find(ctx, accountID, deviceID, q.Chat, q.Before)
	}
	if err != nil {
		return "", err
	}
	if k.SentAt == nil {
		return "", fault.New(fault.Conflict, "The time of that message is not known")
	}
	return s.Sessions.AskHistory(ctx, accountID, deviceID, session.HistoryAsk{Chat: k.Chat.JID, MessageID: k.MessageID,
		FromMe: k.FromMe != nil && *k.FromMe, At: k.SentAt.Time, Count: q.Count})
}

// Progress lists the types of history of a device. The caller has made sure that it may be seen.
func (s *Service) Progress(ctx context.Context, deviceID string) ([]Progress, error) {
	return s.Store.Progress(ctx, deviceID)
}

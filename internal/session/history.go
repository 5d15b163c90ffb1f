package session

import (
	"context"
	"errors"
	"time"

	"wapost/internal/event"
	"wapost/internal/fault"
)

// ErrHistoryDamaged: the file of a part of the history cannot be read.
var ErrHistoryDamaged = errors.New("the part of the history cannot be read")

// ErrHistoryTooLarge: a part of the history is larger than we take, packed, unpacked or in one of its pieces.
var ErrHistoryTooLarge = errors.New("the part of the history is too large")

// Notice says that the phone has a part of its history ready.
type Notice struct {
	MessageID string // of the notice
	Payload   []byte // in the library's own form; with the key of the file: a secret
	Type      string // "initial_bootstrap", "recent", "full", "push_name", "on_demand", …
	Chunk     int
	Progress  *int   // percent; nil = not told
	RequestID string // what it answers; "" = nobody asked
	Replaces  string // the notice whose file could not be had; "" = none
}

// Announced keeps notices until they are dealt with. nil = it is on disk, or was before.
type Announced interface {
	HistoryAnnounced(ctx context.Context, deviceID string, n Notice) error
}

// OldChat is a chat of the history; nil members are not told.
type OldChat struct {
	Key              string // canonical address
	Name             string // "" = not told
	LastAt           time.Time
	Unread           *int
	Archived, Pinned *bool
	MutedUntil       *time.Time // zero = not muted, year 9999 = for ever
	Disappearing     *int       // seconds
}

// HistorySlice is a piece of a part: chats, and messages of chats that were in this or an earlier piece.
type HistorySlice struct {
	Chats    []OldChat
	Messages []*event.Event // history.message, stamped
	Learned  []Identity
	Through  int // messages of the part up to the end of this piece
}

// HistorySummary is what was in a part.
type HistorySummary struct {
	Conversations, Messages, Statuses, PushNames int
	OldestAt                                     time.Time
}

// HistoryAsk asks for messages before one that is known.
type HistoryAsk struct {
	Chat      string // JID
	MessageID string
	FromMe    bool
	At        time.Time
	Count     int
}

// Historian is the part of a line that fetches history.
type Historian interface {
	// History fetches a part and hands it over in pieces, always the same ones in the same order; raw asks for the library's
	// form of each message too. An error of take ends it and comes back as it is. Other errors: ErrFileGone, ErrFileDamaged, ErrHistoryDamaged, ErrHistoryTooLarge, those of
	// Download.
	History(ctx context.Context, payload []byte, raw bool, take func(HistorySlice) error) (HistorySummary, error)
	// HistoryStored tells the phone that a part is stored, and deletes its file at WhatsApp.
	HistoryStored(ctx context.Context, messageID string, payload []byte) error
	// HistoryAgain asks the phone to upload a part once more.
	HistoryAgain(ctx context.Context, messageID string, payload []byte) error
	// AskHistory asks the phone for older messages; it returns the id of the request, which the notice of the answer names.
	AskHistory(ctx context.Context, a HistoryAsk) (string, error)
}

// History fetches a part of a device's history; see Historian. take runs in a transaction of the store when addresses are
// learnt with a piece, and gets what announces them among the events.
//
// Errors: fault.Conflict when the device is not connected; else as Historian.
func (m *Manager) History(ctx context.Context, deviceID string, payload []byte, raw bool, take func(ctx context.Context, s HistorySlice, announced []*event.Event) error) (HistorySummary, error) {
	s, line, err := m.usableLine(ctx, deviceID)
	if err != nil {
		return HistorySummary{}, err
	}
	return line.History(ctx, payload, raw, func(piece HistorySlice) error {
		for _, e := range piece.Messages {
			s.stamp(e)
		}
		err := s.learnt(ctx, piece.Learned, true, func(ctx context.Context, announced []*event.Event) error { return take(ctx, piece, announced) })
		if err == nil {
			s.recalled(piece.Chats)
		}
		return err
	})
}

// HistoryStored tells the phone that a part is stored. Errors: fault.Conflict when the device is not connected.
func (m *Manager) HistoryStored(ctx context.Context, deviceID, messageID string, payload []byte) error {
	_, line, err := m.usableLine(ctx, deviceID)
	if err != nil {
		return err
	}
	return line.HistoryStored(ctx, messageID, payload)
}

// HistoryAgain asks the phone to upload a part once more. Errors: fault.Conflict when the device is not connected.
func (m *Manager) HistoryAgain(ctx context.Context, deviceID, messageID string, payload []byte) error {
	_, line, err := m.usableLine(ctx, deviceID)
	if err != nil {
		return err
	}
	return line.HistoryAgain(ctx, messageID, payload)
}

// AskHistory asks the phone for older messages of a chat. Errors: fault.NotFound; fault.Conflict when the device is not
// connected; fault.BadGateway and fault.GatewayTimeout when the phone could not be asked.
func (m *Manager) AskHistory(ctx context.Context, accountID int64, deviceID string, a HistoryAsk) (string, error) {
	if _, err := m.find(ctx, accountID, deviceID); err != nil {
		return "", err
	}
	_, line, err := m.usableLine(ctx, deviceID)
	if err != nil {
		return "", err
	}
	return line.AskHistory(ctx, a)
}

// Event begins an event of a device that comes from no occurrence at WhatsApp. Errors: fault.NotFound.
func (m *Manager) Event(ctx context.Context, deviceID string, t event.Type, data any) (*event.Event, error) {
	s, err := m.find(ctx, 0, deviceID)
	if err != nil {
		return nil, err
	}
	e := event.New(t)
	e.Key, e.Data = "d", data
	s.stamp(e)
	return e, nil
}

// announced keeps notices.
func (s *session) announced(ctx context.Context, list []Notice) error {
	if s.m.announced == nil {
		return nil
	}
	for _, n := range list {
		if err := s.m.announced.HistoryAnnounced(ctx, s.id, n); err != nil && !fault.Is(err, fault.NotFound) {
			return err
		}
	}
	return nil
}

package history

import (
	"context"
	"time"

	"wapost/internal/event"
	"wapost/internal/session"
)

// State is how far a part has come.
type State string

// The states.
const (
	Waiting State = "waiting" // for its file to be fetched
	Stored  State = "stored"  // and the phone is still to be told
	Done    State = "done"
	Failed  State = "failed"
)

// Part is a part of a history that the phone has announced.
type Part struct {
	ID        int64
	DeviceID  string
	MessageID string // of the notice
	Notice    []byte // nil once it is of no more use, or when it is damaged
	Damaged   bool   // the notice cannot be opened: the file cannot be fetched
	Type      string
	Chunk     int
	Progress  *int
	RequestID string
	State     State
	Chats     int // stored so far
	Messages  int // stored so far, that were new
	Attempts  int
	Error     string // of the last try; safe to show
	NextAt    time.Time
	CreatedAt time.Time
	UpdatedAt time.Time
}

// Progress is how far a type of history has come on a device.
type Progress struct {
	Type     string
	Percent  *int // as the phone says; nil = not told
	Chunks   int  // announced
	Done     int  // stored
	Messages int  // new ones
	LastAt   time.Time
	Error    string // of the newest part that has one
}

// Store keeps the parts. Every method is one transaction; inside Atomic they join its one.
type Store interface {
	Atomic(ctx context.Context, what string, fn func(ctx context.Context) error) error
	// Due returns the first open part of each device that is due, limit at most. One whose notice cannot be opened is among them,
	// as damaged: it must not hide the others.
	Due(ctx context.Context, now time.Time, limit int) ([]Part, error)
	// NextDue returns when the next open part is due; zero = there is none.
	NextDue(ctx context.Context) (time.Time, error)
	// Ready makes the open parts of a device due.
	Ready(ctx context.Context, deviceID string) error
	// Keep stores a piece: what chats are, and messages that are not events. It counts what is new into the part.
	Keep(ctx context.Context, p *Part, chats []session.OldChat, messages []*event.Event) error
	// Save writes state, attempts, error and next try of a part. A notice that is of no more use is deleted.
	Save(ctx context.Context, p *Part) error
	// Total returns how many new messages the parts of a type have brought to a device.
	Total(ctx context.Context, deviceID, kind string) (int, error)
	// Progress lists the types of history of a device.
	Progress(ctx context.Context, deviceID string) ([]Progress, error)
}

// Sessions is session.Manager.
type Sessions interface {
	Get(ctx context.Context, accountID int64, id string) (session.Device, error)
	History(ctx context.Context, deviceID string, payload []byte, raw bool, take func(ctx context.Context, s session.HistorySlice, announced []*event.Event) error) (session.HistorySummary, error)
	HistoryStored(ctx context.Context, deviceID, messageID string, payload []byte) error
	HistoryAgain(ctx context.Context, deviceID, messageID string, payload []byte) error
	AskHistory(ctx context.Context, accountID int64, deviceID string, a session.HistoryAsk) (string, error)
	Event(ctx context.Context, deviceID string, t event.Type, data any) (*event.Event, error)
}

// Sink records events: nil means that they are on disk.
type Sink interface {
	Append(ctx context.Context, e *event.Event) error
}

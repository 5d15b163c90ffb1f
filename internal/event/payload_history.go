package event

// System is the content of a message that WhatsApp itself put into a chat: somebody joined, a number changed. Such messages
// come with the history only.
type System struct {
	Stub            string   `json:"stub"`       // what happened, by the library's name in lower case
	Parameters      []string `json:"parameters"` // who and what, as WhatsApp wrote it
	ParametersTotal int      `json:"parameters_total,omitempty"`
}

// HistoryMessage is the data of history.message. The status is that of an own message.
type HistoryMessage struct {
	Message
	Status *string `json:"status,omitempty"` // "sent", "delivered", "read", "played", "failed"
}

// HistorySynced is the data of history.sync: a part of the history is stored.
type HistorySynced struct {
	SyncType      string `json:"sync_type"` // "initial_bootstrap", "recent", "full", "push_name", "on_demand", …
	Chunk         int    `json:"chunk"`
	Progress      *int   `json:"progress"` // percent, as the phone says
	Conversations int    `json:"conversations"`
	Messages      int    `json:"messages"` // in the part, those known already among them
	Statuses      int    `json:"statuses"`
	PushNames     int    `json:"push_names"`
	OldestAt      *Time  `json:"oldest_at"` // of the messages
}

// HistoryComplete is the data of history.sync_complete: all parts of a type are stored.
type HistoryComplete struct {
	SyncType string `json:"sync_type"`
	Messages int    `json:"messages"` // that were new, of all parts
}

// HistoryFailed is the data of history.sync_failed: a part could not be fetched.
type HistoryFailed struct {
	SyncType  string `json:"sync_type"`
	Chunk     int    `json:"chunk"`
	Error     string `json:"error"`
	WillRetry bool   `json:"will_retry"`
}

package event

// Empty is the data of events that say all by their type.
type Empty struct{}

// Connected is the data of connection.connected.
type Connected struct {
	PushName        *string `json:"push_name"`
	BusinessName    *string `json:"business_name"`
	Platform        *string `json:"platform"`
	Reconnect       bool    `json:"reconnect"`
	DowntimeSeconds *int64  `json:"downtime_seconds"` // restarts included; after a kill up to half an hour too long; null = the first connection of this number
}

// Disconnected is the data of connection.disconnected.
type Disconnected struct {
	Reason        string `json:"reason"` // "remote", "network", "keepalive", "replaced", "refused", "logged_out", "api", "storage", "shutdown"; "restart" = the gateway was killed, told at its next start
	WillReconnect bool   `json:"will_reconnect"`
}

// LoggedOut is the data of connection.logged_out.
type LoggedOut struct {
	Reason    string `json:"reason"`
	Code      *int   `json:"code"`
	OnConnect bool   `json:"on_connect"`
	By        string `json:"by"` // "phone", "whatsapp", "api"
}

// TemporaryBan is the data of connection.temporary_ban.
type TemporaryBan struct {
	Code      int    `json:"code"`
	Reason    string `json:"reason"`
	ExpiresAt *Time  `json:"expires_at"`
}

// ClientOutdated is the data of connection.client_outdated.
type ClientOutdated struct {
	ClientVersion string `json:"client_version"`
}

// ConnectFailure is the data of connection.connect_failure.
type ConnectFailure struct {
	Code          *int    `json:"code"`
	Reason        string  `json:"reason"`
	Message       *string `json:"message"`
	WillReconnect bool    `json:"will_reconnect"`
}

// StreamError is the data of connection.stream_error.
type StreamError struct {
	Code string `json:"code"`
}

// KeepaliveTimeout is the data of connection.keepalive_timeout.
type KeepaliveTimeout struct {
	Errors        int   `json:"errors"`
	LastSuccessAt *Time `json:"last_success_at"`
}

// KeepaliveRestored is the data of connection.keepalive_restored.
type KeepaliveRestored struct {
	SilentSeconds int64 `json:"silent_seconds"`
}

// OfflinePreview is the data of offline.sync_preview.
type OfflinePreview struct {
	Total         int `json:"total"`
	AppData       int `json:"app_data"`
	Messages      int `json:"messages"`
	Notifications int `json:"notifications"`
	Receipts      int `json:"receipts"`
}

// OfflineCompleted is the data of offline.sync_completed.
type OfflineCompleted struct {
	Count     int     `json:"count"`
	Announced *int    `json:"announced"`
	Recorded  int     `json:"recorded"`
	Seconds   float64 `json:"seconds"`
}

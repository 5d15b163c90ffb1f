package event

// DeviceNamed is the data of device.created and device.deleted.
type DeviceNamed struct {
	Name *string `json:"name"`
}

// StateChanged is the data of device.state_changed.
type StateChanged struct {
	From   string  `json:"from"`
	To     string  `json:"to"`
	Reason *string `json:"reason"`
}

// Gap is the data of device.gap: events of a period may be missing for good.
type Gap struct {
	From    *Time   `json:"from"`
	To      *Time   `json:"to"`
	Reason  string  `json:"reason"` // "offline_over_14_days", "link_lost", "quarantined", "refused_by_library"
	Details *string `json:"details"`
}

// PhoneUnseen is the data of device.phone_unseen. A phone is seen when it writes, reads, or receives what we send.
type PhoneUnseen struct {
	LastSeenAt *Time `json:"last_seen_at"` // the link, when it was never seen since
	Days       int   `json:"days"`         // since then
	UnlinkedAt *Time `json:"unlinked_at"`  // about when WhatsApp will end the link
}

// Timelock is the data of account.reachout_timelock.
type Timelock struct {
	Active          bool    `json:"active"`
	EnforcementType *string `json:"enforcement_type"`
	EndsAt          *Time   `json:"ends_at"`
}

// UnknownEvent is the data of event.unknown.
type UnknownEvent struct {
	Source string  `json:"source"` // Go type of the library; of "too_large" the type of the event that it stands for
	Reason string  `json:"reason"` // "unknown_type", "convert_failed", "too_large"
	Error  *string `json:"error"`
}

// AppStateSynced is the data of appstate.sync_complete: a collection was fully synced.
type AppStateSynced struct {
	Name     string `json:"name"`
	Version  int64  `json:"version"`
	Recovery bool   `json:"recovery"`
}

// AppStateFailed is the data of appstate.sync_error: a collection could not be decoded.
type AppStateFailed struct {
	Name     *string `json:"name"`
	FullSync bool    `json:"full_sync"`
	Error    string  `json:"error"`
}

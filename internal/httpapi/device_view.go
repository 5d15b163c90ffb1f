package httpapi

import (
	"strings"

	"wapost/internal/session"
)

// deviceView is the Device of the API.
type deviceView struct {
	DeviceID     string        `json:"device_id" format:"uuid"`
	DeviceName   string        `json:"device_name"`
	WhatsmeowJID *string       `json:"whatsmeow_jid" doc:"JID with the device number"`
	JID          *string       `json:"jid"`
	LID          *string       `json:"lid"`
	Phone        *string       `json:"phone"`
	PushName     *string       `json:"push_name"`
	Platform     *string       `json:"platform"`
	State        session.State `json:"state" enum:"new,pairing,connecting,connected,degraded,disconnected,paused,logged_out,banned,replaced,outdated"`
	Status       string        `json:"status" enum:"pending,active,disconnected,logged_out" doc:"Coarse state, as older clients know it"`
	CreatedAt    instant       `json:"created_at"`
	LastActiveAt *instant      `json:"last_active_at" nullable:"true"`
	Metadata     object        `json:"metadata"`
}

func viewDevice(d session.Device) deviceView {
	return deviceView{
		DeviceID: d.ID, DeviceName: d.Name, WhatsmeowJID: text(d.JID), JID: text(withoutDevice(d.JID)), LID: text(withoutDevice(d.LID)),
		Phone: text(d.Phone), PushName: text(d.PushName), Platform: text(d.Platform), State: d.State, Status: coarse(d.State),
		CreatedAt: instant(d.CreatedAt), LastActiveAt: moment(d.LastEventAt), Metadata: object(d.Metadata),
	}
}

func viewDevices(devices []session.Device) []deviceView {
	views := make([]deviceView, len(devices))
	for i, d := range devices {
		views[i] = viewDevice(d)
	}
	return views
}

// withoutDevice drops the device number of a JID.
func withoutDevice(jid string) string {
	user, server, found := strings.Cut(jid, "@")
	if !found {
		return jid
	}
	user, _, _ = strings.Cut(user, ":")
	return user + "@" + server
}

// coarse is the status that the origin of the API knew.
func coarse(s session.State) string {
	switch {
	case s == session.New || s == session.Pairing:
		return "pending"
	case s == session.LoggedOut:
		return "logged_out"
	case s.Online() || s == session.Connecting:
		return "active"
	}
	return "disconnected"
}

// statusView is the DeviceStatus of the API.
type statusView struct {
	DeviceID        string        `json:"device_id" format:"uuid"`
	State           session.State `json:"state" enum:"new,pairing,connecting,connected,degraded,disconnected,paused,logged_out,banned,replaced,outdated"`
	StateSince      instant       `json:"state_since"`
	Reason          *string       `json:"reason"`
	ClientLoaded    bool          `json:"client_loaded"`
	Connected       bool          `json:"connected" doc:"Messages go both ways"`
	IsConnected     bool          `json:"is_connected" doc:"As connected"`
	IsLoggedIn      bool          `json:"is_logged_in" doc:"WhatsApp knows the device"`
	LastEventAt     *instant      `json:"last_event_at" nullable:"true"`
	LastKeepaliveAt *instant      `json:"last_keepalive_at" nullable:"true"`
	PhoneSeenAt     *instant      `json:"phone_seen_at" nullable:"true" doc:"Last sign of the phone that owns the number. WhatsApp ends the link after about 14 days without one"`
	BacklogOffline  *int          `json:"backlog_offline" doc:"Stanzas that WhatsApp announced at the login and that have not come yet; null = not told"`
	TimelockedUntil *instant      `json:"timelocked_until" nullable:"true"`
	Error           *string       `json:"error"`
}

func viewStatus(s session.Status) statusView {
	v := statusView{
		DeviceID: s.ID, State: s.State, StateSince: instant(s.StateSince), Reason: text(s.Reason),
		ClientLoaded: s.ClientLoaded, Connected: s.Online, IsConnected: s.Online, IsLoggedIn: s.State.Linked(),
		LastEventAt: moment(s.LastEventAt), LastKeepaliveAt: moment(s.LastKeepaliveAt), TimelockedUntil: moment(s.TimelockedUntil),
		PhoneSeenAt: moment(s.PhoneSeenAt),
		Error:       text(s.Error),
	}
	if s.BacklogOffline >= 0 {
		v.BacklogOffline = &s.BacklogOffline
	}
	return v
}

package whatsapp

import "go.mau.fi/whatsmeow/types/events"

// complete adds to an event what the library knows and does not pass on. It asks nobody: the library has stored the settings
// before it tells of a change.
func (l *Line) complete(evt any) {
	if v, ok := evt.(*events.PrivacySettings); ok {
		v.NewSettings = l.cli.GetPrivacySettings(l.ctx)
	}
}

package httpapi

import (
	"context"
	"net/http"

	"wapost/internal/fault"
	"wapost/internal/httpapi/strict"
	"wapost/internal/session"
)

// settingsView is what the owner of a device has set, defaults filled in.
type settingsView struct {
	History session.HistoryMode `json:"history" enum:"off,store,events" doc:"What becomes of the phone's history: nothing, messages that can be looked up, or history.message events too"`
}

type settingsBody struct {
	History strict.Field[string] `json:"history,omitempty" nullable:"true" enum:"off,store,events" doc:"null = the default, store"`
}

func viewSettings(s session.Settings) settingsView {
	return settingsView{History: s.HistoryMode()}
}

func (a *API) settingRoutes() {
	onDevice(a, operation[none, none, settingsView]{
		method: http.MethodGet, path: "/settings", tag: tagDevices, id: "get-device-settings", auth: deviceUser,
		summary: "Settings of a device", message: "Settings retrieved successfully", fallback: "Failed to read settings",
		handle: func(ctx context.Context, c *call, _ none, _ none) (settingsView, error) {
			d, err := a.Sessions.Get(ctx, c.account, c.deviceID)
			return viewSettings(d.Settings), err
		},
	})
	onDevice(a, operation[none, settingsBody, settingsView]{
		method: http.MethodPatch, path: "/settings", tag: tagDevices, id: "update-device-settings", auth: deviceUser,
		summary: "Change settings of a device", message: "Settings updated successfully", fallback: "Failed to update settings",
		handle: func(ctx context.Context, c *call, _ none, b settingsBody) (settingsView, error) {
			d, err := a.Sessions.Update(ctx, c.account, c.deviceID, session.Change{Settings: b.apply})
			return viewSettings(d.Settings), err
		},
	})
}

// apply changes what is given.
func (b settingsBody) apply(s *session.Settings) error {
	if !b.History.Given {
		return nil
	}
	mode := session.HistoryMode(b.History.Value)
	switch {
	case b.History.Null, mode == session.HistoryOff, mode == session.HistoryStore, mode == session.HistoryEvents:
		s.History = mode
		return nil
	}
	return fault.New(fault.Invalid, "history must be off, store or events")
}

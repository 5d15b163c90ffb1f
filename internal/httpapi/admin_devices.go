package httpapi

import (
	"context"
	"net/http"

	"wapost/internal/fault"
	"wapost/internal/session"
	"wapost/internal/store"
)

type adminDevices struct {
	Devices []deviceView  `json:"devices" nullable:"false"`
	Summary deviceSummary `json:"summary"`
}

type deviceSummary struct {
	Total        int `json:"total"`
	Connected    int `json:"connected"`
	Disconnected int `json:"disconnected"`
	Pending      int `json:"pending"`
}

type adminStatuses struct {
	Devices []statusView  `json:"devices" nullable:"false"`
	Summary statusSummary `json:"summary"`
}

type statusSummary struct {
	Total   int `json:"total"`
	Online  int `json:"online"`
	Offline int `json:"offline"`
}

func (a *API) adminDeviceRoutes() {
	mount(a, operation[listDevicesParams, none, adminDevices]{
		method: http.MethodGet, path: "/admin/devices", tag: tagAdmin, id: "list-all-devices", auth: admins, list: true,
		summary: "List the devices of all customers", message: "Devices retrieved successfully",
		fallback: "Failed to list devices", handle: a.listAllDevices,
	})
	mount(a, operation[none, none, adminStatuses]{
		method: http.MethodGet, path: "/admin/devices/status", tag: tagAdmin, id: "list-all-device-statuses", auth: admins,
		summary: "The status of all devices", message: "Device statuses retrieved successfully",
		fallback: "Failed to read device statuses", handle: a.allStatuses,
	})
	mount(a, operation[none, none, none]{
		method: http.MethodDelete, path: "/admin/devices/{device_id}", tag: tagAdmin, id: "delete-any-device", auth: admins,
		summary: "Log a device out and delete it with all its data", message: "Device deleted successfully",
		fallback: "Failed to delete device",
		handle: func(ctx context.Context, c *call, _ none, _ none) (none, error) {
			return none{}, a.Sessions.Delete(ctx, 0, c.r.PathValue("device_id"))
		},
	})
}

func (a *API) listAllDevices(ctx context.Context, c *call, p listDevicesParams, _ none) (adminDevices, error) {
	devices, next, err := a.Sessions.List(ctx, session.Filter{State: session.State(p.State), After: p.After, Limit: p.Limit})
	if err != nil {
		return adminDevices{}, err
	}
	totals, err := a.totals(ctx)
	if err != nil {
		return adminDevices{}, err
	}
	c.next(next, p.Limit)
	return adminDevices{Devices: viewDevices(devices), Summary: summarise(totals)}, nil
}

func summarise(t store.Totals) deviceSummary {
	var s deviceSummary
	for state, n := range t.Devices {
		s.Total += n
		switch state := session.State(state); {
		case state.Online():
			s.Connected += n
		case state == session.New || state == session.Pairing:
			s.Pending += n
		default:
			s.Disconnected += n
		}
	}
	return s
}

func (a *API) allStatuses(ctx context.Context, c *call, _ none, _ none) (adminStatuses, error) {
	devices, err := a.allDevices(ctx, session.Filter{})
	if err != nil {
		return adminStatuses{}, err
	}
	views, err := a.statuses(ctx, devices)
	s := statusSummary{Total: len(views)}
	for _, v := range views {
		if v.Connected {
			s.Online++
		}
	}
	s.Offline = s.Total - s.Online
	return adminStatuses{Devices: views, Summary: s}, err
}

// pageOfAll is how many devices are read at a time where an answer holds all of them.
const pageOfAll = 200

func (a *API) allDevices(ctx context.Context, f session.Filter) ([]session.Device, error) {
	var all []session.Device
	for f.Limit = pageOfAll; ; {
		page, next, err := a.Sessions.List(ctx, f)
		if err != nil {
			return nil, err
		}
		all = append(all, page...)
		if next == "" {
			return all, nil
		}
		f.After = next
	}
}

// statuses skips devices that were deleted meanwhile.
func (a *API) statuses(ctx context.Context, devices []session.Device) ([]statusView, error) {
	views := []statusView{}
	for _, d := range devices {
		s, err := a.Sessions.Status(ctx, 0, d.ID)
		if fault.Is(err, fault.NotFound) {
			continue
		}
		if err != nil {
			return nil, err
		}
		views = append(views, viewStatus(s))
	}
	return views, nil
}

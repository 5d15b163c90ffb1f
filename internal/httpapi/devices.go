package httpapi

import (
	"context"
	"encoding/json"
	"net/http"
	"unicode/utf8"

	"wapost/internal/access"
	"wapost/internal/fault"
	"wapost/internal/httpapi/strict"
	"wapost/internal/message"
	"wapost/internal/session"
)

// Limits of what a device carries for its owner.
const (
	maxDeviceName = 256 // characters
	maxMetadata   = 4096
)

type createDeviceBody struct {
	DeviceName *string    `json:"device_name,omitempty" nullable:"true" maxLength:"256"`
	Metadata   strict.Raw `json:"metadata,omitempty" nullable:"true" doc:"Any object of up to 4 KiB"`

	ProxyURL *string       `json:"proxy_url,omitempty" nullable:"true" maxLength:"2048" doc:"As with POST /devices/me/proxy"`
	Settings *settingsBody `json:"settings,omitempty"`
}

type createdDevice struct {
	DeviceID     string `json:"device_id" format:"uuid"`
	DeviceSecret string `json:"device_secret" doc:"Gives new tokens; it is never shown again"`
	DeviceName   string `json:"device_name"`
	Token        string `json:"token" doc:"Device token (JWT)"`
}

type tokenBody struct {
	DeviceID     string `json:"device_id"`
	DeviceSecret string `json:"device_secret"`
}

type tokenView struct {
	DeviceID string `json:"device_id"`
	Token    string `json:"token"`
}

type listDevicesParams struct {
	pageParams
	State string `query:"state" enum:"new,pairing,connecting,connected,degraded,disconnected,paused,logged_out,banned,replaced,outdated"`
}

type patchDeviceBody struct {
	DeviceName strict.Field[string]     `json:"device_name,omitempty" nullable:"true" maxLength:"256"`
	Metadata   strict.Field[strict.Raw] `json:"metadata,omitempty" nullable:"true" doc:"Replaces the object; null = {}"`
}

type waitParams struct {
	Wait int `query:"wait" default:"20" minimum:"0" maximum:"60" doc:"Seconds to wait for the connection"`
}

type forceParams struct {
	Force bool `query:"force" doc:"Drop the link here even if WhatsApp cannot be told"`
}

type phoneParams struct {
	Phone string `path:"phone" doc:"Phone number in international form"`
}

type registeredView struct {
	IsRegistered bool    `json:"is_registered"`
	JID          *string `json:"jid"`
	LID          *string `json:"lid"`
	Phone        string  `json:"phone"`
}

func (a *API) deviceRoutes() {
	mount(a, operation[none, createDeviceBody, createdDevice]{
		method: http.MethodPost, path: "/devices", tag: tagDevices, id: "create-device", auth: accounts, atomic: true,
		summary: "Add a device", status: http.StatusCreated, message: "Device created successfully",
		fallback: "Failed to create device", handle: a.createDevice,
	})
	mount(a, operation[listDevicesParams, none, []deviceView]{
		method: http.MethodGet, path: "/devices", tag: tagDevices, id: "list-devices", auth: accounts, list: true,
		summary: "List the account's devices, oldest first", message: "Devices retrieved successfully",
		fallback: "Failed to list devices", handle: a.listDevices,
	})
	mount(a, operation[none, tokenBody, tokenView]{
		method: http.MethodPost, path: "/devices/token", tag: tagDevices, id: "create-device-token", auth: nobody,
		summary: "Get a token for a device's secret; its older tokens end", message: "Token created successfully",
		fallback: "Failed to create token", errors: []int{401, 429}, handle: a.createToken,
	})
	onDevice(a, operation[none, none, deviceView]{
		method: http.MethodGet, tag: tagDevices, id: "get-device", auth: deviceUser,
		summary: "Read a device", message: "Device retrieved successfully", fallback: "Failed to read device",
		handle: func(ctx context.Context, c *call, _ none, _ none) (deviceView, error) {
			d, err := a.Sessions.Get(ctx, c.account, c.deviceID)
			return viewDevice(d), err
		},
	})
	onDevice(a, operation[none, patchDeviceBody, deviceView]{
		method: http.MethodPatch, tag: tagDevices, id: "update-device", auth: deviceUser,
		summary: "Rename a device, replace its metadata", message: "Device updated successfully",
		fallback: "Failed to update device", handle: a.patchDevice,
	})
	onDevice(a, operation[none, none, none]{
		method: http.MethodDelete, tag: tagDevices, id: "delete-device", auth: ownersOnly,
		summary: "Log a device out and delete it with all its data", message: "Device deleted successfully",
		fallback: "Failed to delete device",
		handle: func(ctx context.Context, c *call, _ none, _ none) (none, error) {
			return none{}, a.Sessions.Delete(ctx, c.account, c.deviceID)
		},
	})
	a.connectionRoutes()
}

// connectionRoutes are about the connection of a device to WhatsApp.
func (a *API) connectionRoutes() {
	onDevice(a, operation[none, none, statusView]{
		method: http.MethodGet, path: "/status", tag: tagDevices, id: "get-device-status", auth: deviceUser,
		summary: "What is true of a device now", message: "Device status retrieved successfully",
		fallback: "Failed to read device status",
		handle: func(ctx context.Context, c *call, _ none, _ none) (statusView, error) {
			s, err := a.Sessions.Status(ctx, c.account, c.deviceID)
			return viewStatus(s), err
		},
	})
	onDevice(a, operation[waitParams, none, statusView]{
		method: http.MethodPost, path: "/reconnect", tag: tagDevices, id: "reconnect-device", auth: deviceUser,
		summary: "Connect again", message: "Device reconnected", fallback: "Failed to reconnect device",
		handle: func(ctx context.Context, c *call, p waitParams, _ none) (statusView, error) {
			s, err := a.Sessions.Reconnect(ctx, c.account, c.deviceID, seconds(p.Wait))
			return viewStatus(s), err
		},
	})
	onDevice(a, operation[forceParams, none, none]{
		method: http.MethodDelete, path: "/session", tag: tagDevices, id: "logout-device", auth: deviceUser,
		summary: "Unlink a device from WhatsApp", message: "Device logged out", fallback: "Failed to log device out",
		errors: []int{409, 502, 504},
		handle: func(ctx context.Context, c *call, p forceParams, _ none) (none, error) {
			return none{}, a.Sessions.Logout(ctx, c.account, c.deviceID, p.Force)
		},
	})
	onDevice(a, operation[phoneParams, none, registeredView]{
		method: http.MethodGet, path: "/contacts/{phone}/registered", tag: tagDevices, id: "is-registered", auth: deviceUser,
		summary: "Is a number on WhatsApp?", message: "Number checked", fallback: "Failed to check number",
		errors: []int{409, 502, 504}, handle: a.isRegistered,
	})
}

func (a *API) createDevice(ctx context.Context, c *call, _ none, b createDeviceBody) (createdDevice, error) {
	name := ""
	if b.DeviceName != nil {
		name = *b.DeviceName
	}
	if err := checkDevice(name, b.Metadata); err != nil {
		return createdDevice{}, err
	}
	var settings session.Settings
	if b.Settings != nil {
		if err := b.Settings.apply(&settings); err != nil {
			return createdDevice{}, err
		}
	}
	secret, hash := access.NewDeviceSecret()
	d, err := a.Sessions.Create(ctx, session.NewDevice{
		AccountID: c.account, Name: name, Metadata: json.RawMessage(b.Metadata), SecretHash: hash, Settings: settings, Proxy: or(b.ProxyURL, ""),
	})
	if err != nil {
		return createdDevice{}, err
	}
	token, err := a.Gate.Issue(d.AccountID, d.ID, d.TokenVersion)
	return createdDevice{DeviceID: d.ID, DeviceSecret: secret, DeviceName: d.Name, Token: token}, err
}

func checkDevice(name string, metadata strict.Raw) error {
	if utf8.RuneCountInString(name) > maxDeviceName {
		return fault.New(fault.Invalid, "device_name must be at most %d characters", maxDeviceName)
	}
	if len(metadata) > maxMetadata {
		return fault.New(fault.Invalid, "metadata must be at most %d bytes", maxMetadata)
	}
	return nil
}

func (a *API) listDevices(ctx context.Context, c *call, p listDevicesParams, _ none) ([]deviceView, error) {
	devices, next, err := a.Sessions.List(ctx, session.Filter{
		AccountID: c.account, State: session.State(p.State), After: p.After, Limit: p.Limit,
	})
	if err != nil {
		return nil, err
	}
	c.next(next, p.Limit)
	return viewDevices(devices), nil
}

// tokenRate is how often one address may ask for a token of one device.
func tokenRate() access.Rate { return access.PerMinute(10) }

func (a *API) createToken(ctx context.Context, c *call, _ none, b tokenBody) (tokenView, error) {
	switch {
	case b.DeviceID == "":
		return tokenView{}, fault.New(fault.Invalid, "device_id is required")
	case b.DeviceSecret == "":
		return tokenView{}, fault.New(fault.Invalid, "device_secret is required")
	}
	device := string(access.HashSecret(b.DeviceID)) // bounds the memory of the limit, whatever was sent as an id
	if err := a.limits.Take("token:"+clientAddress(c.r)+" "+device, tokenRate()); err != nil {
		return tokenView{}, err
	}
	token, err := a.Gate.Exchange(ctx, b.DeviceID, b.DeviceSecret)
	return tokenView{DeviceID: b.DeviceID, Token: token}, err
}

func (a *API) patchDevice(ctx context.Context, c *call, _ none, b patchDeviceBody) (deviceView, error) {
	if !b.DeviceName.Given && !b.Metadata.Given {
		return deviceView{}, fault.New(fault.Invalid, "Nothing to change")
	}
	var change session.Change
	if b.DeviceName.Given {
		change.Name = &b.DeviceName.Value
	}
	if b.Metadata.Given {
		change.Metadata = json.RawMessage(b.Metadata.Value)
		if b.Metadata.Null {
			change.Metadata = json.RawMessage("{}")
		}
	}
	if err := checkDevice(b.DeviceName.Value, b.Metadata.Value); err != nil {
		return deviceView{}, err
	}
	d, err := a.Sessions.Update(ctx, c.account, c.deviceID, change)
	return viewDevice(d), err
}

func (a *API) isRegistered(ctx context.Context, c *call, p phoneParams, _ none) (registeredView, error) {
	address, err := message.ParsePerson(p.Phone)
	if err != nil {
		return registeredView{}, err
	}
	if address.Phone() == "" {
		return registeredView{}, fault.New(fault.Invalid, "Not a phone number: %q", p.Phone)
	}
	r, err := a.Sessions.Registered(ctx, c.account, c.deviceID, address.Phone())
	return registeredView{IsRegistered: r.Registered, JID: text(r.JID), LID: text(r.LID), Phone: address.Phone()}, err
}

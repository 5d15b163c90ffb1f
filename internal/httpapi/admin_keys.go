package httpapi

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"wapost/internal/access"
	"wapost/internal/fault"
	"wapost/internal/httpapi/strict"
	"wapost/internal/session"
)

type createKeyBody struct {
	CustomerName     string  `json:"customer_name" minLength:"1" maxLength:"256"`
	CustomerEmail    *string `json:"customer_email,omitempty" nullable:"true" maxLength:"256"`
	CustomerPhone    *string `json:"customer_phone,omitempty" nullable:"true" maxLength:"256"`
	MaxDevices       *int    `json:"max_devices,omitempty" nullable:"true" minimum:"1" default:"100"`
	RateLimitPerHour *int    `json:"rate_limit_per_hour,omitempty" nullable:"true" minimum:"1" doc:"Requests per hour; null = no limit"`
}

type patchKeyBody struct {
	CustomerName     strict.Field[string] `json:"customer_name,omitempty" nullable:"false" minLength:"1" maxLength:"256"`
	CustomerEmail    strict.Field[string] `json:"customer_email,omitempty" nullable:"true" maxLength:"256"`
	CustomerPhone    strict.Field[string] `json:"customer_phone,omitempty" nullable:"true" maxLength:"256"`
	MaxDevices       strict.Field[int]    `json:"max_devices,omitempty" nullable:"true" minimum:"1"`
	RateLimitPerHour strict.Field[int]    `json:"rate_limit_per_hour,omitempty" nullable:"true" minimum:"1"`
	IsActive         strict.Field[bool]   `json:"is_active,omitempty" nullable:"true" doc:"false refuses the key and its devices' tokens at once"`
}

// Customer is the part that every answer about an API key has.
type Customer struct {
	ID               int64   `json:"id"`
	CustomerName     string  `json:"customer_name"`
	CustomerEmail    *string `json:"customer_email"`
	CustomerPhone    *string `json:"customer_phone"`
	MaxDevices       int     `json:"max_devices"`
	RateLimitPerHour *int    `json:"rate_limit_per_hour"`
}

type createdKey struct {
	Customer
	APIKey    string  `json:"api_key" doc:"It is never shown again"`
	CreatedAt instant `json:"created_at"`
}

// ListedKey is an API key in a list. It and Customer are exported because the schema generator skips embedded structs that are not.
type ListedKey struct {
	Customer
	APIKeyMasked string `json:"api_key_masked"`
	IsActive     bool   `json:"is_active"`
	DeviceCount  int    `json:"device_count"`
}

type keyView struct {
	ListedKey
	Devices   []deviceView `json:"devices" nullable:"false"`
	CreatedAt instant      `json:"created_at"`
	UpdatedAt instant      `json:"updated_at"`
	Keys      []keyItem    `json:"keys" nullable:"false"`
}

type keyItem struct {
	Masked    string   `json:"masked"`
	CreatedAt instant  `json:"created_at"`
	ExpiresAt *instant `json:"expires_at" nullable:"true"`
}

type keyID struct {
	ID keyIDParam `path:"id" doc:"Id of the API key"`
}

type keyIDParam int64

func (id *keyIDParam) setParam(text string) error {
	n, err := number(text, "API key id")
	*id = keyIDParam(n)
	return err
}

// Schema implements huma.SchemaProvider.
func (keyIDParam) Schema(r huma.Registry) *huma.Schema { return idParam(0).Schema(r) }

type listKeysParams struct {
	pageParams
	Active *bool `query:"active" doc:"Only active ones, or only the others"`
}

type deleteKeyParams struct {
	keyID
	forceKeyParam
}

type forceKeyParam struct {
	Force bool `query:"force" doc:"Log out and delete its devices too"`
}

func (a *API) adminKeyRoutes() {
	mount(a, operation[none, createKeyBody, createdKey]{
		method: http.MethodPost, path: "/admin/api-keys", tag: tagAdmin, id: "create-api-key", auth: admins, atomic: true,
		summary: "Add a customer and its API key", status: http.StatusCreated, message: "API key created successfully",
		fallback: "Failed to create API key", handle: a.createKey,
	})
	mount(a, operation[listKeysParams, none, []ListedKey]{
		method: http.MethodGet, path: "/admin/api-keys", tag: tagAdmin, id: "list-api-keys", auth: admins, list: true,
		summary: "List customers, oldest first", message: "API keys retrieved successfully",
		fallback: "Failed to list API keys", handle: a.listKeys,
	})
	mount(a, operation[keyID, none, keyView]{
		method: http.MethodGet, path: "/admin/api-keys/{id}", tag: tagAdmin, id: "get-api-key", auth: admins,
		summary: "Read a customer", message: "API key retrieved successfully", fallback: "Failed to read API key",
		handle: func(ctx context.Context, c *call, p keyID, _ none) (keyView, error) {
			rec, err := a.Accounts.Get(ctx, int64(p.ID))
			if err != nil {
				return keyView{}, err
			}
			return a.viewKey(ctx, rec)
		},
	})
	mount(a, operation[keyID, patchKeyBody, keyView]{
		method: http.MethodPatch, path: "/admin/api-keys/{id}", tag: tagAdmin, id: "update-api-key", auth: admins,
		summary: "Change, disable or enable a customer", message: "API key updated successfully",
		fallback: "Failed to update API key", handle: a.patchKey,
	})
	mount(a, operation[deleteKeyParams, none, none]{
		method: http.MethodDelete, path: "/admin/api-keys/{id}", tag: tagAdmin, id: "delete-api-key", auth: admins,
		summary: "Delete a customer with its webhooks and data", message: "API key deleted successfully",
		fallback: "Failed to delete API key", errors: []int{409}, handle: a.deleteKey,
	})
	mount(a, operation[keyID, none, []deviceView]{
		method: http.MethodGet, path: "/admin/api-keys/{id}/devices", tag: tagAdmin, id: "list-api-key-devices", auth: admins,
		summary: "List a customer's devices", message: "Devices retrieved successfully", fallback: "Failed to list devices",
		handle: func(ctx context.Context, c *call, p keyID, _ none) ([]deviceView, error) {
			devices, err := a.devicesOf(ctx, p.ID)
			return viewDevices(devices), err
		},
	})
	mount(a, operation[keyID, none, []statusView]{
		method: http.MethodGet, path: "/admin/api-keys/{id}/devices/status", tag: tagAdmin, id: "list-api-key-device-statuses",
		auth: admins, summary: "The status of a customer's devices", message: "Device statuses retrieved successfully",
		fallback: "Failed to read device statuses",
		handle: func(ctx context.Context, c *call, p keyID, _ none) ([]statusView, error) {
			devices, err := a.devicesOf(ctx, p.ID)
			if err != nil {
				return nil, err
			}
			return a.statuses(ctx, devices)
		},
	})
}

func viewCustomer(r access.AccountRecord) Customer {
	return Customer{
		ID: r.ID, CustomerName: r.CustomerName, CustomerEmail: text(r.CustomerEmail), CustomerPhone: text(r.CustomerPhone),
		MaxDevices: r.MaxDevices, RateLimitPerHour: positive(r.RateLimitPerHour),
	}
}

func viewListedKey(r access.AccountRecord) ListedKey {
	v := ListedKey{Customer: viewCustomer(r), IsActive: r.Active, DeviceCount: r.DeviceCount}
	if len(r.Keys) > 0 {
		v.APIKeyMasked = r.Keys[0].Masked
	}
	return v
}

func (a *API) viewKey(ctx context.Context, r access.AccountRecord) (keyView, error) {
	devices, err := a.allDevices(ctx, session.Filter{AccountID: r.ID})
	if err != nil {
		return keyView{}, err
	}
	v := keyView{ListedKey: viewListedKey(r), Devices: viewDevices(devices), Keys: []keyItem{}, CreatedAt: instant(r.CreatedAt), UpdatedAt: instant(r.UpdatedAt)}
	for _, k := range r.Keys {
		v.Keys = append(v.Keys, keyItem{Masked: k.Masked, CreatedAt: instant(k.CreatedAt), ExpiresAt: moment(k.ExpiresAt)})
	}
	return v, nil
}

func (a *API) createKey(ctx context.Context, c *call, _ none, b createKeyBody) (createdKey, error) {
	n := access.NewAccount{
		CustomerName: b.CustomerName, CustomerEmail: or(b.CustomerEmail, ""), CustomerPhone: or(b.CustomerPhone, ""),
		MaxDevices: or(b.MaxDevices, access.DefaultMaxDevices),
	}
	if err := given(b.RateLimitPerHour, &n.RateLimitPerHour); err != nil {
		return createdKey{}, err
	}
	rec, key, err := a.Accounts.Create(ctx, n)
	return createdKey{Customer: viewCustomer(rec), APIKey: key.Text, CreatedAt: instant(rec.CreatedAt)}, err
}

// given takes an hourly limit. Its absence is no limit, so that 0 can only be a mistake.
func given(n *int, into *int) error {
	if n == nil {
		return nil
	}
	if *n == 0 {
		return fault.New(fault.Invalid, "rate_limit_per_hour must be at least 1; null removes the limit")
	}
	*into = *n
	return nil
}

func or[T any](p *T, def T) T {
	if p == nil {
		return def
	}
	return *p
}

func (a *API) listKeys(ctx context.Context, c *call, p listKeysParams, _ none) ([]ListedKey, error) {
	after, err := cursor(p.After)
	if err != nil {
		return nil, err
	}
	records, next, err := a.Accounts.List(ctx, access.AccountFilter{Active: p.Active, After: after, Limit: p.Limit})
	if err != nil {
		return nil, err
	}
	views := make([]ListedKey, len(records))
	for i, r := range records {
		views[i] = viewListedKey(r)
	}
	c.next(next, p.Limit)
	return views, nil
}

func (a *API) patchKey(ctx context.Context, c *call, p keyID, b patchKeyBody) (keyView, error) {
	change := access.AccountChange{
		CustomerName: change(b.CustomerName, ""), CustomerEmail: change(b.CustomerEmail, ""),
		CustomerPhone: change(b.CustomerPhone, ""), MaxDevices: change(b.MaxDevices, access.DefaultMaxDevices),
		RateLimitPerHour: change(b.RateLimitPerHour, 0), Active: change(b.IsActive, true),
	}
	var limit int
	if err := given(b.RateLimitPerHour.Pointer(), &limit); err != nil {
		return keyView{}, err
	}
	rec, err := a.Accounts.Update(ctx, int64(p.ID), change)
	if err != nil {
		return keyView{}, err
	}
	return a.viewKey(ctx, rec)
}

// change returns what a field says: nil when it is absent, the default when it is null.
func change[T any](f strict.Field[T], def T) *T {
	switch {
	case !f.Given:
		return nil
	case f.Null:
		return &def
	}
	return &f.Value
}

// deleteKey ends an account. With force its credentials are refused first, so that no device is added while its devices go.
func (a *API) deleteKey(ctx context.Context, c *call, p deleteKeyParams, _ none) (none, error) {
	id := int64(p.ID)
	if p.Force {
		off := false
		if _, err := a.Accounts.Update(ctx, id, access.AccountChange{Active: &off}); err != nil {
			return none{}, err
		}
		devices, err := a.allDevices(ctx, session.Filter{AccountID: id})
		if err != nil {
			return none{}, err
		}
		for _, d := range devices {
			if err := a.Sessions.Delete(ctx, id, d.ID); err != nil && !fault.Is(err, fault.NotFound) {
				return none{}, err
			}
		}
	}
	return none{}, a.Accounts.Delete(ctx, id)
}

// devicesOf returns the devices of an account that must exist.
func (a *API) devicesOf(ctx context.Context, id keyIDParam) ([]session.Device, error) {
	if _, err := a.Accounts.Get(ctx, int64(id)); err != nil {
		return nil, err
	}
	return a.allDevices(ctx, session.Filter{AccountID: int64(id)})
}

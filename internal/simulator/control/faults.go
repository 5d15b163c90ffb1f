package control

import (
	"context"
	"encoding/json"
	"net/http"
	"reflect"
	"strings"

	"wapost/internal/simulator"
)

func faultRoutes() []route {
	scope := []parameter{
		{"phone", "text", "the faults of this person's devices alone"},
		{"device", "text", "the faults of this device alone"},
	}
	failures := []simulator.Code{simulator.CodeUnknownPerson, simulator.CodeUnknownDevice}
	return []route{
		look("/faults", "faults", "All faults with their values.", faults).takes(scope...).fails(failures...),
		post("/faults", "setFaults", "Change the given faults; null turns one off. With phone or device, for that one alone.", setFaults).
			merges().takes(scope...).fails(failures...),
		change(http.MethodDelete, "/faults", "clearFaults", "Turn all faults off; without phone or device those of every one.", clearFaults).
			takes(scope...).fails(failures...),
	}
}

// scopeBody says whom faults concern.
type scopeBody struct {
	Phone  string `json:"phone,omitempty"`
	Device string `json:"device,omitempty"`
}

type faultsBody struct {
	scopeBody
	simulator.Faults
}

// scope is the one person or device that the body or the query names, "" for all.
func (c *call) scope(b scopeBody) (string, error) {
	var named []string
	for _, name := range []string{b.Phone, b.Device, c.query.Get("phone"), c.query.Get("device")} {
		if name != "" {
			named = append(named, name)
		}
	}
	switch {
	case len(named) > 1:
		return "", invalid("faults are for all, for one phone or for one device: name one")
	case len(named) == 0:
		return "", nil
	}
	if device := b.Device + c.query.Get("device"); device != "" {
		if _, err := c.sim.Device(device); err != nil {
			return "", err
		}
	} else if _, err := c.sim.Person(named[0]); err != nil {
		return "", err
	}
	return named[0], nil
}

func faults(_ context.Context, c *call) (simulator.Faults, error) {
	scope, err := c.scope(scopeBody{})
	if err != nil {
		return simulator.Faults{}, err
	}
	return c.sim.Faults(scope)
}

func setFaults(_ context.Context, c *call, b *faultsBody) (simulator.Faults, error) {
	scope, err := c.scope(b.scopeBody)
	if err != nil {
		return simulator.Faults{}, err
	}
	var given map[string]json.RawMessage
	if err := json.Unmarshal(c.body, &given); err != nil {
		return simulator.Faults{}, invalid("the body cannot be read: %v", err)
	}
	for _, name := range []string{"mute_hello", "wire", "pair_timeout_ms", "media"} {
		if _, ok := given[name]; ok && scope != "" {
			return simulator.Faults{}, invalid("%s can be set for all only, not for one phone or device", name)
		}
	}
	return c.sim.ChangeFaults(scope, func(f *simulator.Faults) error {
		merge(f, b.Faults, given)
		return nil
	})
}

// merge copies the given faults, each as a whole.
func merge(into *simulator.Faults, from simulator.Faults, given map[string]json.RawMessage) {
	target, source := reflect.ValueOf(into).Elem(), reflect.ValueOf(from)
	for i := range target.NumField() {
		name, _, _ := strings.Cut(target.Type().Field(i).Tag.Get("json"), ",")
		if _, ok := given[name]; ok {
			target.Field(i).Set(source.Field(i))
		}
	}
}

func clearFaults(_ context.Context, c *call, b *scopeBody) (simulator.Faults, error) {
	scope, err := c.scope(*b)
	if err != nil {
		return simulator.Faults{}, err
	}
	if err := c.sim.ClearFaults(scope); err != nil {
		return simulator.Faults{}, err
	}
	return c.sim.Faults(scope)
}

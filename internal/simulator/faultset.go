package simulator

import (
	"cmp"
	"fmt"
	"sync"
)

// faultSet holds the faults of all scopes: "" for all, a phone, or "phone:n" for a device.
type faultSet struct {
	mu     sync.Mutex
	scopes map[string]*Faults
}

// Faults returns the faults of a scope: "" for all, else a phone or device. Errors: ErrUnknownPerson, ErrUnknownDevice.
func (s *Server) Faults(scope string) (Faults, error) {
	key, err := s.scope(scope)
	if err != nil {
		return Faults{}, err
	}
	return s.faults.get(key), nil
}

// ChangeFaults changes the faults of a scope in one step and returns the new ones. An error of change leaves them as they
// were. A changed Wire of the scope "" takes effect before it returns.
func (s *Server) ChangeFaults(scope string, change func(*Faults) error) (Faults, error) {
	key, err := s.scope(scope)
	if err != nil {
		return Faults{}, err
	}
	after, err := s.faults.change(key, change)
	if err != nil {
		return Faults{}, err
	}
	return after, s.applyFaults()
}

// ClearFaults turns all faults of a scope off; "" clears every scope.
func (s *Server) ClearFaults(scope string) error {
	key, err := s.scope(scope)
	if err != nil {
		return err
	}
	s.faults.clear(key)
	return s.applyFaults()
}

// scope makes the key of a scope.
func (s *Server) scope(scope string) (string, error) {
	if scope == "" {
		return "", nil
	}
	if d, err := s.Device(scope); err == nil {
		return d.ID(), nil
	}
	p, err := s.Person(scope)
	if err != nil {
		return "", err
	}
	return p.phone, nil
}

// applyFaults makes what already runs obey the new faults.
func (s *Server) applyFaults() error {
	up := s.faults.get("").Wire != WireDown
	if err := s.wire.set(up); err != nil {
		return fmt.Errorf("change the wire: %w", err)
	}
	if !up {
		s.cutAll()
	}
	for _, d := range s.Devices() {
		d.pump()
	}
	for _, c := range s.connections() {
		c.nudge()
	}
	return nil
}

func (f *faultSet) get(key string) Faults {
	f.mu.Lock()
	defer f.mu.Unlock()
	if have := f.scopes[key]; have != nil {
		return have.clone()
	}
	return Faults{Wire: WireUp}
}

func (f *faultSet) change(key string, change func(*Faults) error) (Faults, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	next := Faults{Wire: WireUp}
	if have := f.scopes[key]; have != nil {
		next = have.clone()
	}
	if err := change(&next); err != nil {
		return Faults{}, err
	}
	if err := next.check(); err != nil {
		return Faults{}, err
	}
	next = next.clone() // the caller keeps no pointer into ours
	f.scopes[key] = &next
	return next.clone(), nil
}

func (f *faultSet) clear(key string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if key == "" {
		f.scopes = map[string]*Faults{}
	}
	delete(f.scopes, key)
}

// forDevice joins the faults that concern a device.
func (f *faultSet) forDevice(d *Device) Faults {
	f.mu.Lock()
	defer f.mu.Unlock()
	if len(f.scopes) == 0 {
		return Faults{}
	}
	var joined Faults
	f.each(d, func(have *Faults) bool {
		joined.join(have)
		return false
	})
	return joined
}

// forConn is forDevice, or the faults for all while the connection has no device.
func (f *faultSet) forConn(c *conn) Faults {
	return f.forDevice(c.device.Load())
}

// each visits the scopes that concern a device (nil: only the one for all), the most special first, until visit says true.
func (f *faultSet) each(d *Device, visit func(*Faults) bool) {
	keys := []string{""}
	if d != nil {
		keys = []string{d.ID(), d.person.phone, ""}
	}
	for _, key := range keys {
		if have := f.scopes[key]; have != nil && visit(have) {
			return
		}
	}
}

// join adds the faults of a more general scope.
func (f *Faults) join(more *Faults) {
	f.MuteHello = f.MuteHello || more.MuteHello
	f.MutePings = f.MutePings || more.MutePings
	f.DropAcks = f.DropAcks || more.DropAcks
	f.WithholdBehind = f.WithholdBehind || more.WithholdBehind
	f.HarshClose = f.HarshClose || more.HarshClose
	f.OfflineOnSuccess = f.OfflineOnSuccess || more.OfflineOnSuccess
	f.PNAddressing = f.PNAddressing || more.PNAddressing
	f.LatencyMS = cmp.Or(f.LatencyMS, more.LatencyMS)
	f.AckDeadlineMS = cmp.Or(f.AckDeadlineMS, more.AckDeadlineMS)
	f.PageSize = cmp.Or(f.PageSize, more.PageSize)
	f.PairTimeoutMS = cmp.Or(f.PairTimeoutMS, more.PairTimeoutMS)
}

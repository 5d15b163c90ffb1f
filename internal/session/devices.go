package session

import (
	"context"
	"encoding/json"
	"time"

	"github.com/google/uuid"

	"wapost/internal/event"
	"wapost/internal/fault"
)

// Create adds a device to an account.
//
// Errors: fault.Conflict when the account has as many as it may have; fault.Invalid for what cannot be a proxy.
func (m *Manager) Create(ctx context.Context, n NewDevice) (Device, error) {
	if err := m.wait(ctx); err != nil {
		return Device{}, err
	}
	if n.Proxy != "" {
		if err := m.checkProxy(n.Proxy); err != nil {
			return Device{}, err
		}
	}
	dir, err := m.directory(ctx, n.AccountID)
	if err != nil {
		return Device{}, err
	}
	now := time.Now()
	d := Device{ID: uuid.NewString(), AccountID: n.AccountID, Name: n.Name, Metadata: n.Metadata, State: New, StateSince: now,
		CreatedAt: now, UpdatedAt: now, TokenVersion: 1, Settings: n.Settings, Proxy: NewProxy(n.Proxy)}
	if d.Metadata == nil {
		d.Metadata = json.RawMessage("{}")
	}
	e := named(event.DeviceCreated, &d)
	err = m.store.Atomic(ctx, "create device", func(ctx context.Context) error {
		if err := m.store.Create(ctx, d, n.SecretHash); err != nil {
			return err
		}
		// The caller may have more to write in this transaction: a session of a device that was never committed must not live.
		m.store.AfterCommit(ctx, func() { m.begin(d, dir, 0) })
		return m.sink.Append(ctx, e)
	})
	return d, err
}

func named(t event.Type, d *Device) *event.Event {
	e := event.New(t)
	e.At, e.AccountID, e.DeviceID, e.Account, e.Key = time.Now(), d.AccountID, d.ID, d.Account(), d.ID+"|d"
	e.Data = event.DeviceNamed{Name: event.Text(d.Name)}
	return e
}

// Get returns a device; accountID 0 = of any account.
//
// Errors: fault.NotFound.
func (m *Manager) Get(ctx context.Context, accountID int64, id string) (Device, error) {
	s, err := m.find(ctx, accountID, id)
	if err != nil {
		return Device{}, err
	}
	d, err := m.store.Get(ctx, accountID, id)
	if err != nil {
		return Device{}, err
	}
	return s.fresh(d), nil
}

// fresh puts what the session knows over what was stored: notes may still be on their way to disk.
func (s *session) fresh(stored Device) Device {
	live := s.device()
	live.Name, live.Metadata, live.TokenVersion, live.UpdatedAt = stored.Name, stored.Metadata, stored.TokenVersion, stored.UpdatedAt
	live.Settings = stored.Settings
	return live
}

// List returns a page of devices and the cursor of the next one.
func (m *Manager) List(ctx context.Context, f Filter) ([]Device, string, error) {
	if err := m.wait(ctx); err != nil {
		return nil, "", err
	}
	list, next, err := m.store.List(ctx, f)
	if err != nil {
		return nil, "", err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	for i, d := range list {
		if s := m.all[d.ID]; s != nil {
			list[i] = s.fresh(d)
		}
	}
	return list, next, nil
}

// Update changes a device.
func (m *Manager) Update(ctx context.Context, accountID int64, id string, c Change) (Device, error) {
	s, err := m.find(ctx, accountID, id)
	if err != nil {
		return Device{}, err
	}
	s.changing.Lock() // what was changed last is kept last
	defer s.changing.Unlock()
	d, err := m.store.Update(ctx, accountID, id, c)
	if err != nil {
		return Device{}, err
	}
	s.mu.Lock()
	s.dev.Name, s.dev.Metadata, s.dev.Settings = d.Name, d.Metadata, d.Settings
	s.mu.Unlock()
	return s.fresh(d), nil
}

// Delete logs the device out, if WhatsApp can be reached, and removes it with all that hangs on it. When it returns, nothing
// of the device runs any more.
func (m *Manager) Delete(ctx context.Context, accountID int64, id string) error {
	s, err := m.find(ctx, accountID, id)
	if err != nil {
		return err
	}
	d := s.device()
	if d.State.Linked() {
		if err := s.logout(ctx, true); err != nil && !fault.Is(err, fault.Conflict) {
			m.log.WarnContext(ctx, "device deleted without a logout", "device_id", id, "error", err)
		}
	}
	if err := s.do(ctx, func(context.Context) { s.closing = true; s.endForGood() }); err != nil {
		return err
	}
	d = s.device()
	e := named(event.DeviceDeleted, &d)
	err = m.store.Atomic(ctx, "delete device", func(ctx context.Context) error {
		if err := m.sink.Append(ctx, e); err != nil {
			return err
		}
		return m.store.Delete(ctx, id)
	})
	if err != nil {
		return err
	}
	m.mu.Lock()
	delete(m.all, id)
	m.mu.Unlock()
	s.stop()
	<-s.ended
	m.forget(d.JID)
	return nil
}

// endForGood is the loop's part of Delete.
func (s *session) endForGood() {
	s.dropPairing(PairingStep{Kind: StepError, Data: StepFailure{"Device was deleted"}})
	s.halt("api", false)
	s.drop()
}

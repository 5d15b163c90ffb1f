package session

import (
	"context"
	"time"
)

// retire ends a line for good beside the loop: its handlers get time to finish what they have begun.
func (m *Manager) retire(line Line) {
	m.background.Go(func() {
		err := safely(func() error {
			defer line.Discard()
			line.Close()
			ctx, cancel := context.WithTimeout(context.Background(), closeLimit-2*time.Second)
			defer cancel()
			return line.Quiet(ctx)
		})
		if err != nil {
			m.log.Warn("a line ended while it was still at work", "error", err)
		}
	})
}

// forget deletes the keys of a device that WhatsApp does not know any more.
func (m *Manager) forget(jid string) {
	if jid == "" {
		return
	}
	m.background.Go(func() {
		err := safely(func() error {
			ctx, cancel := context.WithTimeout(context.Background(), closeLimit-2*time.Second)
			defer cancel()
			return m.dialer.Forget(ctx, jid)
		})
		if err != nil {
			m.log.Error("keys of an unlinked device remain", "error", err)
		}
	})
}

// renew fetches the protocol version, at most once an hour for all devices, and reports whether it changed.
func (m *Manager) renew(ctx context.Context) bool {
	m.renewMu.Lock()
	defer m.renewMu.Unlock()
	if !m.renewedAt.IsZero() && time.Since(m.renewedAt) < outdatedWait {
		return false
	}
	m.renewedAt = time.Now()
	changed, err := m.dialer.Renew(ctx)
	if err != nil {
		m.log.Warn("protocol version not renewed", "error", err)
	}
	return changed
}

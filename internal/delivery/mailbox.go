package delivery

import (
	"sync"

	"wapost/internal/event"
)

// mailbox is how the rest of the world talks to the goroutine that owns the lanes. Putting never blocks; what is in it is
// bounded by the commits that feed it and by the attempts in flight.
type mailbox struct {
	mu       sync.Mutex
	letters  letters
	doorbell chan struct{} // one token: there is mail
}

type letters struct {
	recorded [][]*event.Recorded
	results  []result
	settled  []settled
	calls    []func()
}

func newMailbox() *mailbox { return &mailbox{doorbell: make(chan struct{}, 1)} }

func (m *mailbox) put(f func(*letters)) {
	m.mu.Lock()
	f(&m.letters)
	m.mu.Unlock()
	select {
	case m.doorbell <- struct{}{}:
	default:
	}
}

func (m *mailbox) empty() letters {
	m.mu.Lock()
	defer m.mu.Unlock()
	l := m.letters
	m.letters = letters{}
	return l
}

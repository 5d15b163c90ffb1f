package main

import "sync"

// memory knows the latest ids, so that an event that comes twice is handled once. A database with a unique column does it
// across restarts.
type memory struct {
	mu    sync.Mutex
	limit int
	known map[string]bool
	order []string
}

func newMemory(limit int) *memory { return &memory{limit: limit, known: map[string]bool{}} }

// add reports whether the id is new.
func (m *memory) add(id string) bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.known[id] {
		return false
	}
	if len(m.order) == m.limit {
		delete(m.known, m.order[0])
		m.order = m.order[1:]
	}
	m.known[id] = true
	m.order = append(m.order, id)
	return true
}

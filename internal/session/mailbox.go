package session

import "sync"

// mailbox is an unbounded queue between the goroutines of a line and the one goroutine of a session. What goes in is small
// and is bounded by what a connection can say: no message passes through it.
type mailbox struct {
	mu    sync.Mutex
	items []any
	ready chan struct{} // holds a token while there is something to take
}

func newMailbox() *mailbox { return &mailbox{ready: make(chan struct{}, 1)} }

func (b *mailbox) put(item any) {
	b.mu.Lock()
	b.items = append(b.items, item)
	b.mu.Unlock()
	select {
	case b.ready <- struct{}{}:
	default:
	}
}

func (b *mailbox) take() []any {
	b.mu.Lock()
	defer b.mu.Unlock()
	items := b.items
	b.items = nil
	return items
}

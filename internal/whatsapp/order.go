package whatsapp

import "sync"

// stanzaKey is what an event and an acknowledgement have in common with their stanza. It is not unique: a delivered and a read
// receipt of one message have the same.
type stanzaKey struct{ tag, id string }

// stanza is one stanza of a connection, by arrival.
type stanza struct {
	key  stanzaKey
	also []string // ids of a grouped receipt
	done bool     // its event was taken, or the library has answered it
}

// order enforces that the stanzas of one connection are taken in the order of their arrival. The library keeps it by itself
// as long as its queue of 2,048 does not overflow; then it goes on in goroutines. So from a backlog that could reach that on,
// only the next stanza is taken; the first wrong one is a refusal, and the next connection brings the rest in order.
//
// A stanza is done when its event was taken, or when the library answered it: some give no event and some give two.
type order struct {
	mu       sync.Mutex
	pending  []*stanza // from the first that is not done
	open     map[stanzaKey][]*stanza
	enforced bool
}

// enforceFrom is how many stanzas may wait before their order is checked: half of the library's queue, since stanzas that we
// do not follow wait in it too.
const enforceFrom = 1024

func newOrder() *order { return &order{open: map[stanzaKey][]*stanza{}} }

// arrived notes a stanza as it comes off the wire.
func (o *order) arrived(key stanzaKey, also []string) {
	o.mu.Lock()
	defer o.mu.Unlock()
	s := &stanza{key: key, also: also}
	o.pending = append(o.pending, s)
	o.open[key] = append(o.open[key], s)
	for _, id := range also {
		k := stanzaKey{key.tag, id}
		o.open[k] = append(o.open[k], s)
	}
	if len(o.pending) >= enforceFrom {
		o.enforced = true
	}
}

// enforce begins to check: the library said that it lost the order.
func (o *order) enforce() {
	o.mu.Lock()
	o.enforced = true
	o.mu.Unlock()
}

// take reports whether an event may be taken now. An event whose stanza has been answered already is always taken: it would
// not come again.
func (o *order) take(key stanzaKey) bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	for _, s := range o.open[key] {
		if s.done {
			continue
		}
		if o.enforced && o.pending[0] != s {
			return false
		}
		s.done = true
		o.advance()
		return true
	}
	return true
}

// answered notes that the library has acknowledged a stanza.
func (o *order) answered(key stanzaKey) {
	o.mu.Lock()
	defer o.mu.Unlock()
	list := o.open[key]
	if len(list) == 0 {
		return
	}
	s := list[0]
	s.done = true
	o.forget(s.key, s)
	for _, id := range s.also {
		o.forget(stanzaKey{s.key.tag, id}, s)
	}
	o.advance()
}

func (o *order) forget(key stanzaKey, s *stanza) {
	list := o.open[key]
	for i, other := range list {
		if other == s {
			list = append(list[:i:i], list[i+1:]...)
			break
		}
	}
	if len(list) == 0 {
		delete(o.open, key)
		return
	}
	o.open[key] = list
}

// advance drops what is done from the head of the line.
func (o *order) advance() {
	for len(o.pending) > 0 && o.pending[0].done {
		o.pending[0] = nil
		o.pending = o.pending[1:]
	}
}

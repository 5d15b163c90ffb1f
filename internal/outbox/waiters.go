package outbox

import "sync"

// waiters are callers that want to hear how their message ended.
type waiters struct {
	mu   sync.Mutex
	list map[string][]chan error
}

// join returns a channel that gets the outcome: nil = sent, else why it was not.
func (w *waiters) join(deviceID, messageID string) (<-chan error, func()) {
	w.mu.Lock()
	defer w.mu.Unlock()
	key := deviceID + "/" + messageID
	ch := make(chan error, 1)
	if w.list == nil {
		w.list = map[string][]chan error{}
	}
	w.list[key] = append(w.list[key], ch)
	return ch, func() { w.leave(key, ch) }
}

func (w *waiters) leave(key string, ch chan error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for i, other := range w.list[key] {
		if other == ch {
			w.list[key] = append(w.list[key][:i:i], w.list[key][i+1:]...)
			break
		}
	}
	if len(w.list[key]) == 0 {
		delete(w.list, key)
	}
}

// tell gives the outcome of a message to all who wait for it.
func (w *waiters) tell(deviceID, messageID string, outcome error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, ch := range w.list[deviceID+"/"+messageID] {
		select {
		case ch <- outcome:
		default: // it has heard already
		}
	}
}

package session

import "sync"

// Recent remembers what was last asked for, within a bound: what was not asked for while as many others were is forgotten.
// Nobody waits for another one's question.
type Recent[K comparable, V any] struct {
	half int

	mu         sync.Mutex
	young, old map[K]V
	changes    uint64 // an answer from before a change is not kept
}

// NewRecent returns one that holds most entries at most.
func NewRecent[K comparable, V any](most int) *Recent[K, V] {
	return &Recent[K, V]{half: max(1, most/2)}
}

// Of returns what is known of k; ask finds it out the first time. An error is not remembered.
func (r *Recent[K, V]) Of(k K, ask func() (V, error)) (V, error) {
	r.mu.Lock()
	v, known := r.young[k]
	if !known {
		if v, known = r.old[k]; known {
			r.put(k, v)
		}
	}
	before := r.changes
	r.mu.Unlock()
	if known {
		return v, nil
	}
	v, err := ask()
	if err != nil {
		return v, err
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if before == r.changes {
		r.put(k, v)
	}
	return v, nil
}

func (r *Recent[K, V]) put(k K, v V) {
	if len(r.young) >= r.half {
		r.old, r.young = r.young, nil
	}
	if r.young == nil {
		r.young = map[K]V{}
	}
	r.young[k] = v
}

// Forget forgets some: they have changed. It is called after the change; no keys = everything.
func (r *Recent[K, V]) Forget(keys ...K) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.changes++
	if len(keys) == 0 {
		r.young, r.old = nil, nil
	}
	for _, k := range keys {
		delete(r.young, k)
		delete(r.old, k)
	}
}

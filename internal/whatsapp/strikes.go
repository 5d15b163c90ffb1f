package whatsapp

import "sync"

// quarantineAfter is how many connections an event may stop before it is stored raw and let through.
const quarantineAfter = 5

// strikes remember which events stopped a connection. A strike counts only when something else was put on disk since the
// last one: while storage is down, nothing is poison.
type strikes struct {
	mu       sync.Mutex
	counts   map[string]strike
	demanded map[string]bool // ids that the server has named in a stream error
}

type strike struct {
	n       int
	commits uint64
}

// most bounds the memory; a connection can be stopped by one event at a time.
const most = 1000

// add notes that an event stopped a connection.
func (s *strikes) add(key string, commits uint64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.counts == nil || len(s.counts) >= most {
		s.counts = map[string]strike{}
	}
	v := s.counts[key]
	if v.n == 0 || commits > v.commits {
		v.n++
	}
	v.commits = commits
	s.counts[key] = v
}

// demand notes that the server has asked for the acknowledgement of an id.
func (s *strikes) demand(id string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.demanded == nil || len(s.demanded) >= most {
		s.demanded = map[string]bool{}
	}
	s.demanded[id] = true
}

// out reports whether an event has had its chances, now that it has failed once more.
func (s *strikes) out(key, id string, commits uint64) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	v := s.counts[key]
	if v.n > 0 && s.demanded[id] {
		return true
	}
	return v.n >= quarantineAfter-1 && commits > v.commits
}

// clear forgets an event that is through.
func (s *strikes) clear(key, id string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.counts, key)
	delete(s.demanded, id)
}

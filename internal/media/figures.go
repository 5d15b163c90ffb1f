package media

import "sync"

// outcome is how a download ended.
type outcome string

const (
	outcomeStored   outcome = "stored"
	outcomeGone     outcome = "gone"
	outcomeDamaged  outcome = "damaged"
	outcomeTooLarge outcome = "too_large"
	outcomeStorage  outcome = "storage"
	outcomeOffline  outcome = "not_connected"
	outcomeWaiting  outcome = "phone_asked"
	outcomeKeyLost  outcome = "key_lost"
	outcomeFailed   outcome = "failed"
)

// eviction is why a copy was deleted.
type eviction string

const (
	evictedForRoom eviction = "room"
	evictedForAge  eviction = "age"

	evictedForAccount eviction = "account"
)

// figures count what was done since the start.
type figures struct {
	mu        sync.Mutex
	outcomes  map[outcome]uint64
	evictions map[eviction]uint64
}

func (f *figures) count(o outcome) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.outcomes == nil {
		f.outcomes = map[outcome]uint64{}
	}
	f.outcomes[o]++
}

func (f *figures) evicted(e eviction) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.evictions == nil {
		f.evictions = map[eviction]uint64{}
	}
	f.evictions[e]++
}

// Figures are a snapshot.
type Figures struct {
	Usage
	UnderWay  int
	Downloads map[string]uint64 // by outcome; all outcomes are there
	Evictions map[string]uint64 // by reason; all reasons are there
}

// Figures returns what there is and what was done since the start.
func (a *Archive) Figures() Figures {
	a.mu.Lock()
	s := Figures{Usage: a.usage, UnderWay: len(a.flights), Downloads: map[string]uint64{}, Evictions: map[string]uint64{}}
	a.mu.Unlock()
	a.figures.mu.Lock()
	defer a.figures.mu.Unlock()
	for _, o := range []outcome{outcomeStored, outcomeGone, outcomeDamaged, outcomeTooLarge, outcomeStorage, outcomeOffline, outcomeWaiting, outcomeKeyLost, outcomeFailed} {
		s.Downloads[string(o)] = a.figures.outcomes[o]
	}
	for _, e := range []eviction{evictedForRoom, evictedForAccount, evictedForAge} {
		s.Evictions[string(e)] = a.figures.evictions[e]
	}
	return s
}

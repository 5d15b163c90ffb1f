package journal

import (
	"sync"

	"wapost/internal/event"
	"wapost/internal/fault"
)

// maxReaders bounds the readers of one account that wait at the same time: long polls and streams.
const maxReaders = 200

// Feed wakes the readers of the log when it has grown. It carries no events: a reader goes on from its own place in the log,
// so one that is slow, or asleep, costs nothing and misses nothing.
type Feed struct {
	mu      sync.Mutex
	readers map[int64]map[*Reader]struct{} // by account
}

// NewFeed returns a feed without readers.
func NewFeed() *Feed { return &Feed{readers: map[int64]map[*Reader]struct{}{}} }

// Reader is told that its account has new events.
type Reader struct {
	feed    *Feed
	account int64
	wake    chan struct{} // one token: there is something new
}

// Recorded wakes the readers of the accounts that the events belong to. It never blocks.
func (f *Feed) Recorded(events []*event.Recorded) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if len(f.readers) == 0 {
		return
	}
	last := int64(-1)
	for _, e := range events {
		if e.AccountID == last {
			continue
		}
		last = e.AccountID
		for r := range f.readers[last] {
			select {
			case r.wake <- struct{}{}:
			default:
			}
		}
	}
}

// Join adds a reader. Whoever reads the log after Join is woken by everything that this reading did not show.
// Errors: fault.Throttled when the account has too many readers.
func (f *Feed) Join(account int64) (*Reader, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	all := f.readers[account]
	if len(all) >= maxReaders {
		return nil, fault.New(fault.Throttled, "Too many open streams and waiting requests (%d)", maxReaders)
	}
	if all == nil {
		all = map[*Reader]struct{}{}
		f.readers[account] = all
	}
	r := &Reader{feed: f, account: account, wake: make(chan struct{}, 1)}
	all[r] = struct{}{}
	return r, nil
}

// Woken gets a token when there may be something new.
func (r *Reader) Woken() <-chan struct{} { return r.wake }

// Leave ends the reader.
func (r *Reader) Leave() {
	r.feed.mu.Lock()
	defer r.feed.mu.Unlock()
	all := r.feed.readers[r.account]
	delete(all, r)
	if len(all) == 0 {
		delete(r.feed.readers, r.account)
	}
}

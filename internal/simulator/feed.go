package simulator

import (
	"context"
	"sync"
	"time"
)

// Feed is a bounded, numbered list that readers follow. The oldest entries fall out when it is full, so a writer never
// waits; Page.DroppedBefore tells the reader.
type Feed[T any] struct {
	mu      sync.Mutex
	limit   int
	first   uint64 // number of entries[0]; numbers begin with 1
	entries []T
	wake    chan struct{}
}

// Query selects entries of a feed.
type Query[T any] struct {
	After   uint64        // number of the last entry already seen, Page.Next of the last page; 0 = oldest kept
	Limit   int           // at most so many entries; 0 = 100
	Timeout time.Duration // wait so long for a first entry; 0 = do not wait
	Keep    func(*T) bool // nil = all
}

// Page is what Read found. Next is the After of the following call, also when Entries is empty.
type Page[T any] struct {
	Entries       []T
	Next          uint64
	DroppedBefore uint64 // number of the oldest entry still kept
}

func newFeed[T any](limit int) *Feed[T] {
	return &Feed[T]{limit: limit, first: 1, wake: make(chan struct{})}
}

// add appends the entry that build makes of its number.
func (f *Feed[T]) add(build func(seq uint64) T) {
	if f.limit <= 0 {
		return
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	if len(f.entries) >= f.limit {
		var zero T
		f.entries[0] = zero // let go of what it points to; append gives the space back later
		f.entries = f.entries[1:]
		f.first++
	}
	f.entries = append(f.entries, build(f.first+uint64(len(f.entries))))
	close(f.wake)
	f.wake = make(chan struct{})
}

// Next returns the number of the newest entry: After for a reader who only wants what comes now.
func (f *Feed[T]) Next() uint64 {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.first + uint64(len(f.entries)) - 1
}

// Read returns the entries behind q.After. It waits for the first one up to q.Timeout or until ctx ends; then the page is
// empty, which is no error.
func (f *Feed[T]) Read(ctx context.Context, q Query[T]) Page[T] {
	var timeout <-chan time.Time
	if q.Timeout > 0 {
		timer := time.NewTimer(q.Timeout)
		defer timer.Stop()
		timeout = timer.C
	}
	for {
		page, wake := f.scan(q)
		if len(page.Entries) > 0 || timeout == nil {
			return page
		}
		q.After = page.Next
		select {
		case <-wake:
		case <-timeout:
			return page
		case <-ctx.Done():
			return page
		}
	}
}

func (f *Feed[T]) scan(q Query[T]) (Page[T], <-chan struct{}) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if q.Limit <= 0 {
		q.Limit = 100
	}
	page := Page[T]{Next: q.After, DroppedBefore: f.first}
	start := uint64(0)
	if q.After >= f.first {
		start = q.After + 1 - f.first
	}
	for i := start; i < uint64(len(f.entries)) && len(page.Entries) < q.Limit; i++ {
		if page.Next = f.first + i; q.Keep == nil || q.Keep(&f.entries[i]) {
			page.Entries = append(page.Entries, f.entries[i])
		}
	}
	return page, f.wake
}

// reset forgets all entries; numbers go on.
func (f *Feed[T]) reset() {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.first += uint64(len(f.entries))
	f.entries = nil
}

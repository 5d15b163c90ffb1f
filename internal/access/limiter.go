package access

import (
	"container/list"
	"math"
	"sync"
	"time"

	"wapost/internal/fault"
)

// Rate is a token bucket's shape.
type Rate struct {
	PerSecond float64
	Burst     int
}

// PerMinute returns the rate of n in any minute, n of them at once.
func PerMinute(n int) Rate { return Rate{PerSecond: float64(n) / 60, Burst: n} }

// PerHour returns the rate of n in any hour, n of them at once.
func PerHour(n int) Rate { return Rate{PerSecond: float64(n) / 3600, Burst: n} }

// Limiter counts requests per key in token buckets. It remembers a bounded number of keys: the one that was longest unused is
// forgotten first, and its bucket is by then full again unless the bound is far too small.
type Limiter struct {
	max     int
	mu      sync.Mutex
	recent  *list.List // of *bucket, the latest used in front
	buckets map[string]*list.Element
}

type bucket struct {
	key   string
	left  float64
	since time.Time
}

// NewLimiter remembers at most max keys.
func NewLimiter(max int) *Limiter {
	return &Limiter{max: max, recent: list.New(), buckets: map[string]*list.Element{}}
}

// Take spends one request of a key. Errors: fault.Throttled with the time to wait.
func (l *Limiter) Take(key string, r Rate) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	b, now := l.bucket(key, r), time.Now()
	b.left = math.Min(float64(r.Burst), b.left+now.Sub(b.since).Seconds()*r.PerSecond)
	b.since = now
	if b.left >= 1 {
		b.left--
		return nil
	}
	return throttled(time.Duration((1 - b.left) / r.PerSecond * float64(time.Second)))
}

func (l *Limiter) bucket(key string, r Rate) *bucket {
	if e, ok := l.buckets[key]; ok {
		l.recent.MoveToFront(e)
		return e.Value.(*bucket)
	}
	if l.recent.Len() >= l.max {
		oldest := l.recent.Back()
		l.recent.Remove(oldest)
		delete(l.buckets, oldest.Value.(*bucket).key)
	}
	b := &bucket{key: key, left: float64(r.Burst), since: time.Now()}
	l.buckets[key] = l.recent.PushFront(b)
	return b
}

func throttled(wait time.Duration) error {
	seconds := max(1, int64(math.Ceil(wait.Seconds())))
	e := fault.New(fault.Throttled, "Rate limit exceeded; retry after %d s", seconds)
	e.RetryAfter = time.Duration(seconds) * time.Second
	return e
}

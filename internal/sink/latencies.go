package sink

import (
	"math"
	"time"
)

// latencies are counted in buckets that grow by 5 %, from a tenth of a millisecond to weeks.
type latencies struct {
	buckets [500]int
	n       int
	most    time.Duration
	before  int // less than nothing: clocks differ
}

const (
	least  = 100 * time.Microsecond
	growth = 1.05
)

func (l *latencies) add(d time.Duration) {
	if d < 0 {
		l.before++
		d = 0
	}
	l.n++
	l.most = max(l.most, d)
	i := 0
	if d > least {
		i = int(math.Ceil(math.Log(float64(d)/float64(least)) / math.Log(growth)))
	}
	l.buckets[min(i, len(l.buckets)-1)]++
}

// quantile returns the upper bound of the bucket that holds q; at most what came.
func (l *latencies) quantile(q float64) time.Duration {
	left := int(math.Ceil(q * float64(l.n)))
	for i, n := range l.buckets {
		if left -= n; left <= 0 {
			return min(l.most, time.Duration(float64(least)*math.Pow(growth, float64(i))))
		}
	}
	return l.most
}

func (l *latencies) view() *Latency {
	if l.n == 0 {
		return nil
	}
	ms := func(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }
	return &Latency{P50: ms(l.quantile(.5)), P95: ms(l.quantile(.95)), P99: ms(l.quantile(.99)), Max: ms(l.most), Negative: l.before}
}

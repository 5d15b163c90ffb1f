package delivery

import (
	"container/heap"
	"time"
)

// timers is a queue of things to do at a time. What has become pointless by then does nothing when it runs.
type timers struct{ heap alarmHeap }

type alarm struct {
	at time.Time
	do func()
}

func (t *timers) at(at time.Time, do func()) { heap.Push(&t.heap, alarm{at, do}) }

func (t *timers) next() (time.Time, bool) {
	if len(t.heap) == 0 {
		return time.Time{}, false
	}
	return t.heap[0].at, true
}

// fire runs what is due.
func (t *timers) fire(now time.Time) {
	for len(t.heap) > 0 && !t.heap[0].at.After(now) {
		heap.Pop(&t.heap).(alarm).do()
	}
}

type alarmHeap []alarm

func (h alarmHeap) Len() int           { return len(h) }
func (h alarmHeap) Less(i, j int) bool { return h[i].at.Before(h[j].at) }
func (h alarmHeap) Swap(i, j int)      { h[i], h[j] = h[j], h[i] }
func (h *alarmHeap) Push(x any)        { *h = append(*h, x.(alarm)) }
func (h *alarmHeap) Pop() any {
	last := len(*h) - 1
	a := (*h)[last]
	(*h)[last] = alarm{}
	*h = (*h)[:last]
	return a
}

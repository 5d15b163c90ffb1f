package delivery_test

import (
	"fmt"
	"sync"
	"testing"
	"time"

	"wapost/internal/delivery"
	"wapost/internal/event"
)

// tally is an endpoint for many events: it keeps none of them, it counts and sees to their order.
type tally struct {
	t  *testing.T
	mu sync.Mutex

	last  map[string]int // webhook and chat (loose: and number) → number that came last
	count map[int64]int  // accepted, by webhook
	first time.Time      // of the accepted ones
	wrong []string
	loose bool   // the webhook is parallel: the messages of a chat may come in any order, but none twice
	watch func() // called with each accepted event; nil = nobody watches
}

func newTally(t *testing.T) *tally {
	return &tally{t: t, last: map[string]int{}, count: map[int64]int{}}
}

// accept takes an event; of messages it keeps count. Their numbers rise within a chat, so one that comes twice is wrong.
func (y *tally) accept(q delivery.Request) delivery.Outcome {
	if q.Event.Type != event.MessageReceived {
		return delivery.Outcome{Status: 200}
	}
	chat, n := content(y.t, q)
	y.mu.Lock()
	defer y.mu.Unlock()
	if y.first.IsZero() {
		y.first = time.Now()
	}
	lane := fmt.Sprint(q.Webhook.ID, " ", chat)
	if y.loose {
		lane = fmt.Sprint(lane, " ", n)
	}
	if n <= y.last[lane] {
		y.wrong = append(y.wrong, fmt.Sprintf("webhook %s: %d after %d", lane, n, y.last[lane]))
	}
	y.last[lane] = n
	y.count[q.Webhook.ID]++
	if y.watch != nil {
		y.watch()
	}
	return delivery.Outcome{Status: 200}
}

// check fails unless a webhook has accepted so many events, in order.
func (y *tally) check(id int64, want int) {
	y.t.Helper()
	y.mu.Lock()
	defer y.mu.Unlock()
	for _, w := range y.wrong[:min(10, len(y.wrong))] {
		y.t.Error(w)
	}
	if y.count[id] != want {
		y.t.Errorf("webhook %d got %d events, want %d", id, y.count[id], want)
	}
}

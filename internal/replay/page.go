package replay

import (
	"sync"

	"wapost/internal/webhook"
)

// each runs f for all items, those of one ordering key one after the other, and different keys side by side. A key whose f
// returns false is left.
func (s *Service) each(items []Item, w *webhook.Webhook, f func(Item) bool) {
	var keys []string
	queues := map[string][]Item{}
	for _, i := range items {
		k := i.key(w)
		if queues[k] == nil {
			keys = append(keys, k)
		}
		queues[k] = append(queues[k], i)
	}
	var group sync.WaitGroup
	places := make(chan struct{}, min(parallel, w.MaxInFlight))
	for _, k := range keys {
		places <- struct{}{}
		group.Go(func() {
			defer func() {
				if p := recover(); p != nil {
					s.log.Error("panic while sending again", "webhook_id", w.ID, "panic", p)
				}
				<-places
			}()
			for _, i := range queues[k] {
				if !f(i) {
					return
				}
			}
		})
	}
	group.Wait()
}

// progress knows which items of a page are done.
type progress struct {
	mu      sync.Mutex
	waiting []Item // from the oldest one that is not done
	early   map[int64]bool
	cursor  int64
}

// finish marks an item and returns the place up to which all are done, 0 when there is none yet.
func (p *progress) finish(seq int64) int64 {
	if p.early == nil {
		p.early = map[int64]bool{}
	}
	p.early[seq] = true
	for len(p.waiting) > 0 && p.early[p.waiting[0].Event.Seq] {
		p.cursor = p.waiting[0].Event.Seq
		p.waiting = p.waiting[1:]
	}
	return p.cursor
}

func (p *progress) done() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return len(p.waiting) == 0
}

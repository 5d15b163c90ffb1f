package httppost

import (
	"bufio"
	"sync"
	"time"
)

const (
	idlePerPlace = 1024 // many webhooks may share a host; dialling anew costs more than an idle connection
	idleTotal    = 4096 // file descriptors that may lie idle
	idleTime     = 90 * time.Second
)

// pool keeps the idle connections. It may be used by many goroutines.
type pool struct {
	mu       sync.Mutex
	idle     map[string][]*conn // by host:port, the latest at the end
	total    int
	sweeping bool // a timer is set
}

func newPool() *pool { return &pool{idle: map[string][]*conn{}} }

// take returns an idle connection that still lives, nil when there is none.
func (p *pool) take(place string) *conn {
	for {
		c := p.pop(place)
		if c == nil || c.alive() {
			return c
		}
		c.close()
	}
}

func (p *pool) pop(place string) *conn {
	p.mu.Lock()
	defer p.mu.Unlock()
	list := p.idle[place]
	if len(list) == 0 {
		return nil
	}
	c := list[len(list)-1]
	list[len(list)-1] = nil
	p.keep(place, list[:len(list)-1])
	p.total--
	return c
}

// put takes a connection back. One that cannot be used again, or is one too many, is closed.
func (p *pool) put(c *conn) {
	if !c.restful {
		c.close()
		return
	}
	c.used, c.idleFrom = true, time.Now()
	p.mu.Lock()
	list := p.idle[c.place]
	full := p.total >= idleTotal || len(list) >= idlePerPlace
	if !full {
		p.idle[c.place] = append(list, c)
		p.total++
		if !p.sweeping {
			p.sweeping = true
			time.AfterFunc(idleTime, p.sweep)
		}
	}
	p.mu.Unlock()
	if full {
		c.close()
	}
}

// sweep closes what has been idle for long, and comes again while anything is idle.
func (p *pool) sweep() {
	p.mu.Lock()
	defer p.mu.Unlock()
	limit := time.Now().Add(-idleTime)
	for place, list := range p.idle {
		old := 0
		for old < len(list) && !list[old].idleFrom.After(limit) {
			list[old].close()
			old++
		}
		p.total -= old
		p.keep(place, append(list[:0:0], list[old:]...))
	}
	if p.sweeping = p.total > 0; p.sweeping {
		time.AfterFunc(idleTime/2, p.sweep)
	}
}

func (p *pool) keep(place string, list []*conn) {
	if len(list) == 0 {
		delete(p.idle, place)
		return
	}
	p.idle[place] = list
}

// close ends all idle connections.
func (p *pool) close() {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, list := range p.idle {
		for _, c := range list {
			c.close()
		}
	}
	clear(p.idle)
	p.total = 0
}

// readers are the buffers of connections in use.
var readers = sync.Pool{New: func() any { return bufio.NewReader(nil) }}

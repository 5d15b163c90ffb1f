package httppost

import (
	"net"
	"testing"
	"testing/synctest"
	"time"
)

// socket only knows whether it was closed.
type socket struct {
	net.Conn
	closed bool
}

func (s *socket) Close() error {
	s.closed = true
	return nil
}

func idle(p *pool, place string) *conn {
	c := newConn(&socket{}, p, place)
	c.restful = true
	p.put(c)
	return c
}

func closed(c *conn) bool { return c.Conn.(*socket).closed }

func TestIdleConnectionsAreClosedInTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := newPool()
		old := idle(p, "a:80")
		time.Sleep(idleTime / 2)
		young := idle(p, "a:80")
		time.Sleep(idleTime/2 + time.Second)
		if !closed(old) || closed(young) {
			t.Errorf("after %v the old one is closed: %v, the young one: %v", idleTime, closed(old), closed(young))
		}
		time.Sleep(2 * idleTime)
		if !closed(young) || p.total != 0 || len(p.idle) != 0 || p.sweeping {
			t.Errorf("the young one is closed: %v, %d are idle at %d places, sweeping %v", closed(young), p.total, len(p.idle), p.sweeping)
		}
	})
}

func TestIdleConnectionsAreBounded(t *testing.T) {
	p := newPool()
	for range idlePerPlace {
		idle(p, "a:80")
	}
	if c := idle(p, "a:80"); !closed(c) || p.total != idlePerPlace {
		t.Errorf("one too many is closed: %v, %d are idle", closed(c), p.total)
	}
	if c := idle(p, "b:80"); closed(c) {
		t.Error("another place has no room")
	}
	p.close()
	if p.total != 0 || len(p.idle) != 0 {
		t.Errorf("%d are left", p.total)
	}
}

package httppost

import (
	"context"
	"errors"
	"net"
	"os"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"wapost/internal/delivery"
)

// maxPlain is the largest body of a plain request. While a larger one is written the other side may have to be listened to:
// net/http does that.
const maxPlain = 32 << 10

// plain sends over HTTP/1.1 without TLS, as between machines of one network. It costs less than net/http, which
// has two goroutines and several hand-overs per request for things that we do not need: requests of others that share the
// connection, bodies of any length.
type plain struct {
	dial    func(ctx context.Context, address string) (net.Conn, error)
	pool    *pool
	repeats *atomic.Uint64
}

func (d plain) carry(ctx context.Context, p *prepared, r delivery.Request, now time.Time, brief bool) (reply, error) {
	buf := requests.Get().(*[]byte)
	defer requests.Put(buf)
	*buf = p.write((*buf)[:0], r, now)
	deadline := now.Add(r.Webhook.Timeout)
	c, err := d.ask(ctx, d.pool.take(p.place), p.place, *buf, deadline, brief)
	if errors.Is(err, errStale) {
		d.repeats.Add(1)
		c, err = d.ask(ctx, nil, p.place, *buf, deadline, brief)
		err = sent(err)
	}
	if err != nil {
		return nil, err
	}
	return c, nil
}

// errStale is a connection that lay idle and proved closed before anything came back. Receivers know repeated requests by
// webhook-id, so the request is sent once more, over a connection that is new and therefore cannot be stale.
var errStale = errors.New("the idle connection was closed")

// ask sends a request over c, or over a new connection when c is nil.
func (d plain) ask(ctx context.Context, c *conn, place string, request []byte, deadline time.Time, brief bool) (*conn, error) {
	if c == nil {
		var err error
		if c, err = d.connect(ctx, place, deadline); err != nil {
			return nil, err
		}
	}
	c.watch(ctx)
	err := c.SetDeadline(deadline)
	if err == nil {
		err = c.ask(request, brief)
	}
	if err == nil {
		return c, nil
	}
	c.close()
	switch {
	case errors.Is(err, os.ErrDeadlineExceeded):
		return nil, errTimeout
	case c.used && !c.heard && ctx.Err() == nil:
		return nil, errStale
	}
	return nil, err
}

func (d plain) connect(ctx context.Context, place string, deadline time.Time) (*conn, error) {
	limited, cancel := context.WithDeadlineCause(ctx, deadline, errTimeout)
	defer cancel()
	raw, err := d.dial(limited, place)
	if err != nil {
		return nil, &unsentError{orTimeout(limited, err)}
	}
	return newConn(raw, d.pool, place), nil
}

// write appends the request. p.head ends inside the headers.
func (p *prepared) write(b []byte, r delivery.Request, now time.Time) []byte {
	b = append(b, p.head...)
	p.headers(r, now, func(name, value string) {
		b = append(append(append(append(b, name...), ": "...), value...), "\r\n"...)
	})
	b = append(b, "Content-Length: "...)
	b = strconv.AppendInt(b, int64(len(r.Body)), 10)
	b = append(b, "\r\n\r\n"...)
	return append(b, r.Body...)
}

// requests are buffers for whole requests.
var requests = sync.Pool{New: func() any { return new([]byte) }}

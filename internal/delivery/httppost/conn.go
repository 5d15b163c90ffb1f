package httppost

import (
	"bufio"
	"context"
	"errors"
	"net"
	"net/http"
	"os"
	"syscall"
	"time"
)

const (
	maxAnswerHead = 64 << 10
	maxInterim    = 5 // 1xx answers before the real one, as net/http takes them
	unbounded     = int64(1) << 62
)

// conn is a connection to an endpoint that carries one request at a time. The goroutine that asks also reads: a connection
// that lies idle costs neither goroutine nor buffer.
type conn struct {
	net.Conn
	socket syscall.RawConn // nil when there is none below
	peek   func(fd uintptr) bool
	quiet  bool // what peek found

	ctx  context.Context // who asks; its end closes the connection
	free func() bool     // ends the watch over ctx

	in       *bufio.Reader // nil while idle
	room     int64         // what the other side may still send
	heard    bool          // it has sent something since the request
	end      error         // how reading ended since the request; nil = it did not
	used     bool          // it has carried a request before
	restful  bool          // it may be used again
	idleFrom time.Time
	owner    *pool
	place    string // host:port
	code     int    // status of the answer
	answer   *http.Response
}

func newConn(c net.Conn, owner *pool, place string) *conn {
	n := &conn{Conn: c, owner: owner, place: place}
	if s, ok := c.(syscall.Conn); ok {
		n.socket, _ = s.SyscallConn() // without it the connection is used once
	}
	n.peek = n.look
	return n
}

// Read implements io.Reader within the room that is left.
func (c *conn) Read(p []byte) (int, error) {
	if c.room <= 0 {
		c.end = errHeadTooLarge
		return 0, errHeadTooLarge
	}
	if int64(len(p)) > c.room {
		p = p[:c.room]
	}
	n, err := c.Conn.Read(p)
	c.room -= int64(n)
	c.heard = c.heard || n > 0
	if err != nil {
		c.end = err
	}
	return n, err
}

var errHeadTooLarge = errors.New("the headers of the answer are too large")

// watch closes the connection when ctx ends. All attempts of the engine have the same ctx, so it is rarely set up.
func (c *conn) watch(ctx context.Context) {
	if c.ctx == ctx {
		return
	}
	if c.free != nil {
		c.free()
	}
	c.ctx, c.free = ctx, context.AfterFunc(ctx, func() { _ = c.Conn.Close() })
}

// alive reports whether an idle connection can carry a request: the other side has neither closed it nor said anything, as
// some do before they close it.
func (c *conn) alive() bool {
	if c.socket == nil {
		return false
	}
	c.quiet = false
	return c.socket.Read(c.peek) == nil && c.quiet
}

// ask sends a request and reads the head of the answer. brief asks for nothing but the status of a success.
func (c *conn) ask(request []byte, brief bool) error {
	c.room, c.heard, c.end, c.restful, c.answer = maxAnswerHead, false, nil, false, nil
	c.in = readers.Get().(*bufio.Reader)
	c.in.Reset(c)
	_, unsent := c.Conn.Write(request)
	if unsent != nil && errors.Is(unsent, os.ErrDeadlineExceeded) {
		return unsent
	}
	if brief && unsent == nil && c.glance() {
		c.restful = true
		return nil
	}
	for range maxInterim + 1 { // also after a failed write: who refuses a request early may have said why
		answer, err := http.ReadResponse(c.in, posted) //nolint:bodyclose // done ends it together with the connection
		switch {
		case err != nil && unsent != nil:
			return unsent
		case err != nil:
			return broken(err, c.end)
		case answer.StatusCode >= 200 || answer.StatusCode == http.StatusSwitchingProtocols:
			c.answer, c.code, c.room = answer, answer.StatusCode, unbounded
			c.restful = unsent == nil && !answer.Close && answer.StatusCode != http.StatusSwitchingProtocols
			return nil
		}
	}
	return errInterim
}

var errInterim = errors.New("too many interim answers")

// posted tells http.ReadResponse that an answer may have a body.
var posted = &http.Request{Method: http.MethodPost}

// status implements reply.
func (c *conn) status() int { return c.code }

// response implements reply.
func (c *conn) response() *http.Response { return c.answer }

// within implements reply.
func (c *conn) within(d time.Duration) { _ = c.SetDeadline(time.Now().Add(d)) }

// done implements reply.
func (c *conn) done(whole bool) {
	c.restful = c.restful && whole && c.in.Buffered() == 0
	c.answer = nil
	c.rest()
	c.owner.put(c)
}

// rest gives the buffer away.
func (c *conn) rest() {
	if c.in != nil {
		c.in.Reset(nil)
		readers.Put(c.in)
		c.in = nil
	}
}

// close ends the connection.
func (c *conn) close() {
	if c.free != nil {
		c.free()
	}
	c.rest()
	_ = c.Conn.Close() // nothing is waited for from it
}

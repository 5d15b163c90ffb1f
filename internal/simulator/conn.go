package simulator

import (
	"context"
	"crypto/cipher"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"github.com/coder/websocket"
	waBinary "go.mau.fi/whatsmeow/binary"
	"go.mau.fi/whatsmeow/proto/waWa6"
)

// closePause lies between a stream error and the close: with less the client misses the stanza in half of the cases.
const closePause = 50 * time.Millisecond

// conn is one connection of a client. Its reader is the goroutine of the HTTP handler; its writer (writer.go) sends what
// send and end have put into out, in that order, so that nobody writes to a socket while holding a lock.
type conn struct {
	srv     *Server
	frames  *frames
	noise   [32]byte // the client's static key
	payload *waWa6.ClientPayload
	read    cipher.AEAD // only the reader
	readN   uint32
	write   cipher.AEAD // only the writer
	writeN  uint32

	device  atomic.Pointer[Device]  // set by the login
	pairing atomic.Pointer[pairing] // set while a client waits to be linked

	mu      sync.Mutex
	out     []outgoing // unbounded: a client that does not read is cut after writeTimeout
	closing bool       // end was called: nothing more is accepted
	wake    chan struct{}
	done    chan struct{} // closed when the connection is over
	over    sync.Once
}

// outgoing is a stanza, or the end of the connection.
type outgoing struct {
	node *waBinary.Node
	end  *ending
}

type ending struct {
	after    time.Duration
	graceful bool // close frame instead of a TCP cut
}

func newConn(s *Server, ws *websocket.Conn) *conn {
	return &conn{srv: s, frames: &frames{ws: ws}, wake: make(chan struct{}, 1), done: make(chan struct{})}
}

// handshake makes the connection secure; neither reader nor writer runs yet.
func (c *conn) handshake(ctx context.Context) error {
	header, err := c.frames.header(ctx)
	if err != nil {
		return err
	}
	read := func() ([]byte, error) { return c.frames.read(ctx) }
	write := func(frame []byte) error { return c.frames.write(ctx, frame) }
	h, err := c.srv.authority.handshake(header, read, write)
	if err != nil {
		return fmt.Errorf("noise handshake: %w", err)
	}
	c.noise, c.payload, c.read, c.write = h.client, h.payload, h.read, h.write
	return nil
}

// send hands a stanza to the writer; it reports false when the connection is ending. The node must not change any more.
func (c *conn) send(n waBinary.Node) bool { return c.put(outgoing{node: &n}, false) }

// end closes the connection behind everything that was handed over before.
func (c *conn) end(after time.Duration, graceful bool) {
	c.put(outgoing{end: &ending{after: after, graceful: graceful}}, true)
}

func (c *conn) put(o outgoing, last bool) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.closing {
		return false
	}
	c.closing = last
	c.out = append(c.out, o)
	c.nudge()
	return true
}

// nudge makes the writer look again.
func (c *conn) nudge() {
	select {
	case c.wake <- struct{}{}:
	default:
	}
}

// cut ends the connection at once, without regard to what waits.
func (c *conn) cut() {
	c.mu.Lock()
	c.closing = true
	c.mu.Unlock()
	c.finish(false)
}

func (c *conn) finish(graceful bool) {
	c.over.Do(func() { close(c.done) })
	if graceful {
		_ = c.frames.ws.Close(websocket.StatusNormalClosure, "") // the peer may be gone already: nothing to do
		return
	}
	_ = c.frames.ws.CloseNow() // as above
}

// readNode returns the next stanza of the client.
func (c *conn) readNode(ctx context.Context) (*waBinary.Node, error) {
	frame, err := c.frames.read(ctx)
	if err != nil {
		return nil, err
	}
	plain, err := c.read.Open(nil, nonce(c.readN), frame, nil)
	if err != nil {
		return nil, fmt.Errorf("open frame %d: %w", c.readN, err)
	}
	c.readN++
	if plain, err = waBinary.Unpack(plain); err != nil {
		return nil, fmt.Errorf("unpack stanza: %w", err)
	}
	node, err := waBinary.Unmarshal(plain)
	if err != nil {
		return nil, fmt.Errorf("decode stanza: %w", err)
	}
	c.srv.trace(DirectionIn, c, node)
	return node, nil
}

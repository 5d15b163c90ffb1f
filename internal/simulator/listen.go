package simulator

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"sync"
)

// wire is where clients connect. It can go down and come up again at the same address.
type wire struct {
	mu      sync.Mutex
	open    func() (net.Listener, error) // nil until Listen
	dial    func(ctx context.Context) (net.Conn, error)
	address string
	current net.Listener  // nil while down
	changed chan struct{} // one buffered
}

// Listen opens the wire on a loopback address such as "127.0.0.1:0". Errors: ErrNotLoopback, ErrInvalid when the wire is
// open already, or what the network says.
func (s *Server) Listen(address string) error {
	host, _, err := net.SplitHostPort(address)
	if err != nil {
		return fail(CodeInvalid, "the wire address %q is not host:port", address)
	}
	if ip := net.ParseIP(host); host != "localhost" && (ip == nil || !ip.IsLoopback()) {
		return fail(CodeNotLoopback, "the simulator listens on loopback addresses only, not on %q", host)
	}
	listener, err := listenLoopback(address)
	if err != nil {
		return err
	}
	address = listener.Addr().String() // the port is fixed now
	open := func() (net.Listener, error) { return listenLoopback(address) }
	dial := func(ctx context.Context) (net.Conn, error) { return new(net.Dialer).DialContext(ctx, "tcp", address) }
	return s.wire.use(open, dial, listener)
}

func listenLoopback(address string) (net.Listener, error) {
	listener, err := new(net.ListenConfig).Listen(context.Background(), "tcp", address) // at once or not at all
	if err != nil {
		return nil, fmt.Errorf("open the wire: %w", err)
	}
	if tcp, ok := listener.Addr().(*net.TCPAddr); !ok || !tcp.IP.IsLoopback() {
		_ = listener.Close() // never used
		return nil, fail(CodeNotLoopback, "%q is not a loopback address", address)
	}
	return listener, nil
}

// ListenPipe opens a wire without sockets, reached through Dial alone: everything then runs on the clock of a synctest
// bubble.
func (s *Server) ListenPipe() error {
	pipe := newPipeListener()
	var mu sync.Mutex
	open := func() (net.Listener, error) {
		mu.Lock()
		defer mu.Unlock()
		pipe = newPipeListener()
		return pipe, nil
	}
	dial := func(ctx context.Context) (net.Conn, error) {
		mu.Lock()
		current := pipe
		mu.Unlock()
		return current.dial(ctx)
	}
	return s.wire.use(open, dial, pipe)
}

// Dial connects to the wire whatever address is asked for: for DialContext and DialTLSContext of an http.Transport.
func (s *Server) Dial(ctx context.Context, _, _ string) (net.Conn, error) {
	s.wire.mu.Lock()
	dial := s.wire.dial
	s.wire.mu.Unlock()
	if dial == nil {
		return nil, fail(CodeNotRunning, "the wire is not open: call Listen first")
	}
	return dial(ctx)
}

// Addr is the wire's "127.0.0.1:port", known after Listen.
func (s *Server) Addr() string {
	s.wire.mu.Lock()
	defer s.wire.mu.Unlock()
	return s.wire.address
}

func (w *wire) use(open func() (net.Listener, error), dial func(context.Context) (net.Conn, error), l net.Listener) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.current != nil {
		_ = l.Close() // never used
		return fail(CodeInvalid, "the wire is open already on %s", w.address)
	}
	w.open, w.dial, w.current, w.address = open, dial, l, l.Addr().String()
	w.signal()
	return nil
}

func (w *wire) listener() net.Listener {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.current
}

func (w *wire) signal() {
	select {
	case w.changed <- struct{}{}:
	default:
	}
}

// set brings the wire up or down; the caller cuts the connections.
func (w *wire) set(up bool) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	switch {
	case w.open == nil || up == (w.current != nil):
		return nil
	case !up:
		old := w.current
		w.current = nil
		return old.Close()
	}
	listener, err := w.open()
	if err != nil {
		return err
	}
	w.current = listener
	w.signal()
	return nil
}

// serve hands connections to the handler, over all ups and downs, until ctx ends.
func (w *wire) serve(ctx context.Context, build func() *http.Server) error {
	for ctx.Err() == nil {
		listener := w.listener()
		if listener == nil {
			select {
			case <-w.changed:
			case <-ctx.Done():
			}
			continue
		}
		web := build()
		stop := context.AfterFunc(ctx, func() { _ = web.Close() }) // closes the listener too
		err := web.Serve(listener)
		stop()
		_ = web.Close() // idle connections
		if ctx.Err() == nil && w.listener() == listener {
			return fmt.Errorf("serve the wire: %w", err)
		}
	}
	return nil
}

// closed forgets the listener of a Run that is over.
func (w *wire) closed() {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.current != nil {
		_ = w.current.Close() // Run has served and closed it
		w.current = nil
	}
}

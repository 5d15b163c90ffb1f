package control

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"time"

	"wapost/internal/simulator"
)

// Options configure the control API.
type Options struct {
	Logger  *slog.Logger // nil = silent
	Version string       // of the program, for GET /
}

// Server is the control API of one simulator.
type Server struct {
	sim     *simulator.Server
	log     *slog.Logger
	version string
	started time.Time
	routes  []route
	handler http.Handler

	listener net.Listener // nil until Listen
}

// New makes the control API; it starts nothing.
func New(sim *simulator.Server, opts Options) *Server {
	if opts.Logger == nil {
		opts.Logger = slog.New(slog.DiscardHandler)
	}
	s := &Server{sim: sim, log: opts.Logger, version: opts.Version, started: time.Now(), routes: routes()}
	s.handler = s.recovered(guarded(s.mux()))
	return s
}

// ServeHTTP serves the API without a listener of its own, for tests and for programs that bring their own server.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) { s.handler.ServeHTTP(w, r) }

// Listen opens the API on a loopback address such as "127.0.0.1:7090". Errors: simulator.ErrNotLoopback, or what the
// network says.
func (s *Server) Listen(address string) error {
	host, _, err := net.SplitHostPort(address)
	if err != nil {
		return fmt.Errorf("listen for the control API: %w", err)
	}
	if !isLoopback(host) {
		return &simulator.Error{Code: simulator.CodeNotLoopback,
			Message: fmt.Sprintf("the control API listens on loopback addresses only, not on %q", host)}
	}
	listener, err := net.Listen("tcp", address)
	if err != nil {
		return fmt.Errorf("listen for the control API: %w", err)
	}
	if tcp, ok := listener.Addr().(*net.TCPAddr); !ok || !tcp.IP.IsLoopback() {
		_ = listener.Close() // never used
		return &simulator.Error{Code: simulator.CodeNotLoopback, Message: fmt.Sprintf("%q is not a loopback address", address)}
	}
	s.listener = listener
	return nil
}

// URL is where the API is reached, known after Listen.
func (s *Server) URL() string { return "http://" + s.listener.Addr().String() }

// Run serves what Listen opened until ctx ends; calls that wait are cut short then.
func (s *Server) Run(ctx context.Context) error {
	web := &http.Server{
		Handler:           s,
		ReadHeaderTimeout: 10 * time.Second,
		BaseContext:       func(net.Listener) context.Context { return ctx },
		ErrorLog:          slog.NewLogLogger(s.log.Handler(), slog.LevelDebug),
	}
	stopped := make(chan struct{})
	stop := context.AfterFunc(ctx, func() {
		defer close(stopped)
		patience, cancel := context.WithTimeout(context.WithoutCancel(ctx), 2*time.Second)
		defer cancel()
		if web.Shutdown(patience) != nil {
			_ = web.Close() // whoever still writes has had its time
		}
	})
	err := web.Serve(s.listener)
	if !stop() {
		<-stopped
	}
	if errors.Is(err, http.ErrServerClosed) {
		return nil
	}
	return fmt.Errorf("serve the control API: %w", err)
}

// recovered turns a panic into a 500.
func (s *Server) recovered(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		defer func() {
			if cause := recover(); cause != nil {
				s.log.Error("control request panicked", "method", r.Method, "path", r.URL.Path, "reason", cause)
				writeError(w, http.StatusInternalServerError, codeInternal, "internal error")
			}
		}()
		next.ServeHTTP(w, r)
	})
}

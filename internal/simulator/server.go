package simulator

import (
	"context"
	"log/slog"
	"net"
	"net/http"
	"strconv"
	"sync"
	"sync/atomic"
)

// Options configure a simulator. The zero value is good.
type Options struct {
	Logger     *slog.Logger // nil = silent
	Authority  *Authority   // nil = a new one; all simulators that one process talks to must share one
	TraceLimit int          // stanzas kept; 0 = 20,000, below 0 = none
	InboxLimit int          // entries kept per person; 0 = 10,000
	QuietLink  bool         // phones hand over neither app state nor history after linking
}

// Server is one simulated WhatsApp. Its registries have one short lock; what happens to a person or a device happens
// under the lock of that person or device.
//
// Locks are taken in this order: a phone's or a group's, a person's, a device's, a connection's; never two of a kind.
type Server struct {
	log       *slog.Logger
	opts      Options
	authority *Authority
	life      life
	wire      wire
	faults    faultSet
	stanzas   *Feed[TraceEntry]
	unknown   unknownList
	blobs     blobStore
	lastID    atomic.Uint64

	mu          sync.RWMutex
	persons     map[string]*Person     // by phone
	lids        map[string]*Person     // by the LID's user part
	groups      map[string]*Group      // by the id's user part
	newsletters map[string]*Newsletter // by the id's user part
	pairings    map[string]*conn
	expired     idSet                 // refs of QR codes that are over
	codes       map[string]*typedCode // by phone
	conns       map[*conn]struct{}
}

// New makes a simulator; it starts nothing. Persons, groups and faults may be set up before Run.
func New(opts Options) (*Server, error) {
	if opts.Logger == nil {
		opts.Logger = slog.New(slog.DiscardHandler)
	}
	if opts.TraceLimit == 0 {
		opts.TraceLimit = 20_000
	}
	if opts.InboxLimit == 0 {
		opts.InboxLimit = 10_000
	}
	if opts.Authority == nil {
		authority, err := NewAuthority()
		if err != nil {
			return nil, err
		}
		opts.Authority = authority
	}
	s := &Server{log: opts.Logger, opts: opts, authority: opts.Authority, stanzas: newFeed[TraceEntry](opts.TraceLimit),
		conns: map[*conn]struct{}{}}
	s.life.log = s.log
	s.wire.changed = make(chan struct{}, 1)
	s.faults.clear("")
	s.forget()
	return s, nil
}

// RootKey is what whatsmeow.WACertPubKey must be set to.
func (s *Server) RootKey() [32]byte { return s.authority.RootKey() }

// Run serves the wire until ctx ends, then cuts all connections and waits for everything it started. It returns nil when
// ctx ended. Listen comes first, also before a second Run.
func (s *Server) Run(ctx context.Context) error {
	if s.wire.listener() == nil {
		return fail(CodeInvalid, "the wire is not open: call Listen before Run")
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	if !s.life.begin(ctx) {
		return fail(CodeInvalid, "the simulator runs already")
	}
	err := s.wire.serve(ctx, func() *http.Server {
		return &http.Server{
			Handler:           http.HandlerFunc(s.serveHTTP),
			ReadHeaderTimeout: writeTimeout,
			BaseContext:       func(net.Listener) context.Context { return ctx },
			ErrorLog:          slog.NewLogLogger(s.log.Handler(), slog.LevelDebug),
		}
	})
	cancel()
	s.cutAll()
	s.life.end()
	s.wire.closed()
	return err
}

// Reset forgets everything but root key, address and running state: persons, groups, faults, trace, what was unhandled.
func (s *Server) Reset() (connectionsClosed, personsRemoved int) {
	for _, p := range s.Persons() {
		p.StopBurst()
	}
	if err := s.ClearFaults(""); err != nil {
		s.log.Error("simulator cannot open its wire again", "reason", err)
	}
	connectionsClosed = s.cutAll()
	personsRemoved = s.forget()
	s.stanzas.reset()
	s.unknown.reset()
	s.blobs.reset()
	return connectionsClosed, personsRemoved
}

// forget empties the registries.
func (s *Server) forget() int {
	s.mu.Lock()
	old := s.persons
	s.persons, s.lids, s.groups = map[string]*Person{}, map[string]*Person{}, map[string]*Group{}
	s.newsletters = map[string]*Newsletter{}
	s.pairings, s.codes, s.expired = map[string]*conn{}, map[string]*typedCode{}, idSet{}
	s.mu.Unlock()
	for _, p := range old {
		for _, d := range p.Devices() {
			d.drop()
		}
	}
	return len(old)
}

func (s *Server) connections() []*conn {
	s.mu.RLock()
	defer s.mu.RUnlock()
	list := make([]*conn, 0, len(s.conns))
	for c := range s.conns {
		list = append(list, c)
	}
	return list
}

func (s *Server) cutAll() int {
	list := s.connections()
	for _, c := range list {
		c.cut()
	}
	return len(list)
}

// nextID numbers the stanzas of the server.
func (s *Server) nextID() string { return "sim-" + strconv.FormatUint(s.lastID.Add(1), 10) }

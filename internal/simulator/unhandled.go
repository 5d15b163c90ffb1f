package simulator

import (
	"cmp"
	"slices"
	"sync"
	"time"

	waBinary "go.mau.fi/whatsmeow/binary"
)

// maxUnknown bounds the kinds that are listed; further ones are answered but not listed.
const maxUnknown = 1000

// Unhandled is what clients asked for and the simulator does not know.
type Unhandled struct {
	Queries  []UnhandledQuery
	Requests []UnhandledRequest
}

// UnhandledQuery counts queries of one shape; for other stanzas Type is the tag and XMLNS is empty.
type UnhandledQuery struct {
	Type, XMLNS, Child string
	Count              int
	LastAt             time.Time
	Stanza             string // the newest
}

// UnhandledRequest counts HTTP requests to an unknown host or path.
type UnhandledRequest struct {
	Host, Method, Path string
	Count              int
}

// Unhandled lists what the simulator could not answer, sorted. A suite that wants to be sure demands both lists empty.
func (s *Server) Unhandled() Unhandled { return s.unknown.list() }

type unknownList struct {
	mu       sync.Mutex
	queries  map[[3]string]UnhandledQuery
	requests map[[3]string]UnhandledRequest
}

func (l *unknownList) query(kind, xmlns, child string, n *waBinary.Node) {
	l.mu.Lock()
	defer l.mu.Unlock()
	key := [3]string{kind, xmlns, child}
	q, ok := l.queries[key]
	if !ok && len(l.queries) >= maxUnknown {
		return
	}
	if l.queries == nil {
		l.queries = map[[3]string]UnhandledQuery{}
	}
	l.queries[key] = UnhandledQuery{Type: kind, XMLNS: xmlns, Child: child, Count: q.Count + 1, LastAt: time.Now(), Stanza: n.String()}
}

func (l *unknownList) request(host, method, path string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	key := [3]string{host, method, path}
	q, ok := l.requests[key]
	if !ok && len(l.requests) >= maxUnknown {
		return
	}
	if l.requests == nil {
		l.requests = map[[3]string]UnhandledRequest{}
	}
	l.requests[key] = UnhandledRequest{Host: host, Method: method, Path: path, Count: q.Count + 1}
}

func (l *unknownList) list() Unhandled {
	l.mu.Lock()
	defer l.mu.Unlock()
	var u Unhandled
	for _, q := range l.queries {
		u.Queries = append(u.Queries, q)
	}
	for _, r := range l.requests {
		u.Requests = append(u.Requests, r)
	}
	slices.SortFunc(u.Queries, func(a, b UnhandledQuery) int {
		return cmp.Or(cmp.Compare(a.Type, b.Type), cmp.Compare(a.XMLNS, b.XMLNS), cmp.Compare(a.Child, b.Child))
	})
	slices.SortFunc(u.Requests, func(a, b UnhandledRequest) int {
		return cmp.Or(cmp.Compare(a.Host, b.Host), cmp.Compare(a.Method, b.Method), cmp.Compare(a.Path, b.Path))
	})
	return u
}

func (l *unknownList) reset() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.queries, l.requests = nil, nil
}

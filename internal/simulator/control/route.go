package control

import (
	"context"
	"net/http"
	"net/url"
	"reflect"
	"slices"
	"strings"

	"wapost/internal/simulator"
)

// route is one method on one path: what it takes, what it answers, and how it fails.
type route struct {
	method, path string
	name         string // operation id
	summary      string
	query        []parameter
	body, reply  reflect.Type
	status       []int // of success, the usual one first
	codes        []simulator.Code
	partial      bool // the body changes what it names: no field is required, null resets
	serve        func(ctx context.Context, c *call) (any, error)
}

// call is one request on its way through a route.
type call struct {
	api     *Server
	sim     *simulator.Server
	route   *route
	request *http.Request
	query   url.Values
	body    []byte
	status  int
}

// nothing is the body of a route that takes none; {} and no body at all are the same.
type nothing struct{}

// look makes a route that reads.
func look[R any](path, name, summary string, serve func(context.Context, *call) (R, error)) route {
	return change(http.MethodGet, path, name, summary, func(ctx context.Context, c *call, _ *nothing) (R, error) { return serve(ctx, c) })
}

// post makes a route that takes a body B and answers with R.
func post[B, R any](path, name, summary string, serve func(context.Context, *call, *B) (R, error)) route {
	return change(http.MethodPost, path, name, summary, serve)
}

func change[B, R any](method, path, name, summary string, serve func(context.Context, *call, *B) (R, error)) route {
	return route{method: method, path: path, name: name, summary: summary, status: []int{http.StatusOK},
		body: reflect.TypeFor[B](), reply: reflect.TypeFor[R](),
		serve: func(ctx context.Context, c *call) (any, error) {
			var body B
			if err := c.decode(&body); err != nil {
				return nil, err
			}
			return serve(ctx, c, &body)
		}}
}

func (r route) answers(status ...int) route {
	r.status = status
	return r
}

func (r route) takes(parameters ...parameter) route {
	r.query = parameters
	return r
}

func (r route) fails(codes ...simulator.Code) route {
	r.codes = codes
	return r
}

func (r route) merges() route {
	r.partial = true
	return r
}

// mux puts the table on a standard mux, with our errors for what it does not know.
func (s *Server) mux() http.Handler {
	mux := http.NewServeMux()
	allowed := map[string][]string{}
	for i := range s.routes {
		r := &s.routes[i]
		mux.HandleFunc(r.method+" "+pattern(r.path), func(w http.ResponseWriter, req *http.Request) { s.serveRoute(w, req, r) })
		allowed[r.path] = append(allowed[r.path], r.method)
	}
	for path, methods := range allowed {
		slices.Sort(methods)
		allow := strings.Join(methods, ", ")
		mux.HandleFunc(pattern(path), func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Allow", allow)
			writeError(w, http.StatusMethodNotAllowed, codeMethod, "this path allows "+allow)
		})
	}
	mux.HandleFunc("/", func(w http.ResponseWriter, _ *http.Request) {
		writeError(w, http.StatusNotFound, codeUnknownPath, "there is no such path; GET /openapi.json lists all")
	})
	return mux
}

// pattern is the mux's form of a path: the root alone must not match everything below it.
func pattern(path string) string {
	if path == "/" {
		return "/{$}"
	}
	return path
}

func (s *Server) serveRoute(w http.ResponseWriter, req *http.Request, r *route) {
	c := &call{api: s, sim: s.sim, route: r, request: req, status: r.status[0]}
	reply, err := c.answer(w)
	if err != nil {
		s.answerError(w, req, err)
		return
	}
	if file, ok := reply.(blob); ok {
		file.write(w)
		return
	}
	writeJSON(w, c.status, reply)
}

func (c *call) answer(w http.ResponseWriter) (any, error) {
	if err := c.readQuery(); err != nil {
		return nil, err
	}
	if err := c.readBody(w); err != nil {
		return nil, err
	}
	return c.route.serve(c.request.Context(), c)
}

// person is the one that the path names.
func (c *call) person() (*simulator.Person, error) { return c.sim.Person(c.request.PathValue("phone")) }

// device is the one that the path names.
func (c *call) device() (*simulator.Device, error) {
	return c.sim.Device(c.request.PathValue("device"))
}

// group is the one that the path names.
func (c *call) group() (*simulator.Group, error) { return c.sim.Group(c.request.PathValue("group")) }

package httpapi

import (
	"fmt"
	"net/http"
	"path"
	"slices"
	"strings"
)

// methods in the order in which an answer names them.
func methods() []string {
	return []string{http.MethodGet, http.MethodHead, http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete}
}

// route finds the operation. It answers 404 and 405 itself, so that the standard mux never writes an answer or a redirect of
// its own.
func (a *API) route(w http.ResponseWriter, r *http.Request) {
	inside, ok := a.underBase(r)
	if !ok || !clean(inside.URL.EscapedPath()) {
		noRoute(w, r)
		return
	}
	if _, pattern := a.mux.Handler(inside); pattern != "" {
		if a.phase.Load() == stopping && !strings.HasPrefix(inside.URL.Path, "/health/") {
			sendFailure(w, fail(errStopping, ""))
			return
		}
		a.mux.ServeHTTP(w, inside)
		r.Pattern = inside.Pattern // for the log
		return
	}
	if allowed := a.allowed(inside); len(allowed) > 0 {
		notAllowed(w, r, allowed)
		return
	}
	noRoute(w, r)
}

// underBase returns the request as it looks below the base path.
func (a *API) underBase(r *http.Request) (*http.Request, bool) {
	if a.BasePath == "" {
		return r, true
	}
	rest, ok := strings.CutPrefix(r.URL.Path, a.BasePath)
	raw, _ := strings.CutPrefix(r.URL.RawPath, a.BasePath)
	if !ok || rest != "" && rest[0] != '/' {
		return nil, false
	}
	inside := r.Clone(r.Context())
	inside.URL.Path, inside.URL.RawPath = rest, raw
	if rest == "" {
		inside.URL.Path = "/"
	}
	return inside, true
}

// clean reports whether a path is in the form that the mux would redirect to.
func clean(p string) bool {
	return strings.HasPrefix(p, "/") && (p == path.Clean(p) || p == path.Clean(p)+"/")
}

// allowed returns the methods that exist under the request's path.
func (a *API) allowed(r *http.Request) []string {
	probe := &http.Request{URL: r.URL, Host: r.Host}
	var list []string
	for _, m := range methods() {
		probe.Method = m
		if _, pattern := a.mux.Handler(probe); pattern != "" {
			list = append(list, m)
		}
	}
	return list
}

func noRoute(w http.ResponseWriter, r *http.Request) {
	sendFailure(w, failed{status: http.StatusNotFound, sentence: "No such route: " + shown(r.Method) + " " + shown(r.URL.EscapedPath())})
}

func notAllowed(w http.ResponseWriter, r *http.Request, allowed []string) {
	w.Header().Set("Allow", strings.Join(allowed, ", "))
	named := slices.DeleteFunc(slices.Clone(allowed), func(m string) bool { return m == http.MethodHead })
	use := strings.Join(named, ", ")
	if last := len(named) - 1; last > 0 {
		use = strings.Join(named[:last], ", ") + " or " + named[last]
	}
	sendFailure(w, failed{status: http.StatusMethodNotAllowed, sentence: fmt.Sprintf("%s is not allowed here; use %s", shown(r.Method), use)})
}

// shown bounds what an error repeats of the request line.
func shown(s string) string {
	const most = 200
	if len(s) > most {
		return s[:most] + "…"
	}
	return s
}

package httpapi

import (
	"cmp"
	"context"
	_ "embed"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
)

type rootView struct {
	Name    string `json:"name"`
	Version string `json:"version"`
	Docs    string `json:"docs" doc:"Path of the reference"`
}

type versionView struct {
	Version string `json:"version"`
	Commit  string `json:"commit"`
	Library string `json:"library" doc:"Version of the WhatsApp library"`
}

type readyView struct {
	Checks map[string]string `json:"checks" doc:"database, migrations, writer, disk, media: ok, or what is wrong"`
}

// unreadyView is a failure that also says what was checked.
type unreadyView struct {
	Status  bool      `json:"status" enum:"false"`
	Code    int       `json:"code"`
	Message string    `json:"message"`
	Error   string    `json:"error"`
	Data    readyView `json:"data"`
}

func (a *API) systemRoutes() {
	mount(a, operation[none, none, rootView]{
		method: http.MethodGet, path: "/{$}", tag: tagSystem, id: "get-root", summary: "Name and version",
		message: "wapost", fallback: "Failed to answer", handle: a.root,
	})
	mount(a, operation[none, none, versionView]{
		method: http.MethodGet, path: "/version", tag: tagSystem, id: "get-version", summary: "Version of this build",
		message: "Version retrieved successfully", fallback: "Failed to read version",
		handle: func(context.Context, *call, none, none) (versionView, error) {
			return versionView{Version: a.Version, Commit: a.Commit, Library: a.Library}, nil
		},
	})
	mount(a, operation[none, none, none]{
		method: http.MethodGet, path: "/health/live", tag: tagSystem, id: "get-live", summary: "200 while the process runs",
		message: "Alive", fallback: "Failed to answer", handle: func(context.Context, *call, none, none) (none, error) { return none{}, nil },
	})
	mount(a, operation[none, none, readyView]{
		method: http.MethodGet, path: "/health/ready", tag: tagSystem, id: "get-ready",
		summary: "200 when the instance can work, else 503 with what is wrong", message: "Ready", fallback: "Failed to check readiness",
		other: map[int]any{http.StatusServiceUnavailable: unreadyView{}}, handle: a.readiness,
	})
	a.mux.HandleFunc("GET /favicon.ico", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Cache-Control", "public, max-age=86400")
		send(w, http.StatusOK, "image/svg+xml", favicon)
	})
}

//go:embed assets/favicon.svg
var favicon []byte

// readiness is about this instance, never about WhatsApp: a disconnected account does not make it unready.
func (a *API) readiness(ctx context.Context, c *call, _ none, _ none) (readyView, error) {
	v, wrong := readyView{Checks: map[string]string{}}, ""
	checks := a.Checks(ctx)
	for _, name := range slices.Sorted(maps.Keys(checks)) {
		v.Checks[name] = "ok"
		if err := checks[name]; err != nil {
			v.Checks[name] = fail(err, "failed").sentence
			a.log.WarnContext(ctx, "not ready", "check", name, "error", err)
			wrong = cmp.Or(wrong, "Not ready: "+name)
		}
	}
	switch a.phase.Load() {
	case starting:
		wrong = "Starting up"
	case stopping:
		wrong = errStopping.Sentence
	}
	if wrong == "" {
		return v, nil
	}
	const status = http.StatusServiceUnavailable
	body, err := encode(unreadyView{Code: status, Message: phrase(status), Error: wrong, Data: v})
	if err != nil {
		return v, err
	}
	c.raw = &raw{write: func(w http.ResponseWriter) {
		w.Header().Set("Retry-After", strconv.Itoa(int(defaultRetry/time.Second)))
		send(w, status, jsonType, body)
	}}
	return v, nil
}

// root sends browsers to the dashboard and tells everybody else what this is.
func (a *API) root(ctx context.Context, c *call, _ none, _ none) (rootView, error) {
	if a.UI != "" && strings.Contains(c.r.Header.Get("Accept"), "text/html") {
		c.raw = &raw{write: func(w http.ResponseWriter) { redirect(w, a.BasePath+a.UI) }}
		return rootView{}, nil
	}
	return rootView{Name: "wapost", Version: a.Version, Docs: a.BasePath + "/docs"}, nil
}

func redirect(w http.ResponseWriter, to string) {
	w.Header().Set("Location", to)
	send(w, http.StatusFound, "text/plain; charset=utf-8", []byte("See "+to+"\n"))
}

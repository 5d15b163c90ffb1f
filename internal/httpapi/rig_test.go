package httpapi

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"

	"github.com/danielgtaylor/huma/v2"

	"wapost/internal/access"
	"wapost/internal/delivery"
	"wapost/internal/egress"
	"wapost/internal/history"
	"wapost/internal/journal"
	"wapost/internal/media"
	"wapost/internal/replay"
	"wapost/internal/session"
	"wapost/internal/store"
	"wapost/internal/store/storetest"
	"wapost/internal/webhook"
)

const adminText = "an-admin-secret-of-at-least-32-bytes"

// rig is the API over the real store, the real webhooks and the real sessions; only WhatsApp and the engine are played.
type rig struct {
	testing.TB
	db       *store.DB
	api      *API
	handler  http.Handler
	sessions *staged
	backlog  *backlogs
	outbox   *fakeOutbox
	host     *mediaHost
	files    *media.Archive
	temp     string // of unfinished files
	log      *bytes.Buffer
	checks   map[string]error
}

func newRig(t testing.TB, change ...func(*Options)) *rig {
	t.Helper()
	return newRigOn(t, storetest.Open(t), change...)
}

// newRigOn is newRig over a database that is running already.
func newRigOn(t testing.TB, db *store.DB, change ...func(*Options)) *rig {
	t.Helper()
	r := &rig{TB: t, db: db, backlog: &backlogs{}, log: &bytes.Buffer{}, checks: map[string]error{}}
	r.outbox = newFakeOutbox()
	r.sessions = &staged{Manager: startManager(t, r.db), pairing: map[string]session.PairingCode{}}
	log := slog.New(WithRequestID(slog.NewTextHandler(r.log, nil)))
	o := Options{
		Version: "1.2.3", Commit: "abc", Library: "v0", Logger: log,
		Gate: newGate(t, r.db), Accounts: access.NewAccounts(r.db.Accounts()), Sessions: r.sessions,
		Webhooks: webhook.NewService(webhook.Options{Store: r.db.Webhooks(), Door: egress.New(egress.Policy{}), Limit: 5, Logger: log}),
		Log:      db.Events(), Feed: journal.NewFeed(), History: db.History(),
		Replays:    replay.New(replay.Options{Store: db.Replays(), Logger: log}), // not running
		Deliveries: r.backlog, Outbox: r.outbox, Files: r.startFiles(t), Messages: db.Messages(),
		Past:    history.New(history.Options{Store: db.Past(), Sessions: r.sessions, Messages: db.Messages()}), // not running
		Answers: r.db.Idempotency(), Figures: r.db.Figures(),
		Checks: func(context.Context) map[string]error { return r.checks }, Metrics: http.HandlerFunc(figures),
	}
	for _, f := range change {
		f(&o)
	}
	r.api = New(o)
	r.api.Started()
	r.handler = r.api.Handler()
	return r
}

func newGate(t testing.TB, db *store.DB) *access.Gate {
	t.Helper()
	tokens, err := access.NewTokens([]byte(strings.Repeat("k", 32)), 0)
	if err != nil {
		t.Fatal(err)
	}
	admin, err := access.NewAdminSecret(adminText)
	if err != nil {
		t.Fatal(err)
	}
	return access.NewGate(db.Accounts(), tokens, admin)
}

func startManager(t testing.TB, db *store.DB) *session.Manager {
	t.Helper()
	m := session.NewManager(session.Options{Store: db.Devices(), Identities: db.Identities(), Sink: journal.New(db.Events()), Dialer: noWhatsApp{}})
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- m.Run(ctx) }()
	t.Cleanup(func() {
		cancel()
		if err := <-done; err != nil {
			t.Errorf("run the sessions: %v", err)
		}
	})
	// A test may close the database at once: the devices must have been read by then.
	if _, _, err := m.List(ctx, session.Filter{Limit: 1}); err != nil {
		t.Fatal(err)
	}
	return m
}

// backlogs plays the engine's count.
type backlogs struct{ of delivery.Backlog }

func (b *backlogs) Backlog(context.Context, *webhook.Webhook) (delivery.Backlog, error) {
	return b.of, nil
}

// answer is a response that was read and, when it is in the document, checked against it.
type answer struct {
	*httptest.ResponseRecorder
	t testing.TB
}

// request makes a request; headers come in pairs. A body that is a string is sent as it is, everything else as JSON.
func request(t testing.TB, method, path string, body any, headers ...string) *http.Request {
	t.Helper()
	var content []byte
	switch b := body.(type) {
	case nil:
	case string:
		content = []byte(b)
	default:
		var err error
		if content, err = json.Marshal(b); err != nil {
			t.Fatal(err)
		}
	}
	r := httptest.NewRequest(method, path, bytes.NewReader(content))
	if body != nil {
		r.Header.Set("Content-Type", "application/json")
	}
	for i := 0; i < len(headers); i += 2 {
		if headers[i+1] == "-" {
			r.Header.Del(headers[i])
			continue
		}
		r.Header.Set(headers[i], headers[i+1])
	}
	return r
}

// call sends a request with a credential ("" = none).
func (r *rig) call(credential, method, path string, body any, headers ...string) *answer {
	r.Helper()
	req := request(r, method, path, body, headers...)
	if credential != "" {
		req.Header.Set("Authorization", credential)
	}
	return r.serve(req)
}

func (r *rig) serve(req *http.Request) *answer {
	r.Helper()
	rec := httptest.NewRecorder()
	r.handler.ServeHTTP(rec, req)
	r.check(req, rec)
	return &answer{rec, r.TB}
}

// check holds every answer against what all answers promise, and against the OpenAPI document.
func (r *rig) check(req *http.Request, rec *httptest.ResponseRecorder) {
	r.Helper()
	h := rec.Header()
	if h.Get("X-Request-ID") == "" || h.Get("Cache-Control") == "" {
		r.Errorf("%s %s: common headers are missing: %v", req.Method, req.URL.Path, h)
	}
	if h.Get("Content-Type") != jsonType || rec.Code >= 300 && rec.Code < 400 {
		return
	}
	var body map[string]any
	if err := json.Unmarshal(rec.Body.Bytes(), &body); err != nil {
		r.Errorf("%s %s: %v in %q", req.Method, req.URL.Path, err, rec.Body)
		return
	}
	if body["status"] != (rec.Code < 300) || body["code"] != float64(rec.Code) {
		r.Errorf("%s %s: %d is not what the envelope says: %s", req.Method, req.URL.Path, rec.Code, rec.Body)
	}
	op := r.operation(req)
	if op == nil {
		r.matches(&huma.Schema{Ref: schemaPrefix + "Failure"}, body, req)
		return
	}
	response := op.Responses[strconv.Itoa(rec.Code)]
	if response == nil {
		r.Errorf("%s %s: status %d is not in the document", req.Method, op.Path, rec.Code)
		return
	}
	if name, ok := strings.CutPrefix(response.Ref, "#/components/responses/"); ok {
		response = r.api.huma.OpenAPI().Components.Responses[name]
	}
	r.matches(response.Content[jsonType].Schema, body, req)
}

func (r *rig) matches(s *huma.Schema, body any, req *http.Request) {
	r.Helper()
	result := &huma.ValidateResult{}
	huma.Validate(r.api.huma.OpenAPI().Components.Schemas, s, huma.NewPathBuffer([]byte{}, 0), huma.ModeReadFromServer, body, result)
	for _, err := range result.Errors {
		r.Errorf("%s %s: the answer is not as documented: %v", req.Method, req.URL.Path, err)
	}
}

// operation finds the document of a request's route, nil when there is none.
func (r *rig) operation(req *http.Request) *huma.Operation {
	inside, ok := r.api.underBase(req)
	if !ok {
		return nil
	}
	_, pattern := r.api.mux.Handler(inside)
	method, path, _ := strings.Cut(pattern, " ")
	item := r.api.huma.OpenAPI().Paths[strings.TrimSuffix(path, "{$}")]
	if item == nil {
		return nil
	}
	return map[string]*huma.Operation{"GET": item.Get, "POST": item.Post, "PATCH": item.Patch, "DELETE": item.Delete}[method]
}

// wants fails the test unless status and error are these.
func (a *answer) wants(status int, sentence string) *answer {
	a.t.Helper()
	if got := a.sentence(); a.Code != status || got != sentence {
		a.t.Errorf("got %d %q\nwant %d %q", a.Code, got, status, sentence)
	}
	return a
}

// ok fails the test unless the answer is this success.
func (a *answer) ok(status int) *answer {
	a.t.Helper()
	if a.Code != status {
		a.t.Fatalf("got %d, want %d: %s", a.Code, status, a.Body)
	}
	return a
}

func (a *answer) sentence() string {
	var f failure
	_ = json.Unmarshal(a.Body.Bytes(), &f) // not every answer is JSON
	return f.Error
}

func (a *answer) message() string {
	var f failure
	_ = json.Unmarshal(a.Body.Bytes(), &f) // not every answer is JSON
	return f.Message
}

// data reads the data of a success.
func (a *answer) data(into any) {
	a.t.Helper()
	if err := json.Unmarshal(a.Body.Bytes(), &struct {
		Data any `json:"data"`
	}{into}); err != nil {
		a.t.Fatalf("%v in %s", err, a.Body)
	}
}

// get returns a member of the data, by its name.
func (a *answer) get(name string) any {
	a.t.Helper()
	var data map[string]any
	a.data(&data)
	return data[name]
}

// account makes a customer and returns its id and key.
func (r *rig) account(fields ...string) (id int64, key string) {
	r.Helper()
	body := map[string]any{"customer_name": "Anna"}
	for _, f := range fields {
		name, value, _ := strings.Cut(f, "=")
		n, err := strconv.Atoi(value)
		if err != nil {
			r.Fatal(err)
		}
		body[name] = n
	}
	a := r.call(adminText, "POST", "/admin/api-keys", body).ok(http.StatusCreated)
	return int64(a.get("id").(float64)), a.get("api_key").(string)
}

// device makes a device and returns its id and token.
func (r *rig) device(key string) (id, token string) {
	r.Helper()
	a := r.call(key, "POST", "/devices", map[string]any{"device_name": "phone"}).ok(http.StatusCreated)
	return a.get("device_id").(string), a.get("token").(string)
}

// webhook makes a webhook and returns its path.
func (r *rig) webhook(credential string) string {
	r.Helper()
	a := r.call(credential, "POST", "/webhooks", map[string]any{"url": "https://example.com/hook"}).ok(http.StatusCreated)
	return fmt.Sprintf("/webhooks/%v", a.get("id"))
}

func number64(n int64) string { return strconv.FormatInt(n, 10) }

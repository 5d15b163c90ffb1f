package control_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"wapost/internal/simulator"
	"wapost/internal/simulator/control"
	"wapost/simclient"
)

func TestOnlyLoopbackNamesAreServed(t *testing.T) {
	r := newRig(t)
	for host, served := range map[string]bool{"localhost": true, "LOCALHOST:7090": true, "127.0.0.1": true, "127.8.9.1:80": true, "[::1]:7090": true, "[::1]": true,
		"example.com": false, "10.0.0.1:7090": false, "localhost.example.com": false, "0.0.0.0": false, "[2001:db8::1]": false} {
		_, err := r.altered(func(req *http.Request) { req.Host = host }).Info(t.Context())
		switch {
		case served && err != nil:
			t.Errorf("host %q: %v", host, err)
		case !served:
			fails(t, err, 421, "not_loopback")
		}
	}
}

func TestPagesOfOtherOriginsAreRefused(t *testing.T) {
	r := newRig(t)
	for origin, served := range map[string]bool{"http://localhost:3000": true, "https://127.0.0.1": true, "http://[::1]:80": true,
		"https://example.com": false, "null": false, "http://localhost.example.com": false, "file://localhost": false, "": false} {
		_, err := r.altered(func(req *http.Request) { req.Header["Origin"] = []string{origin} }).Info(t.Context())
		switch {
		case served && err != nil:
			t.Errorf("origin %q: %v", origin, err)
		case !served:
			fails(t, err, 403, "forbidden_origin")
		}
	}
	_, err := r.altered(func(req *http.Request) { req.Header["Origin"] = []string{"http://localhost", "https://example.com"} }).Info(t.Context())
	fails(t, err, 403, "forbidden_origin")
}

func TestABodyMustBeJSON(t *testing.T) {
	r := newRig(t)
	for _, media := range []string{"text/plain", "application/x-www-form-urlencoded", "", "application/jsonp"} {
		_, err := r.altered(func(req *http.Request) { req.Header.Set("Content-Type", media) }).Reset(t.Context())
		fails(t, err, 415, "unsupported_media_type")
	}
	_, err := r.altered(func(req *http.Request) { req.Header.Set("Content-Type", "application/json; charset=utf-8") }).Reset(t.Context())
	must(t, err)
	_, err = r.altered(func(req *http.Request) { req.Header.Del("Content-Type"); req.Body, req.ContentLength = nil, 0 }).Reset(t.Context())
	must(t, err)
}

func TestATooLargeBodyIsRefused(t *testing.T) {
	r := newRig(t)
	r.user("4915100000003", "Anna")
	_, err := r.Send(t.Context(), "4915100000003", simclient.Message{To: "4915100000003", Raw: make([]byte, 49<<20)})
	fails(t, err, 413, "too_large")
}

func TestUnknownPathsAndMethodsAreToldApart(t *testing.T) {
	r := newRig(t)
	moved := func(method, path string) error {
		_, err := r.altered(func(req *http.Request) { req.Method, req.URL.Path = method, path }).Info(t.Context())
		return err
	}
	fails(t, moved("GET", "/user"), 404, "unknown_path")
	fails(t, moved("GET", "/users/4915100000001/nothing"), 404, "unknown_path")
	fails(t, moved("GET", "/broadcasts"), 404, "unknown_path")
	fails(t, moved("PUT", "/users"), 405, "method_not_allowed")
	fails(t, moved("DELETE", "/"), 405, "method_not_allowed")
	var allow string
	c := simclient.New(r.url)
	c.HTTP = &http.Client{Transport: roundTrip(func(req *http.Request) (*http.Response, error) {
		req.Method, req.URL.Path = "PUT", "/faults"
		res, err := exercised.RoundTrip(req)
		if err == nil {
			allow = res.Header.Get("Allow")
		}
		return res, err
	})}
	_, err := c.Info(t.Context())
	if fails(t, err, 405, "method_not_allowed"); allow != "DELETE, GET, POST" {
		t.Errorf("Allow is %q", allow)
	}
}

// withBody sends text in the place of a body that the client has made.
func (r *rig) withBody(text string) *simclient.Client {
	return r.altered(func(req *http.Request) {
		req.Body, req.ContentLength = io.NopCloser(strings.NewReader(text)), int64(len(text))
		req.Header.Set("Content-Type", "application/json")
	})
}

func TestBodiesAreReadStrictly(t *testing.T) {
	r := newRig(t)
	r.user("4915100000003", "Anna")
	for body, want := range map[string]string{
		`{"to":"4915100000003","text":"x","pool":{}}`:            `unknown field "pool"; known: to, id, text,`,
		`{"to":"4915100000003","Text":"x"}`:                      `unknown field "Text"`,
		`{"to":"4915100000003","text":"x","text":"y"}`:           `field "text" is given twice`,
		`{"to":"4915100000003","image":{"size":1,"voice":true}}`: `unknown field "image.voice"`,
		`{"to":"4915100000003","edit":{"text":"x"}}`:             `edit.id is missing`,
		`{"text":"x"}`:                                         `to is missing`,
		`{"to":4915100000003,"text":"x"}`:                      `to must be a string`,
		`{"to":null,"text":"x"}`:                               `to must not be null`,
		`{"to":"4915100000003","text":null}`:                   `text must not be null`,
		`{"to":"4915100000003","mentions":"x","text":"x"}`:     `mentions must be a list`,
		`{"to":"4915100000003","mentions":[1],"text":"x"}`:     `mentions[] must be a string`,
		`{"to":"4915100000003","expires_s":1.5,"text":"x"}`:    `expires_s must be a whole number`,
		`{"to":"4915100000003","forwarded":1,"text":"x"}`:      `forwarded must be true or false`,
		`{"to":"4915100000003","raw":"%"}`:                     `raw must be base64`,
		`{"to":"4915100000003","text":"x","at":"yesterday"}`:   `at must be a time such as`,
		`{"to":"4915100000003","text":"x","addressing":"jid"}`: `addressing must be one of lid, pn, pn_only, lid_only, not "jid"`,
		`{"to":"4915100000003"}`:                               `exactly one of text, image, video, audio, document, sticker, location, contacts, poll, vote, event, answer, reaction, edit, revoke, pin, comment, raw, raw_json, and here are 0`,
		`{"to":"4915100000003","text":"x","raw":"AA=="}`:       `and here are 2`,
		`{"to":"status","text":"x","addressing":"pn"}`:         `addressing pn is for messages outside of groups`,
		`{"to":"1@broadcast","text":"x"}`:                      `to: the simulator has no broadcast lists`,
		`{"to":"4915100000003","text":"x","top_level":true}`:   `top_level is for status updates`,
		`{"to":"1@newsletter","text":"x"}`:                     `to: the simulator has no broadcast lists`,
		`[]`:                                                   `the body must be an object`,
		`null`:                                                 `the body must be an object`,
		`{"to":"4915100000003","text":"x"} {}`:                 `not one JSON object`,
		`{"to":`:                                               `not one JSON object`,
		"{\"to\":\"\xff\"}":                                    `not UTF-8`,
		``:                                                     `to is missing`,
	} {
		_, err := r.withBody(body).Send(t.Context(), "4915100000003", simclient.Message{})
		if fails(t, err, 400, "invalid_request"); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %q", body, err, want)
		}
	}
}

func TestWhatWouldBePassedOverIsRefused(t *testing.T) {
	r := newRig(t)
	r.user("4915100000003", "Anna")
	for name, m := range map[string]simclient.Message{
		"quote in a reaction":     {Reaction: &simclient.Reaction{ID: "1"}, ReplyTo: "2"},
		"mentions in raw":         {Raw: []byte{0}, Mentions: []string{"4915100000003"}},
		"negative timer":          {Text: "x", ExpiresS: -1},
		"sender key for a person": {Text: "x", NoSenderKey: true},
		"file without bytes":      {Image: &simclient.File{}},
		"file with two sources":   {Audio: &simclient.File{Size: 1, Data: []byte{1}}},
		"file that is gone well":  {Video: &simclient.File{Size: 1, Gone: 200}},
		"huge file":               {Document: &simclient.File{Size: 1 << 40}},
		"negative file":           {Sticker: &simclient.File{Size: -1}},
		"no protobuf":             {Raw: []byte{255}},
		"numbers in a group":      {To: "120363000000000000@g.us", Text: "x", Addressing: "pn"},
	} {
		if m.To == "" {
			m.To = "4915100000003"
		}
		if _, err := r.Send(t.Context(), "4915100000003", m); simclient.CodeOf(err) != "invalid_request" {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestParametersAreReadStrictly(t *testing.T) {
	r := newRig(t)
	r.user("4915100000003", "Anna")
	for query, want := range map[string]string{
		"kinds=all":            `unknown parameter "kinds"; known: after, limit, timeout, kind`,
		"kind=message,stories": "kind must be all or a comma list",
		"limit=0":              "limit must be a number from 1 to 1000",
		"limit=1001":           "limit must be a number from 1 to 1000",
		"after=-1":             "after must be a number",
		"timeout=61s":          "timeout must be a duration from 0s to 60s",
		"timeout=10":           "timeout must be a duration",
		"after=1&after=2":      `parameter "after" is given twice`,
		"a=%zz":                "the query string cannot be read",
	} {
		_, err := r.altered(func(req *http.Request) { req.URL.RawQuery = query }).Inbox(t.Context(), "4915100000003", simclient.InboxQuery{})
		if fails(t, err, 400, "invalid_request"); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %q", query, err, want)
		}
	}
	_, err := r.altered(func(req *http.Request) { req.URL.RawQuery = "full=1" }).Users(t.Context())
	fails(t, err, 400, "invalid_request")
	_, err = r.altered(func(req *http.Request) { req.URL.RawQuery = "wait=read" }).Send(t.Context(), "4915100000003", simclient.Message{To: "4915100000003", Text: "x"})
	fails(t, err, 400, "invalid_request")
}

func TestAPanicIsOurFault(t *testing.T) {
	_, err := served(t, nil).Users(t.Context())
	if fails(t, err, 500, "internal"); err == nil || !strings.Contains(err.Error(), "internal error") {
		t.Errorf("it says %v", err)
	}
}

func TestInfoIsWhatAGatewayNeeds(t *testing.T) {
	r := newRig(t)
	info, err := r.Info(t.Context())
	must(t, err)
	key := testAuthority.RootKey()
	if info.Simulator != "wapost" || info.API != 1 || info.Version != "test" || !bytes.Equal(info.RootKey, key[:]) || info.Address != r.sim.Addr() ||
		time.Since(info.StartedAt) > time.Minute {
		t.Errorf("info is %+v", info)
	}
}

func TestTheControlAPIListensOnLoopbackOnly(t *testing.T) {
	api := control.New(newSimulator(t), control.Options{})
	for _, address := range []string{"0.0.0.0:0", ":0", "192.0.2.1:0", "example.com:0"} {
		if err := api.Listen(address); !errors.Is(err, simulator.ErrNotLoopback) {
			t.Errorf("%s: %v", address, err)
		}
	}
	if err := api.Listen("127.0.0.1"); err == nil {
		t.Error("an address without a port was accepted")
	}
	must(t, api.Listen("localhost:0"))
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	must(t, api.Run(ctx))
}

func TestAWaitingCallEndsWithTheServer(t *testing.T) {
	sim := newSimulator(t)
	api := control.New(sim, control.Options{})
	must(t, api.Listen("127.0.0.1:0"))
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- api.Run(ctx) }()
	c := simclient.New(api.URL())
	name := "Anna"
	_, _, err := c.CreateUser(t.Context(), simclient.NewUser{Phone: "4915100000003", Name: &name})
	must(t, err)
	answered := make(chan error, 1)
	go func() {
		page, err := c.Inbox(t.Context(), "4915100000003", simclient.InboxQuery{Timeout: time.Minute})
		if err == nil && len(page.Entries) > 0 {
			err = errors.New("entries came from nowhere")
		}
		answered <- err
	}()
	time.AfterFunc(50*time.Millisecond, cancel) // the call is on its way or waits by then; either must end
	select {
	case err := <-ended:
		must(t, err)
	case <-time.After(patience):
		t.Fatal("the server waits for the call")
	}
	<-answered
}

// post sends a body as it is.
func (r *rig) post(path, body string, into any) error {
	r.t.Helper()
	req, err := http.NewRequestWithContext(r.t.Context(), http.MethodPost, r.url+path, strings.NewReader(body))
	must(r.t, err)
	req.Header.Set("Content-Type", "application/json")
	res, err := exercised.RoundTrip(req)
	must(r.t, err)
	raw, err := io.ReadAll(res.Body)
	must(r.t, err)
	if res.StatusCode >= 300 {
		var failure struct{ Error simclient.Error }
		must(r.t, json.Unmarshal(raw, &failure))
		return &failure.Error
	}
	if into != nil {
		must(r.t, json.Unmarshal(raw, into))
	}
	return nil
}

package client_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"wapost/internal/client"
)

// gateway plays the other side.
func gateway(t *testing.T, h http.HandlerFunc) *client.Client {
	t.Helper()
	s := httptest.NewServer(h)
	t.Cleanup(func() { s.CloseClientConnections(); s.Close() })
	c, err := client.New(s.URL+"/base/", "the-key")
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestRequestCarriesCredentialAndBody(t *testing.T) {
	c := gateway(t, func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		if r.Header.Get("Authorization") != "the-key" || r.URL.String() != "/base/webhooks?x=1" || string(body) != `{"url":"u"}` || r.Header.Get("Content-Type") != "application/json" {
			t.Errorf("%s %v %s", r.URL, r.Header, body)
		}
		w.WriteHeader(201)
		_, _ = io.WriteString(w, `{"status":true,"code":201,"message":"Created","data":{"id":7}}`)
	})
	var got struct{ ID int }
	a, err := c.Do(t.Context(), "POST", "/webhooks", url.Values{"x": {"1"}}, map[string]string{"url": "u"}, &got)
	if err != nil || got.ID != 7 || a.Status != 201 || a.Message != "Created" {
		t.Errorf("%+v %+v %v", a, got, err)
	}
}

func TestErrorsSayWhatTheGatewaySaid(t *testing.T) {
	c := gateway(t, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("X-Request-ID", "rid")
		switch r.URL.Path {
		case "/base/limit":
			w.Header().Set("Retry-After", "3")
			w.WriteHeader(429)
			_, _ = io.WriteString(w, `{"status":false,"code":429,"message":"Too many requests","error":"Rate limit exceeded; retry after 3 s"}`)
		case "/base/proxy":
			w.WriteHeader(502)
			_, _ = io.WriteString(w, `<html>nginx`)
		}
	})
	_, err := c.Do(t.Context(), "GET", "/limit", nil, nil, nil)
	var e *client.Error
	if !errors.As(err, &e) || e.Status != 429 || e.Error() != "Rate limit exceeded; retry after 3 s" || e.RetryAfter != 3*time.Second || e.RequestID != "rid" {
		t.Errorf("%#v", err)
	}
	if _, err = c.Do(t.Context(), "GET", "/proxy", nil, nil, nil); !errors.As(err, &e) || e.Status != 502 || !strings.Contains(e.Error(), "not that of a wapost gateway") {
		t.Errorf("%#v", err)
	}
	down := httptest.NewServer(nil)
	base := down.URL
	down.Close()
	c, _ = client.New(base, "k")
	var u *client.Unreachable
	if _, err = c.Do(t.Context(), "GET", "/", nil, nil, nil); !errors.As(err, &u) || !strings.Contains(err.Error(), base) {
		t.Errorf("%#v", err)
	}
}

func TestRedirectGetsNoCredential(t *testing.T) {
	other := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		t.Errorf("followed with %q", r.Header.Get("Authorization"))
	}))
	defer other.Close()
	c := gateway(t, func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, other.URL, http.StatusFound) })
	if _, err := c.Do(t.Context(), "GET", "/webhooks", nil, nil, nil); err == nil {
		t.Error("a redirect is a success")
	}
}

func TestAddressesThatCannotBe(t *testing.T) {
	for _, base := range []string{"", "localhost:7001", "ftp://a", "http://", "http://user:pw@host", "http://host?x=1"} {
		if _, err := client.New(base, "k"); err == nil {
			t.Errorf("%q was taken", base)
		}
	}
}

func TestListReadsPagesUpToTheLimit(t *testing.T) {
	asked := []string{}
	c := gateway(t, func(w http.ResponseWriter, r *http.Request) {
		q := r.URL.Query()
		asked = append(asked, q.Get("after")+"/"+q.Get("limit")+"/"+q.Get("state"))
		next := map[string]string{"": `"b"`, "b": `"c"`, "c": "null"}[q.Get("after")]
		_, _ = fmt.Fprintf(w, `{"status":true,"code":200,"message":"m","data":[1,2],"page":{"next":%s,"limit":2}}`, next)
	})
	query := url.Values{"state": {"failing"}}
	list, err := c.List(t.Context(), "/webhooks", query, 0)
	if err != nil || len(list) != 6 || fmt.Sprint(asked) != "[/200/failing b/200/failing c/200/failing]" {
		t.Errorf("%d %v %v", len(list), err, asked)
	}
	asked = nil
	if list, _ = c.List(t.Context(), "/webhooks", query, 3); fmt.Sprint(asked) != "[/3/failing b/1/failing]" {
		t.Errorf("%d %v", len(list), asked)
	}
	if b, _ := json.Marshal(query); string(b) != `{"state":["failing"]}` {
		t.Errorf("the caller's query was changed: %s", b)
	}
}

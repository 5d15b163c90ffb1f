package httpapi

import (
	"bufio"
	"bytes"
	"encoding/base64"
	"fmt"
	"image/png"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"wapost/internal/event"
	"wapost/internal/session"
)

func TestLoginShowsTheCodeInEveryForm(t *testing.T) {
	r := newRig(t)
	_, key := r.account()
	r.device(key)
	r.call(key, "GET", "/devices/me/qr", nil).wants(http.StatusConflict, "No pairing is running")
	a := r.call(key, "POST", "/devices/me/login", nil).ok(http.StatusOK)
	uri, _ := a.get("qr_code").(string)
	picture, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(uri, "data:image/png;base64,"))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := png.Decode(bytes.NewReader(picture)); err != nil {
		t.Errorf("data URI: %v", err)
	}
	if a.get("code") != "2@ref,key,identity,adv" || a.get("timeout").(float64) < 50 {
		t.Errorf("got %s", a.Body)
	}
	for form, want := range map[string]struct{ contentType, begin string }{
		"png": {"image/png", "\x89PNG"}, "svg": {"image/svg+xml", "<svg "}, "text": {"text/plain; charset=utf-8", "█"},
		"html": {"text/html; charset=utf-8", "<!doctype html>"},
	} {
		login := r.call(key, "POST", "/devices/me/login?output="+form, nil).ok(http.StatusOK)
		qr := r.call(key, "GET", "/devices/me/qr?format="+form, nil).ok(http.StatusOK)
		for _, a := range []*answer{login, qr} {
			if a.Header().Get("Content-Type") != want.contentType || !strings.HasPrefix(a.Body.String(), want.begin) {
				t.Errorf("%s: %s %.20q", form, a.Header().Get("Content-Type"), a.Body)
			}
		}
	}
	r.call(key, "GET", "/devices/me/qr?format=gif", nil).wants(http.StatusBadRequest, "format must be one of json, png, text, svg, html")
	r.call(key, "DELETE", "/devices/me/pairing", nil).ok(http.StatusOK)
	r.call(key, "DELETE", "/devices/me/pairing", nil).wants(http.StatusConflict, "No pairing is running")
}

func TestLoginCode(t *testing.T) {
	r := newRig(t)
	_, key := r.account()
	r.device(key)
	a := r.call(key, "POST", "/devices/me/login-code", `{"phone":"+49 1555"}`).ok(http.StatusBadRequest)
	if a.sentence() != `Not a phone number or JID: "+49 1555"` {
		t.Errorf("got %s", a.Body)
	}
	r.call(key, "POST", "/devices/me/login-code", `{"phone":""}`).wants(http.StatusBadRequest, "phone is required")
	r.call(key, "POST", "/devices/me/login-code", `{"phone":"99@lid"}`).wants(http.StatusBadRequest, `Not a phone number: "99@lid"`)
	if a := r.call(key, "POST", "/devices/me/login-code", `{"phone":"4915550003333"}`).ok(http.StatusOK); a.get("pair_code") != "ABCD-3333" {
		t.Errorf("got %s", a.Body)
	}
}

func TestPairingStreamTellsEveryStepAndEnds(t *testing.T) {
	r := newRig(t)
	_, key := r.account()
	_, token := r.device(key)
	r.call(token, "GET", "/devices/me/pairing/stream", nil).wants(http.StatusConflict, "No pairing is running")
	r.call(token, "POST", "/devices/me/login", nil).ok(http.StatusOK)
	body := r.open(t, token)
	lines := bufio.NewScanner(body)
	if got := next(lines); got != "retry: 3000" {
		t.Errorf("begins with %q", got)
	}
	if got := next(lines); got != "event: qr" {
		t.Errorf("first event %q", got)
	}
	if got := next(lines); !strings.HasPrefix(got, `data: {"code":"2@ref,key,identity,adv"`) {
		t.Errorf("its data %q", got)
	}
	r.sessions.watcher <- session.PairingStep{Kind: session.StepPaired, Data: event.Empty{}}
	close(r.sessions.watcher)
	if got := next(lines); got != "event: paired" {
		t.Errorf("second event %q", got)
	}
	if got := next(lines); got != "data: {}" {
		t.Errorf("its data %q", got)
	}
	if got := next(lines); got != "" {
		t.Errorf("the stream goes on with %q", got)
	}
}

func TestStreamsEndWithTheProcess(t *testing.T) {
	r := newRig(t)
	_, key := r.account()
	_, token := r.device(key)
	r.call(token, "POST", "/devices/me/login", nil).ok(http.StatusOK)
	lines := bufio.NewScanner(r.open(t, token))
	next(lines)
	r.api.Stopping()
	for next(lines) != "" {
	}
	if err := lines.Err(); err != nil {
		t.Errorf("not a clean end: %v", err)
	}
}

// open starts a stream over a real connection with the recommended server.
func (r *rig) open(t *testing.T, token string) interface{ Read([]byte) (int, error) } {
	t.Helper()
	server := httptest.NewUnstartedServer(nil)
	server.Config = Server("", r.handler)
	server.Start()
	t.Cleanup(server.Close)
	req, err := http.NewRequestWithContext(t.Context(), "GET", server.URL+"/devices/me/pairing/stream", nil)
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Authorization", token)
	client := server.Client()
	client.Timeout = 20 * time.Second
	resp, err := client.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = resp.Body.Close() }) // the end of the test is the end of the stream
	if resp.StatusCode != http.StatusOK || resp.Header.Get("Content-Type") != "text/event-stream" || resp.Header.Get("Cache-Control") != "no-store" {
		t.Fatalf("%d %v", resp.StatusCode, resp.Header)
	}
	return resp.Body
}

// next returns the next line that is not empty; "" at the end.
func next(s *bufio.Scanner) string {
	for s.Scan() {
		if s.Text() != "" {
			return s.Text()
		}
	}
	return ""
}

func TestQRCodeIsTheSameInEveryForm(t *testing.T) {
	d, err := draw("2@abcdefghijklmnopqrstuvwxyz0123456789,key,identity,adv")
	if err != nil {
		t.Fatal(err)
	}
	b, err := d.png(d.side * 3)
	if err != nil {
		t.Fatal(err)
	}
	img, err := png.Decode(bytes.NewReader(b))
	if err != nil {
		t.Fatal(err)
	}
	rows := strings.Split(string(d.text()), "\n")
	black := 0
	for y := range d.side {
		for x := range d.side {
			red, _, _, _ := img.At(x*3+1, y*3+1).RGBA()
			if (red == 0) != d.black(x, y) {
				t.Fatalf("pixel of module %d,%d", x, y)
			}
			half := []rune(rows[y/2])[x]
			light := half == '█' || half == '▀' && y%2 == 0 || half == '▄' && y%2 == 1
			if light == d.black(x, y) {
				t.Fatalf("character of module %d,%d", x, y)
			}
			if d.black(x, y) {
				black++
			}
		}
	}
	drawn := 0
	for _, run := range strings.Split(string(d.svg(100)), "M")[1:] {
		var x, y, width int
		if _, err := fmt.Sscanf(run, "%d %dh%dv1h", &x, &y, &width); err != nil || !d.black(x, y) || !d.black(x+width-1, y) || d.black(x+width, y) {
			t.Fatalf("run %q: %v", run, err)
		}
		drawn += width
	}
	if drawn != black || black == 0 {
		t.Errorf("the SVG has %d black modules, the code %d", drawn, black)
	}
	if d.black(0, 0) || d.black(quiet-1, quiet) || !d.black(quiet, quiet) {
		t.Error("the border is not where it must be")
	}
}

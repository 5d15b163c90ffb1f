package control_test

import (
	"encoding/json"
	"io"
	"net/http"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"go.mau.fi/whatsmeow"
	"go.mau.fi/whatsmeow/types/events"
)

func manual(t testing.TB) string {
	t.Helper()
	raw, err := os.ReadFile("../../../docs/simulator.md")
	must(t, err)
	return string(raw)
}

func TestTheManualNamesEveryRouteFieldAndCode(t *testing.T) {
	page, doc := manual(t), servedDocument()
	for path, methods := range doc.Paths {
		for method := range methods {
			if route := "`" + strings.ToUpper(method) + " " + path + "`"; !strings.Contains(page, route) {
				t.Errorf("the manual has no %s", route)
			}
		}
	}
	for _, code := range everyCode() {
		if !strings.Contains(page, "`"+code+"`") {
			t.Errorf("the manual has no code %s", code)
		}
	}
	for name, s := range doc.Components.Schemas {
		for field := range s.Properties {
			if name != "ErrorReply" && !strings.Contains(page, "`"+field+"`") && !strings.Contains(page, `"`+field+`"`) {
				t.Errorf("the manual has no field %s of %s", field, name)
			}
		}
	}
}

// A curl of the manual, taken apart.
var curl = regexp.MustCompile(`(?m)^curl(?: -X (\w+))?(?: --json '(.*)')? "?\$S(/[^\s"]*)"?$`)

// The examples of the manual are one session: each must work, in this order.
func TestTheExamplesOfTheManualWork(t *testing.T) {
	r := newRig(t)
	page := manual(t)
	examples := curl.FindAllStringSubmatch(page, -1)
	if n := strings.Count(page, "\ncurl "); len(examples) != n {
		t.Fatalf("%d of %d examples can be read", len(examples), n)
	}
	s := &session{rig: r, values: map[string]string{}}
	for _, example := range examples {
		s.run(example[1], example[2], example[3])
	}
}

// session has what later examples need of earlier ones.
type session struct {
	*rig
	values map[string]string
	owner  *gateway
}

var variable = regexp.MustCompile(`\$(QR|CODE|ID|G|N|SEQ)\b`)

func (s *session) run(method, body, path string) {
	s.t.Helper()
	body = strings.NewReplacer(`'"$`, "$", `"'`, "").Replace(body)
	path, body = s.fill(path), s.fill(body)
	logins := s.logins()
	if method == "" {
		method = map[bool]string{true: http.MethodGet, false: http.MethodPost}[body == ""]
	}
	req, err := http.NewRequestWithContext(s.t.Context(), method, s.url+path, strings.NewReader(body))
	must(s.t, err)
	if body != "" {
		req.Header.Set("Content-Type", "application/json")
	}
	res, err := exercised.RoundTrip(req)
	must(s.t, err)
	raw, err := io.ReadAll(res.Body)
	must(s.t, err)
	if res.StatusCode >= 300 {
		s.t.Errorf("%s %s %s: %s", method, path, body, raw)
	}
	s.keep(path, raw)
	if strings.HasSuffix(path, "/kick") || strings.HasSuffix(path, "/stream-error") {
		until(s.t, func() bool { return s.logins() > logins })
	}
}

// logins counts those of the owner's gateway that are complete.
func (s *session) logins() int {
	d, err := s.Device(s.t.Context(), owner+":1")
	if err != nil || !d.Active {
		return 0
	}
	return d.Logins
}

// fill puts values into the place of variables.
func (s *session) fill(text string) string {
	return variable.ReplaceAllStringFunc(text, func(name string) string {
		switch name {
		case "$QR":
			s.owner = s.client()
			return s.owner.code()
		case "$CODE":
			await[*events.Connected](s.owner, nil)
			g := s.client()
			g.code()
			code, err := g.PairPhone(s.t.Context(), ben, true, whatsmeow.PairClientChrome, "Chrome (Linux)")
			must(s.t, err)
			return code
		}
		return s.values[name]
	})
}

// keep notes ids; once there is an inbox to look into, the gateway has something in it.
func (s *session) keep(path string, raw []byte) {
	var reply struct{ ID string }
	must(s.t, json.Unmarshal(append([]byte(nil), orObject(raw)...), &reply))
	switch {
	case path == "/groups" && reply.ID != "":
		s.values["$G"] = reply.ID
	case path == "/newsletters" && reply.ID != "":
		s.values["$N"] = reply.ID
	case strings.HasPrefix(path, "/users/") && strings.HasSuffix(path, "/messages?wait=acked"):
		s.values["$ID"] = reply.ID
	case strings.HasSuffix(path, "/burst") && s.values["$SEQ"] == "":
		up, err := s.owner.Upload(s.t.Context(), []byte("picture"), whatsmeow.MediaImage)
		must(s.t, err)
		s.owner.say(anna, fileMessage("image", up))
		raw, err := json.Marshal(s.next(anna, 0).Seq)
		must(s.t, err)
		s.values["$SEQ"] = string(raw)
	}
}

// orObject stands in for replies that are no JSON.
func orObject(raw []byte) []byte {
	if slices.Contains([]byte("{["), raw[0]) {
		return raw
	}
	return []byte("{}")
}

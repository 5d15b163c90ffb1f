package verify

import (
	"errors"
	"net/http"
	"os"
	"os/exec"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"
)

// request is one signed request, and whether it must be accepted at a time.
type request struct {
	name                             string
	secret, id, at, signatures, body string
	now                              int64
	genuine                          bool
}

const (
	secret   = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw" // the public example of Standard Webhooks
	id       = "msg_p5jXN8AQM9LWM0D4loKWxJek"
	body     = `{"test": 2432232314}`
	signedV1 = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
	eventID  = "evt_019b2bdc-0ddc-7c3a-9f5e-2d4b6a8c0e1f"
	event    = `{"id":"evt_019b2bdc-0ddc-7c3a-9f5e-2d4b6a8c0e1f","type":"webhook.test","version":1,"timestamp":"2025-12-17T10:30:00.412Z",` +
		`"device_id":"5f0c8a52-6d1e-4b7a-9c31-2e8f4a6b7d90","sequence":null,"origin":"live","account":{"jid":"4915550001111@s.whatsapp.net",` +
		`"lid":"99000000000001@lid","phone":"+4915550001111"},"data":{"webhook_id":1,"message":"Test <ok> & fine: é"}}`
)

func requests() []request {
	const at, eventAt = 1614265330, 1765967400
	v1 := request{secret: secret, id: id, at: "1614265330", signatures: signedV1, body: body, now: at, genuine: true}
	with := func(name string, genuine bool, change func(*request)) request {
		r := v1
		r.name, r.genuine = name, genuine
		change(&r)
		return r
	}
	return []request{
		with("V1: a whsec_ secret", true, func(*request) {}),
		with("V4: a secret of free text", true, func(r *request) {
			r.secret, r.signatures = "string", "v1,Tsd3+jIhz4/aNAHNX4nTP3v2Hi08z9IwITGugeJPKWE="
		}),
		with("V7: an event", true, func(r *request) {
			r.id, r.at, r.body, r.now = eventID, "1765967400", event, eventAt
			r.signatures = "v1,YfMmA3kwm3ZG69kEutEAoK5yJLUul07WfIyWMdymda8="
		}),
		with("a second signature during a rotation", true, func(r *request) { r.signatures = "v1,AAAA " + signedV1 }),
		with("five minutes and a second old", false, func(r *request) { r.now = at + 301 }),
		with("from the future", false, func(r *request) { r.now = at - 301 }),
		with("another body", false, func(r *request) { r.body += " " }),
		with("another secret", false, func(r *request) { r.secret = "string" }),
		with("a time that is no number", false, func(r *request) { r.at = "now" }),
		with("a time of 20 digits", false, func(r *request) { r.at = strings.Repeat("9", 20) }),
		with("a time of 400 digits", false, func(r *request) { r.at = strings.Repeat("9", 400) }),
		with("a time of 5000 digits", false, func(r *request) { r.at = strings.Repeat("9", 5000) }),
		with("an id that is no UTF-8", false, func(r *request) { r.id = "\xff" }),
		with("a signature that is no UTF-8", false, func(r *request) { r.signatures = "v1,\xff" }),
		with("no signature", false, func(r *request) { r.signatures = "" }),
		with("a signature that is cut off", false, func(r *request) { r.signatures = signedV1[:20] }),
		with("a signature in another alphabet", false, func(r *request) { r.signatures = "v1,é" }),
	}
}

func TestGo(t *testing.T) {
	for _, r := range requests() {
		h := http.Header{}
		h.Set("webhook-id", r.id)
		h.Set("webhook-timestamp", r.at)
		h.Set("webhook-signature", r.signatures)
		if got := Genuine(r.secret, h, []byte(r.body), time.Unix(r.now, 0)); got != r.genuine {
			t.Errorf("%s: %v, want %v", r.name, got, r.genuine)
		}
	}
}

func TestNode(t *testing.T)   { script(t, "node", "verify.mjs") }
func TestPython(t *testing.T) { script(t, "python3", "verify.py") }
func TestPHP(t *testing.T)    { script(t, "php", "verify.php") }

// script runs an example as a program: exit code 0 = genuine, 1 = not.
func script(t *testing.T, interpreter, file string) {
	t.Helper()
	t.Parallel()
	if _, err := exec.LookPath(interpreter); err != nil {
		t.Skipf("%s is not installed: %s was not run", interpreter, file)
	}
	for _, r := range requests() {
		cmd := exec.Command(interpreter, file, r.secret, r.id, r.at, r.signatures, strconv.FormatInt(r.now, 10))
		cmd.Stdin = strings.NewReader(r.body)
		out, err := cmd.CombinedOutput()
		var exit *exec.ExitError
		if err != nil && (!errors.As(err, &exit) || exit.ExitCode() != 1) || len(out) > 0 {
			t.Fatalf("%s: %v\n%s", r.name, err, out)
		}
		if got := err == nil; got != r.genuine {
			t.Errorf("%s: %v, want %v", r.name, got, r.genuine)
		}
	}
}

// What the README shows is what was run here.
func TestReadmeShowsTheseFiles(t *testing.T) {
	readme, err := os.ReadFile("../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	for language, file := range map[string]string{"go": "verify.go", "js": "verify.mjs", "python": "verify.py", "php": "verify.php"} {
		whole, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		blocks := regexp.MustCompile("(?s)```"+language+"\n(.*?)```").FindAllSubmatch(readme, -1)
		if len(blocks) == 0 {
			t.Errorf("the README shows no %s", language)
		}
		for _, b := range blocks {
			if !strings.Contains(string(whole), string(b[1])) {
				t.Errorf("the README shows %s that is not in %s:\n%s", language, file, b[1])
			}
		}
	}
}

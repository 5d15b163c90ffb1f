// Package outside_test has our signatures judged by libraries of other people: those that a customer would verify them with.
// Real deliveries go out and are captured; each library must accept them as they came, and refuse them in any other form.
package outside_test

import (
	"fmt"
	"maps"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"

	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"
)

// judged is one request, handed to one library with one secret.
type judged struct {
	name    string
	library string
	secret  string
	header  string // that the library looks at; "" = those of Standard Webhooks
	request captured
	genuine bool
}

// delivered is a captured request, and the secrets that must and must not verify it.
type delivered struct {
	name    string
	request captured
	secrets []string   // newest first
	old     *delivered // the same of long ago
}

const stranger = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw" // nobody's secret here

func raw(secret string) bool { return !strings.HasPrefix(secret, "whsec_") }

// deliveries makes one delivery of each form of contract.md §5.3. The old requests are genuine ones: they are sent in a bubble,
// whose time is that of the year 2000.
func deliveries(t *testing.T) []delivered {
	t.Helper()
	forms := []struct {
		name, secret string
		rotated      bool
	}{
		{"a generated secret", "", false},
		{"a secret of 32 bytes, with padding", "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD8ohgJyiuZVw=", false},
		{"free text", "string", false},
		{"free text that is not ASCII", "Schlüssel № 1", false},
		{"a rotation from generated to generated", "", true},
		{"a rotation from free text to generated", "string", true},
	}
	send := func(t *testing.T) (list []delivered) {
		for _, f := range forms {
			g := open(t)
			id, secret := g.register(f.secret)
			d := delivered{name: f.name, secrets: []string{secret}}
			if f.rotated {
				d.secrets = []string{g.rotate(id), secret}
			}
			d.request = g.deliver(len(d.secrets))
			g.stop()
			list = append(list, d)
		}
		return list
	}
	now := send(t)
	synctest.Test(t, func(t *testing.T) {
		for i, d := range send(t) {
			now[i].old = &d
		}
	})
	return now
}

// standard are the requests for a library of Standard Webhooks.
func standard(library string, list []delivered) (cases []judged) {
	for _, d := range list {
		add := func(name, secret string, r captured, genuine bool) {
			cases = append(cases, judged{d.name + ": " + name, library, secret, "", r, genuine})
		}
		for i, secret := range d.secrets {
			add(fmt.Sprint("as it came, secret ", i+1), secret, d.request, true)
			for name, body := range tampered(d.request.body) {
				add(name, secret, captured{d.request.headers, body}, false)
			}
			add("another id", secret, with(d.request, "webhook-id", d.old.request.headers["webhook-id"]), false)
			add("another time", secret, with(d.request, "webhook-timestamp", d.request.headers["webhook-timestamp"]+"0"), false)
			add("no signature", secret, with(d.request, "webhook-signature", ""), false)
		}
		add("another's secret", stranger, d.request, false)
		for i, secret := range d.old.secrets {
			add(fmt.Sprint("sent long ago, secret ", i+1), secret, d.old.request, false)
			now := with(d.old.request, "webhook-timestamp", d.request.headers["webhook-timestamp"])
			add(fmt.Sprint("sent long ago, with today's time, secret ", i+1), secret, now, false)
		}
	}
	return cases
}

// hub are the requests for the library of GitHub's header. It has no time, and only the newest secret signs it.
func hub(list []delivered) (cases []judged) {
	for _, d := range list {
		for _, header := range []string{"x-hub-signature-256", "x-webhook-signature"} {
			add := func(name, secret string, r captured, genuine bool) {
				cases = append(cases, judged{d.name + ", " + header + ": " + name, "@octokit/webhooks-methods", secret, header, r, genuine})
			}
			newest := d.secrets[0]
			add("as it came", newest, d.request, true)
			for name, body := range tampered(d.request.body) {
				add(name, newest, captured{d.request.headers, body}, false)
			}
			for _, other := range append(d.secrets[1:], stranger) {
				add("with another secret", other, d.request, false)
			}
			add("with another signature", newest, with(d.request, header, d.old.request.headers[header]), false)
		}
	}
	return cases
}

func tampered(body []byte) map[string][]byte {
	s := string(body)
	return map[string][]byte{
		"a byte more":         []byte(s + " "),
		"another letter":      []byte(strings.Replace(s, "Grüße", "Gruße", 1)),
		"escaped otherwise":   []byte(strings.Replace(s, "<ok>", `\u003cok\u003e`, 1)),
		"with another number": []byte(strings.Replace(s, `"version":1`, `"version":2`, 1)),
	}
}

func with(r captured, header, value string) captured {
	h := maps.Clone(r.headers)
	h[header] = value
	return captured{h, r.body}
}

func TestNodeLibrariesAcceptWhatWeSend(t *testing.T) {
	needNode(t)
	list := deliveries(t)
	cases := append(append(standard("standardwebhooks", list), standard("svix", list)...), hub(list)...)
	check(t, cases, askNode(t, cases))
}

func TestGoLibraryAcceptsWhatWeSend(t *testing.T) {
	cases := standard("standard-webhooks/libraries/go", deliveries(t))
	var verdicts []string
	for _, c := range cases {
		verdict := ""
		if err := judgeInGo(c); err != nil {
			verdict = err.Error()
		}
		verdicts = append(verdicts, verdict)
	}
	check(t, cases, verdicts)
}

func judgeInGo(c judged) error {
	w, err := standardwebhooks.NewWebhookRaw([]byte(c.secret))
	if !raw(c.secret) {
		w, err = standardwebhooks.NewWebhook(c.secret)
	}
	if err != nil {
		return err
	}
	h := http.Header{}
	for name, value := range c.request.headers {
		h.Set(name, value)
	}
	return w.Verify(c.request.body, h)
}

func check(t *testing.T, cases []judged, verdicts []string) {
	t.Helper()
	for i, c := range cases {
		if accepted := verdicts[i] == ""; accepted != c.genuine {
			t.Errorf("%s, %s: accepted %v, want %v (%s)", c.library, c.name, accepted, c.genuine, verdicts[i])
		}
	}
	t.Logf("%d requests judged", len(cases))
}

package httppost

import (
	"errors"
	"strings"
	"testing"
	"time"

	"wapost/internal/delivery"
	"wapost/internal/event"
	"wapost/internal/webhook"
)

const (
	s1     = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
	b1     = `{"test": 2432232314}`
	v1ID   = "msg_p5jXN8AQM9LWM0D4loKWxJek"
	v1Time = "1614265330"
	v7Body = `{"id":"evt_019b2bdc-0ddc-7c3a-9f5e-2d4b6a8c0e1f","type":"webhook.test","version":1,"timestamp":"2025-12-17T10:30:00.412Z","device_id":"5f0c8a52-6d1e-4b7a-9c31-2e8f4a6b7d90","sequence":null,"origin":"live","account":{"jid":"4915550001111@s.whatsapp.net","lid":"99000000000001@lid","phone":"+4915550001111"},"data":{"webhook_id":1,"message":"Test <ok> & fine: é"}}`
)

func prepareWith(t testing.TB, secrets ...webhook.Secret) *prepared {
	t.Helper()
	p, err := prepare(&webhook.Webhook{ID: 1, URL: "https://example.com/", Secrets: secrets}, "wapost/test")
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// The vectors of contract.md §5.4.
func TestSignaturesMatchThePublishedVectors(t *testing.T) {
	for _, v := range []struct{ name, secret, id, time, body, standard, hub string }{
		{"V1, V6", s1, v1ID, v1Time, b1, "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=", "sha256=80ec8a89ce3cd22133a1066caecb4d04fea7467657c8514d717ec42c38a5c94c"},
		{"V3", "It's a Secret to Everybody", v1ID, v1Time, "Hello, World!", "", "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17"},
		{"V4, V5", "string", v1ID, v1Time, b1, "v1,Tsd3+jIhz4/aNAHNX4nTP3v2Hi08z9IwITGugeJPKWE=", "sha256=939dc8ae91ece158c420d3cc8fa57628dae46924098f32e5f61a7556dcb513d0"},
		{"V7", s1, "evt_019b2bdc-0ddc-7c3a-9f5e-2d4b6a8c0e1f", "1765967400", v7Body, "v1,YfMmA3kwm3ZG69kEutEAoK5yJLUul07WfIyWMdymda8=", "sha256=ab145711958606cbef6bc28ea0977cb4ce612c1de0728a8bb7dcacfc7a1e5b96"},
	} {
		p := prepareWith(t, webhook.Secret{Text: v.secret})
		for range 3 { // hashes are used again
			standard, hub := p.sign(v.id, v.time, []byte(v.body), time.Now())
			if v.standard != "" && standard != v.standard {
				t.Errorf("%s: webhook-signature %s, want %s", v.name, standard, v.standard)
			}
			if hub != v.hub {
				t.Errorf("%s: %s, want %s", v.name, hub, v.hub)
			}
		}
	}
	if len(v7Body) != 363 {
		t.Errorf("the body of V7 has %d bytes, want 363", len(v7Body))
	}
}

func TestDuringARotationBothKeysSignNewestFirst(t *testing.T) {
	now := time.Now()
	old := webhook.Secret{Text: s1, ExpiresAt: now.Add(time.Hour)}
	p := prepareWith(t, webhook.Secret{Text: "string"}, old)
	standard, hub := p.sign(v1ID, v1Time, []byte(b1), now)
	if standard != "v1,Tsd3+jIhz4/aNAHNX4nTP3v2Hi08z9IwITGugeJPKWE= v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=" {
		t.Errorf("webhook-signature %q", standard)
	}
	if hub != "sha256=939dc8ae91ece158c420d3cc8fa57628dae46924098f32e5f61a7556dcb513d0" {
		t.Errorf("the sha256= header is not of the newest key: %s", hub)
	}
	if standard, _ = p.sign(v1ID, v1Time, []byte(b1), old.ExpiresAt); standard != "v1,Tsd3+jIhz4/aNAHNX4nTP3v2Hi08z9IwITGugeJPKWE=" {
		t.Errorf("after the old key ended: %q", standard)
	}
}

func TestHeadersAreThoseOfTheContract(t *testing.T) {
	p, err := prepare(&webhook.Webhook{ID: 42, URL: "https://example.com/", Secrets: []webhook.Secret{{Text: s1}},
		Headers: map[string]string{"Authorization": "Bearer abc"}}, "wapost/1.2.3")
	if err != nil {
		t.Fatal(err)
	}
	r := delivery.Request{Event: &event.Recorded{ID: v1ID, Type: "message.received", DeviceID: "dev-1"}, Body: []byte(b1), Attempt: 3,
		NextRetry: 119_001 * time.Millisecond, Replay: true}
	now := time.Unix(1614265330, 0)
	want := map[string]string{
		"Content-Type": "application/json", "User-Agent": "wapost/1.2.3", "webhook-id": v1ID, "webhook-timestamp": v1Time,
		"webhook-signature":   "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
		"X-Hub-Signature-256": "sha256=80ec8a89ce3cd22133a1066caecb4d04fea7467657c8514d717ec42c38a5c94c",
		"X-Webhook-Signature": "sha256=80ec8a89ce3cd22133a1066caecb4d04fea7467657c8514d717ec42c38a5c94c",
		"X-Webhook-Event":     "message.received", "webhook-attempt": "3", "webhook-next-retry": "120", "webhook-replay": "true",
		"X-Webhook-Endpoint": "42", "X-Webhook-Device": "dev-1", "Authorization": "Bearer abc",
	}
	compareHeaders(t, p, r, now, want)

	r.NextRetry, r.Replay, r.Event = 0, false, &event.Recorded{ID: v1ID, Type: "message.received"}
	delete(want, "webhook-next-retry")
	delete(want, "webhook-replay")
	delete(want, "X-Webhook-Device")
	compareHeaders(t, p, r, now, want)
}

func compareHeaders(t *testing.T, p *prepared, r delivery.Request, now time.Time, want map[string]string) {
	t.Helper()
	got := p.header(r, now)
	for name, values := range got {
		if len(values) == 0 {
			delete(got, name)
			continue
		}
		if strings.Join(values, "|") != want[name] {
			t.Errorf("%s: %q, want %q", name, values, want[name])
		}
	}
	if len(got) != len(want) {
		t.Errorf("%d headers, want %d: %v", len(got), len(want), got)
	}
}

func TestThePlainRequestBeginsAsHTTPDemands(t *testing.T) {
	for url, want := range map[string]string{
		"http://example.com":                 "example.com:80 POST / HTTP/1.1\r\nHost: example.com\r\n",
		"http://example.com:8080/a%20b?c=d":  "example.com:8080 POST /a%20b?c=d HTTP/1.1\r\nHost: example.com:8080\r\n",
		"http://[2001:db8::1]/x":             "[2001:db8::1]:80 POST /x HTTP/1.1\r\nHost: [2001:db8::1]\r\n",
		"http://[fe80::1%25eth0]:81":         "[fe80::1%eth0]:81 POST / HTTP/1.1\r\nHost: [fe80::1]:81\r\n",
		"http://bücher.example/":             "xn--bcher-kva.example:80 POST / HTTP/1.1\r\nHost: xn--bcher-kva.example\r\n",
		"https://example.com/only-over-tls/": " ",
	} {
		p, err := prepare(&webhook.Webhook{ID: 1, URL: url, Secrets: []webhook.Secret{{Text: s1}}}, "wapost/test")
		if err != nil {
			t.Errorf("%s: %v", url, err)
			continue
		}
		if got := p.place + " " + string(p.head); !strings.HasPrefix(got, want) || want == " " && got != want {
			t.Errorf("%s: %q, want %q", url, got, want)
		}
	}
}

// What cannot be opened would be missing in the request.
func TestNothingIsSentOfADamagedWebhook(t *testing.T) {
	w := &webhook.Webhook{ID: 1, URL: "https://example.com/", Secrets: []webhook.Secret{{Text: s1}}}
	if _, err := prepare(w, "wapost/test"); err != nil {
		t.Fatal(err)
	}
	w.Damaged = []webhook.Part{webhook.Headers}
	if _, err := prepare(w, "wapost/test"); !errors.Is(err, errDamaged) {
		t.Errorf("prepared: %v", err)
	}
}

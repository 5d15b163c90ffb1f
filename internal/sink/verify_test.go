package sink

import (
	"net/http"
	"testing"
	"time"
)

// The vector V7 of the contract, so that a mistake made here and in the sender alike is seen.
func TestVectorOfTheContractIsGenuine(t *testing.T) {
	const (
		secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
		body   = `{"id":"evt_019b2bdc-0ddc-7c3a-9f5e-2d4b6a8c0e1f","type":"webhook.test","version":1,"timestamp":"2025-12-17T10:30:00.412Z","device_id":"5f0c8a52-6d1e-4b7a-9c31-2e8f4a6b7d90","sequence":null,"origin":"live","account":{"jid":"4915550001111@s.whatsapp.net","lid":"99000000000001@lid","phone":"+4915550001111"},"data":{"webhook_id":1,"message":"Test <ok> & fine: é"}}`
	)
	s, err := New(Options{Secrets: []string{secret}})
	if err != nil {
		t.Fatal(err)
	}
	h := http.Header{}
	for name, value := range map[string]string{
		"webhook-id": "evt_019b2bdc-0ddc-7c3a-9f5e-2d4b6a8c0e1f", "webhook-timestamp": "1765967400",
		"webhook-signature":   "v1,YfMmA3kwm3ZG69kEutEAoK5yJLUul07WfIyWMdymda8=",
		"X-Hub-Signature-256": "sha256=ab145711958606cbef6bc28ea0977cb4ce612c1de0728a8bb7dcacfc7a1e5b96",
		"X-Webhook-Signature": "sha256=ab145711958606cbef6bc28ea0977cb4ce612c1de0728a8bb7dcacfc7a1e5b96",
	} {
		h.Set(name, value)
	}
	at := time.Unix(1765967400, 0)
	for _, tc := range []struct {
		body string
		at   time.Time
		want verdict
	}{
		{body, at, genuine}, {body, at.Add(299 * time.Second), genuine}, {body, at.Add(-301 * time.Second), stale}, {body + " ", at, forged},
	} {
		if got := s.verify(h, []byte(tc.body), tc.at); got != tc.want {
			t.Errorf("at %v: %q, want %q", tc.at, got, tc.want)
		}
	}
	h.Set("X-Webhook-Event", "webhook.test")
	if n, err := decode(h, []byte(body), at); err != nil || n.sequence != 0 || n.recorded.UnixMilli() != 0x019b2bdc0ddc {
		t.Errorf("%+v, %v", n, err)
	}
}

package httppost

import (
	"errors"
	"math"
	"net/http"
	"net/url"
	"strconv"
	"sync"
	"time"

	"wapost/internal/delivery"
	"wapost/internal/webhook"
)

// prepared is a webhook made ready for requests.
type prepared struct {
	version time.Time     // UpdatedAt of the webhook
	request *http.Request // to be copied
	fixed   []header      // what never changes; the values are shared by all requests
	keys    []key         // newest first
	signers sync.Pool     // of *signer
}

type header struct {
	name   string
	values []string
}

// Sentences of local faults that make a webhook unfit to be sent to. Registration keeps them from happening.
var (
	errURL     = errors.New("the stored URL cannot be used")
	errHeaders = errors.New("the stored custom headers cannot be used")
	errNoKey   = errors.New("the webhook has no signing key")
)

// prepare checks once more what was checked at registration: a value that came into the database another way must not
// break out of its header.
func prepare(w *webhook.Webhook, agent []string) (*prepared, error) {
	u, err := url.Parse(w.URL)
	if err != nil || u.Host == "" {
		return nil, errURL
	}
	if webhook.CheckHeaders(w.Headers) != nil {
		return nil, errHeaders
	}
	if len(w.Secrets) == 0 {
		return nil, errNoKey
	}
	p := &prepared{version: w.UpdatedAt, keys: keysOf(w.Secrets), fixed: []header{
		{"Content-Type", []string{"application/json"}},
		{"User-Agent", agent},
		{"X-Webhook-Endpoint", []string{strconv.FormatInt(w.ID, 10)}},
		// An entry without values is not sent. It tells the transport that a request whose reused connection proves dead may
		// be sent again: receivers know repeated requests by webhook-id.
		{"Idempotency-Key", nil},
	}}
	p.request = &http.Request{Method: http.MethodPost, URL: u, Host: u.Host, Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1}
	for name, value := range w.Headers {
		p.fixed = append(p.fixed, header{name, []string{value}})
	}
	p.signers.New = func() any { return newSigner(p.keys) }
	return p, nil
}

// Names of headers, spelled as in contract.md §5.1. They are used as map keys as they stand, so HTTP/1.1 sends them so.
const (
	headerID        = "webhook-id"
	headerTime      = "webhook-timestamp"
	headerSignature = "webhook-signature"
	headerHub       = "X-Hub-Signature-256"
	headerOrigin    = "X-Webhook-Signature"
	headerEvent     = "X-Webhook-Event"
	headerAttempt   = "webhook-attempt"
	headerNext      = "webhook-next-retry"
	headerReplay    = "webhook-replay"
	headerDevice    = "X-Webhook-Device"
)

// dynamic is how many headers change from attempt to attempt.
const dynamic = 10

// headers returns the header of one attempt. The values of the fixed part are shared, which is safe as nobody changes them.
func (p *prepared) headers(r delivery.Request, now time.Time) http.Header {
	h := make(http.Header, len(p.fixed)+dynamic-1) // webhook-replay is rare; one entry too many doubles a small map
	for _, f := range p.fixed {
		h[f.name] = f.values
	}
	values := make([]string, 0, dynamic)
	put := func(name, value string) {
		values = append(values, value)
		n := len(values)
		h[name] = values[n-1 : n : n]
	}
	timestamp := strconv.FormatInt(now.Unix(), 10)
	standard, hub := p.sign(r.Event.ID, timestamp, r.Body, now)
	put(headerID, r.Event.ID)
	put(headerTime, timestamp)
	put(headerSignature, standard)
	put(headerHub, hub)
	put(headerOrigin, hub)
	put(headerEvent, string(r.Event.Type))
	put(headerAttempt, strconv.Itoa(r.Attempt))
	if r.NextRetry > 0 {
		put(headerNext, strconv.FormatInt(int64(math.Ceil(r.NextRetry.Seconds())), 10))
	}
	if r.Replay {
		put(headerReplay, "true")
	}
	if r.Event.DeviceID != "" {
		put(headerDevice, r.Event.DeviceID)
	}
	return h
}

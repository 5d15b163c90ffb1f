package httppost

import (
	"bytes"
	"errors"
	"fmt"
	"maps"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"time"

	"golang.org/x/net/http/httpguts"

	"wapost/internal/delivery"
	"wapost/internal/webhook"
)

// prepared is a webhook made ready for requests.
type prepared struct {
	version time.Time     // UpdatedAt of the webhook
	request *http.Request // for net/http, to be copied
	place   string        // host:port, for plain; "" when the webhook wants TLS
	head    []byte        // for plain: the request line and the headers that never change
	fixed   http.Header   // those headers for net/http; the values are shared by all requests
	keys    []key         // newest first
	signers sync.Pool     // of *signer
	own     *ways         // nil unless the webhook has TLS settings: its connections are nobody else's
}

// Sentences of local faults that make a webhook unfit to be sent to. Registration keeps them from happening.
var (
	errURL     = errors.New("the stored URL cannot be used")
	errHeaders = errors.New("the stored custom headers cannot be used")
	errNoKey   = errors.New("the webhook has no signing key")
	errDamaged = errors.New("a sealed part of the webhook is damaged")
)

// prepare checks once more what was checked at registration: a value that came into the database another way must not
// break out of its header.
func prepare(w *webhook.Webhook, agent string) (*prepared, error) {
	if len(w.Damaged) > 0 {
		return nil, errDamaged
	}
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
	p := &prepared{version: w.UpdatedAt, keys: keysOf(w.Secrets), fixed: http.Header{
		"Content-Type":       {"application/json"},
		"User-Agent":         {agent},
		"X-Webhook-Endpoint": {strconv.FormatInt(w.ID, 10)},
	}}
	p.request = &http.Request{Method: http.MethodPost, URL: u, Host: u.Host, Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1}
	for name, value := range w.Headers {
		p.fixed[name] = []string{value}
	}
	p.signers.New = func() any { return newSigner(p.keys) }
	if u.Scheme == "http" {
		if err := p.preparePlain(u); err != nil {
			return nil, errURL
		}
	}
	return p, nil
}

// preparePlain writes what begins every request.
func (p *prepared) preparePlain(u *url.URL) error {
	host, err := httpguts.PunycodeHostPort(u.Host)
	if err != nil || !httpguts.ValidHostHeader(host) {
		return errURL
	}
	p.place = host
	if u.Port() == "" {
		p.place = net.JoinHostPort((&url.URL{Host: host}).Hostname(), "80")
	}
	var b bytes.Buffer
	fmt.Fprintf(&b, "POST %s HTTP/1.1\r\nHost: %s\r\n", u.RequestURI(), withoutZone(host))
	err = p.fixed.Write(&b)
	p.head = b.Bytes()
	return err
}

// withoutZone takes the zone off an IPv6 address: it means something on this machine alone.
func withoutZone(host string) string {
	from, to := strings.IndexByte(host, '%'), strings.IndexByte(host, ']')
	if from < 0 || to < from {
		return host
	}
	return host[:from] + host[to:]
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

// headers gives the headers of one attempt to put, those that never change excepted.
func (p *prepared) headers(r delivery.Request, now time.Time, put func(name, value string)) {
	timestamp := strconv.FormatInt(now.Unix(), 10)
	standard, hub := p.sign(r.Event.ID, timestamp, r.Body, now)
	put(headerID, r.Event.ID)
	put(headerTime, timestamp)
	put(headerSignature, standard)
	put(headerHub, hub)
	put(headerOrigin, hub)
	put(headerEvent, string(r.Event.Type))
	put(headerAttempt, strconv.Itoa(r.Attempt))
	if next := seconds(r); next > 0 {
		put(headerNext, strconv.Itoa(next))
	}
	if r.Replay {
		put(headerReplay, "true")
	}
	if r.Event.DeviceID != "" {
		put(headerDevice, r.Event.DeviceID)
	}
}

// header returns the whole header of one attempt for net/http. The values of the fixed part are shared, which is safe as
// nobody changes them.
func (p *prepared) header(r delivery.Request, now time.Time) http.Header {
	h := make(http.Header, len(p.fixed)+dynamic)
	maps.Copy(h, p.fixed)
	values := make([]string, 0, dynamic)
	p.headers(r, now, func(name, value string) {
		values = append(values, value)
		n := len(values)
		h[name] = values[n-1 : n : n]
	})
	return h
}

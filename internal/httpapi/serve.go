package httpapi

import (
	"context"
	"errors"
	"io"
	"mime"
	"net"
	"net/http"
	"net/netip"
	"strconv"
	"strings"
	"time"

	"wapost/internal/access"
	"wapost/internal/fault"
	"wapost/internal/session"
)

// endpoint is what the common path of all operations must know of one.
type endpoint struct {
	auth         auth
	method       string
	fallback     string
	atomic       bool
	hasBody      bool
	bodyOptional bool
	upload       bool
	status       int
	message      string
	prepare      func(c *call, body []byte) (work, error)
}

// maxBody is the limit of a JSON body.
const maxBody = 64 << 10

// bodyTime is how long a client may take to send a body.
const bodyTime = 30 * time.Second

// serve walks a request through the checks in the order of contract.md §2.2: credential, rate, Idempotency-Key, media type,
// size, syntax and fields, references, limits, write. The first failure wins.
func (a *API) serve(e endpoint, w http.ResponseWriter, r *http.Request) {
	if seen, ok := w.(*watched); ok {
		seen.fallback = e.fallback
	}
	out, err := a.answer(e, w, r)
	if err != nil {
		a.refuse(w, r, e, err)
		return
	}
	if out.raw != nil && out.raw.write != nil {
		out.raw.write(w)
		return
	}
	if out.replayed {
		w.Header().Set("Idempotent-Replayed", "true")
	}
	send(w, out.status, out.contentType, out.body)
}

// refuse answers a failure; what we are to blame for goes to the log with its cause.
func (a *API) refuse(w http.ResponseWriter, r *http.Request, e endpoint, err error) {
	f := fail(err, e.fallback)
	switch {
	case gone(r.Context(), err):
		a.log.DebugContext(r.Context(), "client hung up", "route", r.Pattern)
	case f.status >= 500:
		a.log.ErrorContext(r.Context(), "request failed", "route", r.Pattern, "status", f.status, "error", err)
	}
	sendFailure(w, f)
}

// output is an answer ready to be written.
type output struct {
	status      int
	contentType string
	body        []byte
	raw         *raw
	replayed    bool
}

func (a *API) answer(e endpoint, w http.ResponseWriter, r *http.Request) (output, error) {
	ctx, c := r.Context(), &call{r: r, status: e.status, message: e.message, wire: http.NewResponseController(w)}
	if err := a.authenticate(ctx, e, c); err != nil {
		return output{}, err
	}
	if err := a.limit(e, c); err != nil {
		return output{}, err
	}
	var body []byte
	var err error
	if e.hasBody {
		if body, err = readBody(w, r); err != nil {
			return output{}, err
		}
	}
	if e.upload { // a file is not read twice: under an Idempotency-Key its length stands for it
		body = []byte(strconv.FormatInt(r.ContentLength, 10))
	}
	if e.method == http.MethodPost && len(r.Header["Idempotency-Key"]) > 0 {
		return a.once(ctx, e, c, body)
	}
	run, err := a.ready(ctx, e, c, body)
	if err != nil {
		return output{}, err
	}
	return run(ctx)
}

// authenticate finds out who calls.
func (a *API) authenticate(ctx context.Context, e endpoint, c *call) (err error) {
	switch e.auth {
	case nobody:
		return nil
	case admins:
		c.principal, err = a.Gate.Admin(c.r.Header)
	default:
		c.principal, err = a.Gate.User(ctx, c.r.Header)
	}
	if err != nil {
		return err
	}
	if (e.auth == accounts || e.auth == ownersOnly) && c.principal.Role != access.Account {
		return access.ErrMissing // a device token is no credential here
	}
	c.account = c.principal.AccountID
	return nil
}

// limit counts the request: per credential, and per hour for an account that has such a limit. Where there is no credential,
// whatever costs us more than an answer from memory counts per address.
func (a *API) limit(e endpoint, c *call) error {
	if e.auth == nobody {
		if !e.hasBody {
			return nil
		}
		return a.limits.Take("address:"+clientAddress(c.r), a.Rate)
	}
	if err := a.limits.Take(c.principal.Credential, a.Rate); err != nil {
		return err
	}
	if c.principal.HourlyLimit > 0 {
		return a.limits.Take(c.principal.AccountKey(), access.PerHour(c.principal.HourlyLimit))
	}
	return nil
}

// readBody reads one byte more than is allowed, so that the size can be judged in its turn.
func readBody(w http.ResponseWriter, r *http.Request) ([]byte, error) {
	rc := http.NewResponseController(w)
	_ = rc.SetReadDeadline(time.Now().Add(bodyTime)) // not every writer of a test can
	body, err := io.ReadAll(io.LimitReader(r.Body, maxBody+1))
	var slow net.Error
	switch {
	case errors.As(err, &slow) && slow.Timeout():
		return nil, fault.Wrap(err, fault.Invalid, "Request body did not arrive within %d s", int(bodyTime/time.Second))
	case err != nil:
		return nil, fault.Wrap(err, fault.Invalid, "Request body could not be read")
	}
	if len(body) <= maxBody {
		_ = rc.SetReadDeadline(time.Time{}) // a handler may take longer than a body
	}
	return body, nil
}

// ready does all checks that need no transaction, and returns what is left to do.
func (a *API) ready(ctx context.Context, e endpoint, c *call, body []byte) (func(context.Context) (output, error), error) {
	if err := e.checkBody(c.r, body); err != nil {
		return nil, err
	}
	run, err := e.prepare(c, body)
	if err != nil {
		return nil, err
	}
	if e.auth.onDevice() {
		if err := a.chooseDevice(ctx, c); err != nil {
			return nil, err
		}
	}
	return func(ctx context.Context) (output, error) {
		data, err := run(ctx)
		if err != nil {
			return output{}, err
		}
		return render(c, data)
	}, nil
}

func render(c *call, data any) (output, error) {
	if c.raw != nil {
		return output{status: c.status, contentType: c.raw.contentType, body: c.raw.body, raw: c.raw}, nil
	}
	body, err := encode(envelope{Status: true, Code: c.status, Message: c.message, Data: data, Page: c.page})
	return output{status: c.status, contentType: jsonType, body: body}, err
}

func (e endpoint) checkBody(r *http.Request, body []byte) error {
	if !e.hasBody || e.bodyOptional && len(body) == 0 {
		return nil
	}
	if !isJSON(r.Header.Get("Content-Type")) {
		return fault.New(fault.Unsupported, "Content-Type must be application/json")
	}
	if err := notEncoded(r.Header); err != nil {
		return err
	}
	if len(body) > maxBody {
		return fault.New(fault.TooLarge, "Request body is larger than %d bytes", maxBody)
	}
	return nil
}

// notEncoded refuses a body that is not sent as it is: read as it came, it would look broken.
func notEncoded(h http.Header) error {
	for _, coding := range h.Values("Content-Encoding") {
		if coding != "" && !strings.EqualFold(coding, "identity") {
			return fault.New(fault.Unsupported, "Content-Encoding %s is not supported; send the body as it is", shown(coding))
		}
	}
	return nil
}

func isJSON(contentType string) bool {
	media, params, err := mime.ParseMediaType(contentType)
	charset, given := params["charset"]
	return err == nil && media == jsonType && (!given || strings.EqualFold(charset, "utf-8"))
}

// chooseDevice finds the device that a call acts on, and makes sure that the caller may see it.
func (a *API) chooseDevice(ctx context.Context, c *call) error {
	wanted := c.wantedDevice()
	if c.principal.Role == access.Device {
		if wanted != "" && wanted != c.principal.DeviceID {
			return fault.New(fault.NotFound, "No such device")
		}
		c.deviceID = c.principal.DeviceID
		return nil
	}
	if wanted == "" {
		return a.onlyDevice(ctx, c)
	}
	d, err := a.Sessions.Get(ctx, c.account, wanted)
	c.deviceID = d.ID
	return err
}

// onlyDevice is the device of an account that has one, so that it need not be named.
func (a *API) onlyDevice(ctx context.Context, c *call) error {
	devices, _, err := a.Sessions.List(ctx, session.Filter{AccountID: c.account, Limit: 2})
	switch {
	case err != nil:
		return err
	case len(devices) == 0:
		return fault.New(fault.NotFound, "No such device")
	case len(devices) > 1:
		return fault.New(fault.Invalid, "Several devices; send X-Device-ID")
	}
	c.deviceID = devices[0].ID
	return nil
}

// wantedDevice returns the device that the request names, "" when it names none.
func (c *call) wantedDevice() string {
	if id := c.r.PathValue("device_id"); id != "" {
		return id
	}
	if id := c.r.Header.Get("X-Device-ID"); id != "" {
		return id
	}
	return c.r.URL.Query().Get("device_id")
}

// clientAddress is where a request comes from, for limits: an IPv6 network counts as one.
func clientAddress(r *http.Request) string {
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		return r.RemoteAddr
	}
	addr, err := netip.ParseAddr(host)
	if err != nil || addr.Unmap().Is4() {
		return host
	}
	network, err := addr.Prefix(64)
	if err != nil {
		return host
	}
	return network.String()
}

// under returns the context that ends with the request or with the process, for streams.
func (a *API) under(ctx context.Context) (context.Context, context.CancelFunc) {
	ctx, cancel := context.WithCancelCause(ctx)
	undo := context.AfterFunc(a.life, func() { cancel(errStopping) })
	return ctx, func() { undo(); cancel(nil) }
}

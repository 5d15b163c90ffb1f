package httpapi

import (
	"context"
	"errors"
	"net/http"
	"time"

	"wapost/internal/fault"
	"wapost/internal/message"
	"wapost/internal/session"
)

// codeView is the QR code of a pairing.
type codeView struct {
	QRCode    string  `json:"qr_code" doc:"PNG as a data URI"`
	Code      string  `json:"code" doc:"What the QR code says"`
	ExpiresAt instant `json:"expires_at"`
	Timeout   int     `json:"timeout" doc:"Seconds until the code expires"`
}

// phoneCodeView is a code that is typed on the phone.
type phoneCodeView struct {
	PairCode  string  `json:"pair_code"`
	ExpiresAt instant `json:"expires_at"`
	Timeout   int     `json:"timeout" doc:"Seconds until the code expires"`
}

type loginParams struct {
	Output string `query:"output" enum:"json,html,png,text,svg" default:"json" doc:"Form of the answer"`
	Wait   int    `query:"wait" default:"30" minimum:"1" maximum:"30" doc:"Seconds to wait for the first code"`
}

type qrParams struct {
	Format string `query:"format" enum:"json,png,text,svg,html" default:"json" doc:"Form of the answer"`
	Size   int    `query:"size" default:"320" minimum:"64" maximum:"2048" doc:"Side of the picture in pixels"`
}

type loginCodeBody struct {
	Phone            string  `json:"phone" doc:"Phone number in international form"`
	ShowNotification *bool   `json:"show_notification,omitempty" nullable:"true" default:"true"`
	ClientName       *string `json:"client_name,omitempty" nullable:"true" maxLength:"64" doc:"How the phone names us: Browser (OS)"`
}

func (a *API) pairingRoutes() {
	forms := []string{"image/png", "image/svg+xml", "text/plain", "text/html"}
	onDevice(a, operation[loginParams, none, codeView]{
		method: http.MethodPost, path: "/login", tag: tagPairing, id: "login-device", auth: deviceUser,
		summary: "Start linking by QR code", message: "Pairing started", fallback: "Failed to start pairing",
		errors: []int{400, 502, 504}, contents: forms, handle: a.login,
	})
	onDevice(a, operation[qrParams, none, codeView]{
		method: http.MethodGet, path: "/qr", tag: tagPairing, id: "get-qr", auth: deviceUser,
		summary: "The current code of the running pairing", message: "QR code retrieved successfully",
		fallback: "Failed to read QR code", errors: []int{400, 409}, contents: forms,
		handle: func(ctx context.Context, c *call, p qrParams, _ none) (codeView, error) {
			code, err := a.Sessions.CurrentCode(ctx, c.account, c.deviceID)
			if err != nil {
				return codeView{}, err
			}
			return c.show(code, p.Format, p.Size)
		},
	})
	onDevice(a, operation[none, none, none]{
		method: http.MethodGet, path: "/pairing/stream", tag: tagPairing, id: "watch-pairing", auth: deviceUser,
		summary:     "The steps of the running pairing as server-sent events",
		description: "Events qr, passkey_request, passkey_confirmation, paired, error and timeout, each with its JSON; the stream ends after the last three.",
		fallback:    "Failed to watch pairing", errors: []int{409}, contents: []string{"text/event-stream"}, handle: a.watchPairing,
	})
	onDevice(a, operation[none, loginCodeBody, phoneCodeView]{
		method: http.MethodPost, path: "/login-code", tag: tagPairing, id: "login-device-by-phone", auth: deviceUser,
		summary: "Start linking by a code that is typed on the phone", message: "Pairing code created",
		fallback: "Failed to create pairing code", errors: []int{502, 504}, handle: a.loginCode,
	})
	onDevice(a, operation[none, none, none]{
		method: http.MethodDelete, path: "/pairing", tag: tagPairing, id: "cancel-pairing", auth: deviceUser,
		summary: "Cancel the running pairing", message: "Pairing cancelled", fallback: "Failed to cancel pairing", errors: []int{409},
		handle: func(ctx context.Context, c *call, _ none, _ none) (none, error) {
			return none{}, a.Sessions.CancelPairing(ctx, c.account, c.deviceID)
		},
	})
}

func (a *API) login(ctx context.Context, c *call, p loginParams, _ none) (codeView, error) {
	ctx, cancel := context.WithTimeout(ctx, seconds(p.Wait))
	defer cancel()
	code, err := a.Sessions.StartPairing(ctx, c.account, c.deviceID)
	if errors.Is(err, context.DeadlineExceeded) && fault.KindOf(err) == fault.Internal {
		return codeView{}, fault.Wrap(err, fault.GatewayTimeout, "WhatsApp did not give a code within %d s", p.Wait)
	}
	if err != nil {
		return codeView{}, err
	}
	return c.show(code, p.Output, 320)
}

// show answers with a code in the form that was asked for.
func (c *call) show(code session.PairingCode, form string, size int) (codeView, error) {
	d, err := draw(code.Text)
	if err != nil {
		return codeView{}, err
	}
	switch form {
	case "png":
		b, err := d.png(size)
		c.raw = &raw{contentType: "image/png", body: b}
		return codeView{}, err
	case "svg":
		c.raw = &raw{contentType: "image/svg+xml", body: d.svg(size)}
		return codeView{}, nil
	case "text":
		c.raw = &raw{contentType: "text/plain; charset=utf-8", body: d.text()}
		return codeView{}, nil
	case "html":
		c.raw = &raw{contentType: "text/html; charset=utf-8", body: d.html(code.ExpiresAt.UTC().Format(time.TimeOnly) + " UTC")}
		return codeView{}, nil
	}
	uri, err := d.dataURI(size)
	return codeView{QRCode: uri, Code: code.Text, ExpiresAt: instant(code.ExpiresAt), Timeout: left(code.ExpiresAt)}, err
}

// left is how many whole seconds a code is still good for.
func left(until time.Time) int { return max(0, int(time.Until(until).Seconds())) }

func (a *API) loginCode(ctx context.Context, c *call, _ none, b loginCodeBody) (phoneCodeView, error) {
	if b.Phone == "" {
		return phoneCodeView{}, fault.New(fault.Invalid, "phone is required")
	}
	address, err := message.ParsePerson(b.Phone)
	if err != nil {
		return phoneCodeView{}, err
	}
	if address.Phone() == "" {
		return phoneCodeView{}, fault.New(fault.Invalid, "Not a phone number: %q", b.Phone)
	}
	notify, client := true, ""
	if b.ShowNotification != nil {
		notify = *b.ShowNotification
	}
	if b.ClientName != nil {
		client = *b.ClientName
	}
	code, err := a.Sessions.PairByPhone(ctx, c.account, c.deviceID, address.Phone(), notify, client)
	if err != nil {
		return phoneCodeView{}, err
	}
	return phoneCodeView{PairCode: code.Text, ExpiresAt: instant(code.ExpiresAt), Timeout: left(code.ExpiresAt)}, nil
}

func (a *API) watchPairing(ctx context.Context, c *call, _ none, _ none) (none, error) {
	ctx, cancel := a.under(ctx)
	steps, err := a.Sessions.WatchPairing(ctx, c.account, c.deviceID)
	if err != nil {
		cancel()
		return none{}, err
	}
	c.raw = &raw{write: func(w http.ResponseWriter) {
		defer cancel()
		stream := openStream(w)
		for {
			select {
			case step, open := <-steps:
				if !open || stream.send(string(step.Kind), step.Data) != nil {
					return
				}
			case <-stream.idle():
				if stream.comment() != nil {
					return
				}
			case <-ctx.Done():
				return
			}
		}
	}}
	return none{}, nil
}

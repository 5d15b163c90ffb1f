package httpapi

import (
	"context"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/hex"
	"errors"
	"fmt"
	"regexp"
	"sync"

	"wapost/internal/fault"
	"wapost/internal/store"
)

// keyForm is 1 to 255 visible ASCII characters.
var keyForm = regexp.MustCompile(`^[!-~]{1,255}$`)

// The refusals of contract.md §2.10.
var (
	errKeyForm    = fault.New(fault.Invalid, "Idempotency-Key must be 1 to 255 visible ASCII characters")
	errKeyRunning = fault.New(fault.Conflict, "A request with this Idempotency-Key is still running")
	errKeyLength  = fault.New(fault.Invalid, "An upload with an Idempotency-Key needs a Content-Length")
	errKeyReused  = fault.New(fault.Unprocessable, "Idempotency-Key was used before with another request")
)

// running knows the keys whose request is being worked on. It is memory on purpose: a crash ends the requests too, and the
// unique row of the store still keeps two processes from both having an effect.
type running struct {
	mu   sync.Mutex
	keys map[string][]byte // scope and key → hash of the request
}

// begin takes a key. Errors: errKeyRunning, errKeyReused.
func (k *running) begin(name string, hash []byte) error {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.keys == nil {
		k.keys = map[string][]byte{}
	}
	if other, taken := k.keys[name]; taken {
		if subtle.ConstantTimeCompare(other, hash) == 1 {
			return errKeyRunning
		}
		return errKeyReused
	}
	k.keys[name] = hash
	return nil
}

func (k *running) end(name string) {
	k.mu.Lock()
	defer k.mu.Unlock()
	delete(k.keys, name)
}

// once does an operation at most once under its key, and gives the first answer to every repetition.
func (a *API) once(ctx context.Context, e endpoint, c *call, body []byte) (output, error) {
	values := c.r.Header["Idempotency-Key"]
	if len(values) != 1 || !keyForm.MatchString(values[0]) {
		return output{}, errKeyForm
	}
	if e.upload && c.r.ContentLength < 0 {
		return output{}, errKeyLength
	}
	sum := sha256.Sum256(body)
	slot := repeat{scope: c.scope(body), key: values[0], hash: sum[:]}
	name := slot.scope + " " + slot.key
	if err := a.running.begin(name, slot.hash); err != nil {
		return output{}, err
	}
	defer a.running.end(name)
	earlier, found, err := a.Answers.Find(ctx, slot.scope, slot.key)
	switch {
	case err != nil:
		return output{}, err
	case found && subtle.ConstantTimeCompare(earlier.RequestHash, slot.hash) != 1:
		return output{}, errKeyReused
	case found:
		return output{status: earlier.Status, contentType: jsonType, body: earlier.Body, replayed: true}, nil
	}
	return a.first(ctx, e, c, body, slot)
}

// repeat names one request of one caller.
type repeat struct {
	scope, key string
	hash       []byte
}

// scope is the part of a key's name that the caller does not choose: account, device and path. The header or parameter that
// chooses the device belongs to it, else one key could give the answer of another device. A request without a credential has
// no account; its body, which holds the secret, stands for it.
func (c *call) scope(body []byte) string {
	device := c.principal.DeviceID
	if device == "" {
		device = c.wantedDevice()
	}
	if c.principal.Role == 0 {
		sum := sha256.Sum256(body)
		device = hex.EncodeToString(sum[:])
	}
	return fmt.Sprintf("%d|%s|%s", c.account, device, c.r.URL.Path)
}

// first does the operation and keeps its answer: in the transaction of the effect where the operation is one transaction, else
// right after it.
func (a *API) first(ctx context.Context, e endpoint, c *call, body []byte, slot repeat) (output, error) {
	run, err := a.ready(ctx, e, c, body)
	if err != nil {
		a.keepRefusal(ctx, e, c, slot, err)
		return output{}, err
	}
	var out output
	if e.atomic {
		err = a.Answers.Atomic(ctx, "answer a request once", func(ctx context.Context) error {
			var err error
			if out, err = run(ctx); err != nil {
				return err
			}
			return a.Answers.Keep(ctx, slot.scope, slot.key, out.kept(slot.hash))
		})
	} else if out, err = run(ctx); err == nil && out.raw == nil {
		a.keep(ctx, c, slot, out.kept(slot.hash))
	}
	if err != nil {
		a.keepRefusal(ctx, e, c, slot, err)
		return output{}, err
	}
	return out, nil
}

func (o output) kept(hash []byte) store.Answer {
	return store.Answer{RequestHash: hash, Status: o.status, Body: o.body}
}

// keepRefusal keeps the answer of a request that had no effect, unless trying again may help.
func (a *API) keepRefusal(ctx context.Context, e endpoint, c *call, slot repeat, err error) {
	f := fail(err, e.fallback)
	if !f.final() || gone(ctx, err) || errors.Is(err, errKeyRunning) || errors.Is(err, errBroken) {
		return
	}
	a.keep(ctx, c, slot, store.Answer{RequestHash: slot.hash, Status: f.status, Body: f.body()})
}

// keep stores an answer whose effect is done already. If that fails the caller still gets the answer; only a repetition would
// not.
func (a *API) keep(ctx context.Context, c *call, slot repeat, answer store.Answer) {
	if err := a.Answers.Keep(context.WithoutCancel(ctx), slot.scope, slot.key, answer); err != nil {
		a.log.WarnContext(ctx, "answer of a request is not kept", "route", c.r.Pattern, "error", err)
	}
}

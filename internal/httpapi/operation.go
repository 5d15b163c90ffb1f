package httpapi

import (
	"context"
	"net/http"
	"reflect"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"wapost/internal/access"
	"wapost/internal/httpapi/strict"
)

// auth says who may call an operation (the column Auth of the API's tables).
type auth uint8

const (
	nobody     auth = iota // no credential
	admins                 // S
	accounts               // K
	everyUser              // K and D
	deviceUser             // K and D, and the call acts on one device
	ownersOnly             // K, and the call acts on one device
)

func (a auth) onDevice() bool { return a == deviceUser || a == ownersOnly }

// none stands for parameters, a body or data that an operation does not have.
type none struct{}

// operation is one route: P holds its path and query parameters, B its body, D the data of its answer. The same types decode,
// encode and make the OpenAPI document.
type operation[P, B, D any] struct {
	method, path string
	tag, id      string // id is unique in the document
	summary      string
	description  string
	auth         auth
	status       int // of success; 0 = 200
	message      string
	fallback     string         // the sentence of a 500: "Failed to <verb> <noun>"
	errors       []int          // beside the common ones
	also         map[int]string // further successes and their messages
	other        map[int]any    // statuses whose answer has a shape of its own, by a value of its type
	contents     []string       // media types of answers without envelope
	list         bool           // the answer has a page
	bodyOptional bool
	upload       any  // the form of a multipart body, by a value of its type; the handler reads it. nil = none
	atomic       bool // under an Idempotency-Key the answer is kept in the transaction of the effect
	request      any  // example
	response     any  // example of data
	handle       func(ctx context.Context, c *call, p P, b B) (D, error)
}

// call is one request in the hands of an operation.
type call struct {
	r         *http.Request
	principal access.Principal
	deviceID  string // of the operations that act on one
	account   int64

	status  int
	message string
	page    *paging
	raw     *raw
	wire    *http.ResponseController
}

// raw is an answer without envelope. write, when set, gets the connection for a stream.
type raw struct {
	contentType string
	body        []byte
	write       func(w http.ResponseWriter)
}

// answer changes status and message of the success.
func (c *call) answer(status int, message string) { c.status, c.message = status, message }

// next sets the page of a list.
func (c *call) next(cursor string, limit int) {
	c.page = &paging{Limit: limit}
	if cursor != "" {
		c.page.Next = &cursor
	}
}

// mount registers an operation, in the mux and in the document.
func mount[P, B, D any](a *API, op operation[P, B, D]) {
	if op.status == 0 {
		op.status = http.StatusOK
	}
	doc := describe(a.huma.OpenAPI().Components.Schemas, op)
	a.huma.OpenAPI().AddOperation(doc)
	known := a.queryNames(doc)
	e := endpoint{
		auth: op.auth, method: op.method, fallback: op.fallback, atomic: op.atomic,
		hasBody: reflect.TypeFor[B]() != reflect.TypeFor[none](), bodyOptional: op.bodyOptional,
		upload: op.upload != nil,
		prepare: func(c *call, body []byte) (work, error) {
			if op.upload != nil {
				body = nil // what there is of it only tells requests apart
			}
			return prepare(op, known, c, body)
		},
		status: op.status, message: op.message,
	}
	route := *doc
	route.Path = op.path
	a.huma.Adapter().Handle(&route, func(ctx huma.Context) {
		r, w := humago.Unwrap(ctx)
		a.serve(e, w, r)
	})
}

// work is what is left of a request when everything that needs no transaction is done. It returns the data of the answer.
type work func(ctx context.Context) (any, error)

// prepare decodes parameters and body.
func prepare[P, B, D any](op operation[P, B, D], query []string, c *call, body []byte) (work, error) {
	var p P
	var b B
	if err := checkQuery(c.r.URL.RawQuery, query); err != nil {
		return nil, err
	}
	if len(body) > 0 || !op.bodyOptional && reflect.TypeFor[B]() != reflect.TypeFor[none]() {
		if err := strict.Object(body, &b); err != nil {
			return nil, err
		}
	}
	if err := readParams(c.r, &p); err != nil {
		return nil, err
	}
	return func(ctx context.Context) (any, error) {
		data, err := op.handle(ctx, c, p, b)
		if _, ok := any(data).(none); ok {
			return nil, err
		}
		return data, err
	}, nil
}

// onDevice registers an operation of a device under both its paths: /devices/me for the device of the credential, and
// /devices/{device_id}.
func onDevice[P, B, D any](a *API, op operation[P, B, D]) {
	suffix := op.path
	op.path = "/devices/me" + suffix
	mount(a, op)
	op.path = "/devices/{device_id}" + suffix
	op.id += "-by-id"
	mount(a, op)
}

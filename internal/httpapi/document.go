package httpapi

import (
	"net/http"
	"reflect"
	"strconv"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"wapost/internal/httpapi/strict"
)

const schemaPrefix = "#/components/schemas/"

// documentConfig is an empty OpenAPI document. The library's own routes, answers and transformations are off: they know nothing
// of the envelope.
func (a *API) documentConfig() huma.Config {
	registry := huma.NewMapRegistry(schemaPrefix, huma.DefaultSchemaNamer)
	registry.RegisterTypeAlias(reflect.TypeFor[strict.Field[string]](), reflect.TypeFor[*string]())
	registry.RegisterTypeAlias(reflect.TypeFor[strict.Field[bool]](), reflect.TypeFor[*bool]())
	registry.RegisterTypeAlias(reflect.TypeFor[strict.Field[int]](), reflect.TypeFor[*int]())
	registry.RegisterTypeAlias(reflect.TypeFor[strict.Field[[]string]](), reflect.TypeFor[[]string]())
	registry.RegisterTypeAlias(reflect.TypeFor[strict.Field[map[string]string]](), reflect.TypeFor[map[string]string]())
	registry.RegisterTypeAlias(reflect.TypeFor[strict.Field[strict.Raw]](), reflect.TypeFor[map[string]any]())
	registry.RegisterTypeAlias(reflect.TypeFor[strict.Field[tlsBody]](), reflect.TypeFor[*tlsBody]())
	registry.RegisterTypeAlias(reflect.TypeFor[strict.Raw](), reflect.TypeFor[map[string]any]())
	registry.Schema(reflect.TypeFor[failure](), true, "")
	server := a.BasePath
	if server == "" {
		server = "/"
	}
	return huma.Config{OpenAPI: &huma.OpenAPI{
		OpenAPI: "3.1.0",
		Info: &huma.Info{
			Title: "wapost", Version: a.Version,
			Description: "A self-hosted WhatsApp gateway: register a webhook, and every WhatsApp event reaches it, signed, at least once, in order.\n\n" +
				"Every failure has the same JSON shape. The one exception is what HTTP itself forbids (a request line like GET /%zz, a header " +
				"that is broken or larger than 64 KiB): it is refused before any route is known, with 400 or 431 and one line of text.",
		},
		Servers: []*huma.Server{{URL: server}},
		Tags:    tags(),
		Components: &huma.Components{
			Schemas: registry, SecuritySchemes: securitySchemes(), Responses: sharedFailures(), Parameters: sharedParams(),
		},
	}}
}

func tags() []*huma.Tag {
	return []*huma.Tag{
		{Name: tagWebhooks, Description: "Where events are sent"},
		{Name: tagEvents, Description: "The same events by pull, and what they can be"},
		{Name: tagMessages, Description: "Sending, and what still waits to be sent"},
		{Name: tagChats, Description: "Chats, and what was said in them"},
		{Name: tagMedia, Description: "Files that came with messages"},
		{Name: tagDevices, Description: "Linked WhatsApp accounts"},
		{Name: tagPairing, Description: "Linking a device to WhatsApp"},
		{Name: tagAdmin, Description: "For the operator"},
		{Name: tagSystem, Description: "The instance itself"},
	}
}

// The tags of operations.
const (
	tagWebhooks = "Webhooks"
	tagEvents   = "Events"
	tagMessages = "Messages"
	tagMedia    = "Media"
	tagChats    = "Chats"
	tagDevices  = "Devices"
	tagPairing  = "Pairing"
	tagAdmin    = "Admin"
	tagSystem   = "System"
)

func securitySchemes() map[string]*huma.SecurityScheme {
	return map[string]*huma.SecurityScheme{
		"apiKey":        {Type: "apiKey", In: "header", Name: "X-API-Key", Description: "Account API key; read only when Authorization is absent"},
		"authorization": {Type: "apiKey", In: "header", Name: "Authorization", Description: "API key, device token or admin secret, bare"},
		"bearer":        {Type: "http", Scheme: "bearer", Description: "API key, device token or admin secret"},
		"adminSecret":   {Type: "apiKey", In: "header", Name: "X-Admin-Secret", Description: "The operator's secret"},
	}
}

func (a auth) security() []map[string][]string {
	names := []string{"authorization", "bearer", "apiKey"}
	switch a {
	case nobody:
		return nil
	case admins:
		names = []string{"adminSecret", "authorization", "bearer"}
	}
	var list []map[string][]string
	for _, n := range names {
		list = append(list, map[string][]string{n: {}})
	}
	return list
}

// failures are the statuses other than success, each with the sentence of its example.
func failures() map[int]string {
	return map[int]string{
		400: "URL must be HTTPS",
		401: "Invalid or expired JWT token",
		403: "Not an admin of this group",
		404: "No such webhook",
		409: "A request with this Idempotency-Key is still running",
		410: "Invite link was revoked",
		413: "Request body is larger than 65536 bytes",
		415: "Content-Type must be application/json",
		416: "Range is outside of the file",
		422: "Idempotency-Key was used before with another request",
		429: "Rate limit exceeded; retry after 3 s",
		500: "Failed to create webhook",
		502: "WhatsApp answered 479 (smax-invalid)",
		503: "Storage is unavailable",
		504: "WhatsApp did not answer within 75 s",
	}
}

// failureName is the name of a failure among the shared responses.
func failureName(status int) string { return strings.ReplaceAll(http.StatusText(status), " ", "") }

func sharedFailures() map[string]*huma.Response {
	shared := map[string]*huma.Response{}
	for status, sentence := range failures() {
		f := failure{Code: status, Message: phrase(status), Error: sentence}
		headers := map[string]*huma.Param{"X-Request-ID": requestIDHeader()}
		if status == http.StatusTooManyRequests || status == http.StatusServiceUnavailable {
			headers["Retry-After"] = &huma.Param{Description: "Seconds to wait", Schema: &huma.Schema{Type: "integer"}}
		}
		shared[failureName(status)] = &huma.Response{
			Description: f.Message, Headers: headers,
			Content: map[string]*huma.MediaType{jsonType: {Schema: &huma.Schema{Ref: schemaPrefix + "Failure"}, Example: f}},
		}
	}
	return shared
}

func requestIDHeader() *huma.Param {
	return &huma.Param{Description: "Id of the request, as in the log", Schema: &huma.Schema{Type: "string"}}
}

func sharedParams() map[string]*huma.Param {
	text := &huma.Schema{Type: "string"}
	return map[string]*huma.Param{
		"IdempotencyKey": {Name: "Idempotency-Key", In: "header", Schema: text,
			Description: "1 to 255 visible ASCII characters; a repetition within 24 h gets the first answer again"},
		"DeviceHeader": {Name: "X-Device-ID", In: "header", Schema: text,
			Description: "The device to act on; may be omitted with a device token, or when the account has one device"},
		"DeviceQuery": {Name: "device_id", In: "query", Schema: text, Description: "As X-Device-ID"},
		"RequestID":   {Name: "X-Request-ID", In: "header", Schema: text, Description: "Echoed when it matches [A-Za-z0-9._-]{1,128}"},
	}
}

// describe makes the document of an operation from the types that decode and encode it.
func describe[P, B, D any](registry huma.Registry, op operation[P, B, D]) *huma.Operation {
	doc := &huma.Operation{
		Method: op.method, Path: strings.TrimSuffix(op.path, "{$}"), OperationID: op.id, Tags: []string{op.tag},
		Summary: op.summary, Description: op.description, Security: op.auth.security(),
		Parameters: params(registry, reflect.TypeFor[P](), op.auth, op.method, op.path),
		Responses:  map[string]*huma.Response{},
	}
	hasBody := reflect.TypeFor[B]() != reflect.TypeFor[none]()
	if hasBody {
		doc.RequestBody = &huma.RequestBody{Required: !op.bodyOptional, Content: map[string]*huma.MediaType{
			jsonType: {Schema: registry.Schema(reflect.TypeFor[B](), true, ""), Example: op.request},
		}}
	}
	if op.upload != nil {
		hasBody = true
		doc.RequestBody = &huma.RequestBody{Required: true, Content: map[string]*huma.MediaType{
			formType: {Schema: registry.Schema(reflect.TypeOf(op.upload), true, "")},
		}}
	}
	op.success(registry, doc)
	codes := append([]int{http.StatusBadRequest, http.StatusInternalServerError, http.StatusServiceUnavailable}, op.errors...) // 400: an unknown query parameter
	if op.auth != nobody {
		codes = append(codes, http.StatusUnauthorized, http.StatusTooManyRequests)
	}
	if op.auth.onDevice() || strings.Contains(doc.Path, "{") {
		codes = append(codes, http.StatusNotFound)
	}
	if hasBody {
		codes = append(codes, http.StatusRequestEntityTooLarge, http.StatusUnsupportedMediaType)
	}
	if op.method == http.MethodPost {
		codes = append(codes, http.StatusConflict, http.StatusUnprocessableEntity)
	}
	for _, status := range codes {
		doc.Responses[strconv.Itoa(status)] = &huma.Response{Ref: "#/components/responses/" + failureName(status)}
	}
	for status, v := range op.other {
		doc.Responses[strconv.Itoa(status)] = &huma.Response{Description: phrase(status), Content: map[string]*huma.MediaType{
			jsonType: {Schema: registry.Schema(reflect.TypeOf(v), true, "")},
		}}
	}
	return doc
}

// success documents the answers of an operation that went well.
func (op operation[P, B, D]) success(registry huma.Registry, doc *huma.Operation) {
	messages := map[int]string{op.status: op.message}
	for status, message := range op.also {
		messages[status] = message
	}
	for status, message := range messages {
		content := map[string]*huma.MediaType{}
		if message != "" {
			media := &huma.MediaType{Schema: op.envelope(registry, status, message)}
			if op.response != nil {
				media.Example = envelope{Status: true, Code: status, Message: message, Data: op.response}
			}
			content[jsonType] = media
		}
		for _, c := range op.contents {
			content[c] = &huma.MediaType{Schema: &huma.Schema{Type: "string"}}
		}
		if message == "" {
			message = http.StatusText(status)
		}
		doc.Responses[strconv.Itoa(status)] = &huma.Response{
			Description: message, Content: content, Headers: map[string]*huma.Param{"X-Request-ID": requestIDHeader()},
		}
	}
}

// envelope is the schema of a success.
func (op operation[P, B, D]) envelope(registry huma.Registry, status int, message string) *huma.Schema {
	s := &huma.Schema{
		Type: huma.TypeObject, AdditionalProperties: false, Required: []string{"status", "code", "message"},
		Properties: map[string]*huma.Schema{
			"status":  {Type: huma.TypeBoolean, Enum: []any{true}},
			"code":    {Type: huma.TypeInteger, Enum: []any{float64(status)}},
			"message": {Type: huma.TypeString, Enum: []any{message}},
		},
	}
	if data := reflect.TypeFor[D](); data != reflect.TypeFor[none]() {
		d := registry.Schema(data, true, op.id)
		d.Nullable = false // a list without entries is []
		s.Properties["data"] = d
		s.Required = append(s.Required, "data")
	}
	if op.list {
		s.Properties["page"] = registry.Schema(reflect.TypeFor[paging](), true, "")
		s.Required = append(s.Required, "page")
	}
	s.PrecomputeMessages()
	return s
}

// params documents the parameters of an operation: its own, and those that all operations of its sort have.
func params(registry huma.Registry, t reflect.Type, a auth, method, path string) []*huma.Param {
	var list []*huma.Param
	for _, f := range reflect.VisibleFields(t) {
		for _, in := range []string{"path", "query"} {
			if name := f.Tag.Get(in); name != "" {
				s := huma.SchemaFromField(registry, f, "")
				p := &huma.Param{Name: name, In: in, Required: in == "path", Description: s.Description, Schema: s}
				s.Description, s.Nullable = "", false
				list = append(list, p)
			}
		}
	}
	if strings.Contains(path, "{device_id}") && !named(list, "device_id") {
		list = append(list, &huma.Param{Name: "device_id", In: "path", Required: true, Schema: &huma.Schema{Type: "string"}, Description: "Id of the device"})
	} else if a.onDevice() {
		list = append(list, sharedRef("DeviceHeader"), sharedRef("DeviceQuery"))
	}
	if method == http.MethodPost {
		list = append(list, sharedRef("IdempotencyKey"))
	}
	return append(list, sharedRef("RequestID"))
}

func named(list []*huma.Param, name string) bool {
	for _, p := range list {
		if p.Name == name {
			return true
		}
	}
	return false
}

const parameterPrefix = "#/components/parameters/"

func sharedRef(name string) *huma.Param { return &huma.Param{Ref: parameterPrefix + name} }

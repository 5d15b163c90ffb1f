package control_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"strings"

	"wapost/internal/simulator/control"
)

// apiDocument is the part of an OpenAPI document that the checks need.
type apiDocument struct {
	Paths map[string]map[string]struct {
		Responses map[string]struct {
			Description string
			Content     map[string]struct{ Schema schema }
		}
		Parameters  []struct{ Name, In string }
		RequestBody *struct {
			Content map[string]struct{ Schema schema }
		}
	}
	Components struct{ Schemas map[string]schema }
}

func servedDocument() apiDocument {
	w := httptest.NewRecorder()
	r := httptest.NewRequest(http.MethodGet, "http://localhost/openapi.json", nil)
	control.New(nil, control.Options{}).ServeHTTP(w, r)
	var doc apiDocument
	if err := json.Unmarshal(w.Body.Bytes(), &doc); err != nil {
		panic(err)
	}
	return doc
}

func newCoverage() *coverage {
	return &coverage{doc: servedDocument(), routes: map[string]bool{}, codes: map[string]bool{}}
}

// everyCode is what the API page names.
func everyCode() []string {
	return []string{"invalid_request", "forbidden_origin", "unsupported_media_type", "not_loopback", "too_large", "unknown_path",
		"method_not_allowed", "internal", "unknown_person", "unknown_group", "unknown_newsletter", "unknown_device", "unknown_message", "no_pending_code",
		"not_a_member", "not_allowed", "not_connected", "wrong_code", "wrong_account", "link_refused", "burst_running", "code_expired", "no_answer", "not_running"}
}

// missing lists what no test has met, and every reply that the document did not announce.
func (c *coverage) missing() []string {
	c.mu.Lock()
	defer c.mu.Unlock()
	list := slices.Clone(c.wrong)
	for path, operations := range c.doc.Paths {
		for method := range operations {
			if route := strings.ToUpper(method) + " " + path; !c.routes[route] {
				list = append(list, route)
			}
		}
	}
	for _, code := range everyCode() {
		if !c.codes[code] {
			list = append(list, code)
		}
	}
	slices.Sort(list)
	return list
}

// RoundTrip implements http.RoundTripper.
func (c *coverage) RoundTrip(r *http.Request) (*http.Response, error) {
	res, err := http.DefaultTransport.RoundTrip(r)
	if err != nil {
		return nil, err
	}
	raw, err := io.ReadAll(res.Body)
	if err != nil {
		return nil, err
	}
	if err := res.Body.Close(); err != nil {
		return nil, err
	}
	res.Body = io.NopCloser(bytes.NewReader(raw))
	c.note(r.Method, r.URL.Path, res, raw)
	return res, nil
}

func (c *coverage) note(method, path string, res *http.Response, raw []byte) {
	var failure struct{ Error struct{ Code string } }
	if res.StatusCode >= 300 {
		_ = json.Unmarshal(raw, &failure) // an answer of another form has no code, and is told below
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.codes[failure.Error.Code] = true
	template := c.template(path)
	operation, ok := c.doc.Paths[template][strings.ToLower(method)]
	if !ok {
		return
	}
	if res.StatusCode < 300 {
		c.routes[method+" "+template] = true
	}
	announced, ok := operation.Responses[strconv.Itoa(res.StatusCode)]
	if !ok || failure.Error.Code != "" && !strings.Contains(announced.Description, failure.Error.Code) {
		c.wrong = append(c.wrong, fmt.Sprintf("%s %s answered %d %s, which is not documented", method, template, res.StatusCode, failure.Error.Code))
		return
	}
	if form, ok := announced.Content["application/json"]; ok {
		if err := form.Schema.check(c.doc.Components.Schemas, raw); err != nil {
			c.wrong = append(c.wrong, fmt.Sprintf("%s %s: %v", method, template, err))
		}
	}
}

// template finds the path of the document; of two the one with fewer parameters.
func (c *coverage) template(path string) string {
	best, parameters := "", 100
	for template := range c.doc.Paths {
		if n := strings.Count(template, "{"); n < parameters && fits(template, path) {
			best, parameters = template, n
		}
	}
	return best
}

func fits(template, path string) bool {
	want, have := strings.Split(template, "/"), strings.Split(path, "/")
	if len(want) != len(have) {
		return false
	}
	for i := range want {
		if want[i] != have[i] && !strings.HasPrefix(want[i], "{") {
			return false
		}
	}
	return true
}

// schema is the part of JSON Schema that the document uses.
type schema struct {
	Ref                  string `json:"$ref"`
	Type                 string
	Properties           map[string]schema
	Required             []string
	AdditionalProperties json.RawMessage
	Items                *schema
	AnyOf                []schema
	Enum                 []string
}

// check tells why a value does not fit.
func (s schema) check(named map[string]schema, raw json.RawMessage) error {
	if s.Ref != "" {
		name := s.Ref[strings.LastIndex(s.Ref, "/")+1:]
		resolved, ok := named[name]
		if !ok {
			return fmt.Errorf("the schema %s is missing", name)
		}
		return resolved.check(named, raw)
	}
	for _, alternative := range s.AnyOf {
		if alternative.check(named, raw) == nil {
			return nil
		}
	}
	if len(s.AnyOf) > 0 {
		return fmt.Errorf("%.100s fits no alternative", raw)
	}
	return s.checkType(named, raw)
}

func (s schema) checkType(named map[string]schema, raw json.RawMessage) error {
	var value any
	if err := json.Unmarshal(raw, &value); err != nil {
		return err
	}
	ok := false
	switch s.Type {
	case "object":
		return s.checkObject(named, raw)
	case "array":
		var items []json.RawMessage
		if err := json.Unmarshal(raw, &items); err != nil || value == nil {
			return fmt.Errorf("%.100s is not a list", raw)
		}
		for _, item := range items {
			if err := s.Items.check(named, item); err != nil {
				return err
			}
		}
		return nil
	case "string":
		text, is := value.(string)
		ok = is && (len(s.Enum) == 0 || slices.Contains(s.Enum, text))
	case "integer", "number":
		_, ok = value.(float64)
	case "boolean":
		_, ok = value.(bool)
	case "null":
		ok = value == nil
	}
	if !ok {
		return fmt.Errorf("%.100s is not %s %v", raw, s.Type, s.Enum)
	}
	return nil
}

func (s schema) checkObject(named map[string]schema, raw json.RawMessage) error {
	var members map[string]json.RawMessage
	if err := json.Unmarshal(raw, &members); err != nil || members == nil {
		return fmt.Errorf("%.100s is not an object", raw)
	}
	for _, name := range s.Required {
		if members[name] == nil {
			return fmt.Errorf("%s is missing", name)
		}
	}
	for name, value := range members {
		property, ok := s.Properties[name]
		if !ok && string(s.AdditionalProperties) == "false" {
			return fmt.Errorf("%s is not documented", name)
		}
		if !ok {
			continue
		}
		if err := property.check(named, value); err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
	}
	return nil
}

package httpapi

import (
	"bytes"
	"encoding/json"
	"flag"
	"net/http"
	"os"
	"strings"
	"testing"

	"github.com/danielgtaylor/huma/v2"
	"github.com/google/go-cmp/cmp"
)

var update = flag.Bool("update", false, "write the golden files anew")

func TestDocumentIsAsApproved(t *testing.T) {
	var got bytes.Buffer
	if err := json.Indent(&got, newRig(t).api.OpenAPI(), "", " "); err != nil {
		t.Fatal(err)
	}
	const golden = "testdata/openapi.json"
	if *update {
		if err := os.WriteFile(golden, got.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(strings.Split(string(want), "\n"), strings.Split(got.String(), "\n")); diff != "" {
		t.Errorf("run with -update if this is wanted:\n%s", diff)
	}
}

// operations calls f for every operation of the document.
func (r *rig) operations(f func(method, path string, op *huma.Operation)) {
	for path, item := range r.api.huma.OpenAPI().Paths {
		for method, op := range map[string]*huma.Operation{"GET": item.Get, "POST": item.Post, "PATCH": item.Patch, "DELETE": item.Delete} {
			if op != nil {
				f(method, path, op)
			}
		}
	}
}

func TestDocumentIsComplete(t *testing.T) {
	r := newRig(t)
	seen := map[string]bool{}
	r.operations(func(method, path string, op *huma.Operation) {
		if op.OperationID == "" || seen[op.OperationID] {
			t.Errorf("%s %s: id %q is empty or not unique", method, path, op.OperationID)
		}
		seen[op.OperationID] = true
		if op.Summary == "" || len(op.Tags) != 1 {
			t.Errorf("%s %s: no summary or tag", method, path)
		}
		for _, status := range []string{"500", "503"} {
			if op.Responses[status] == nil {
				t.Errorf("%s %s: no %s", method, path, status)
			}
		}
		for _, p := range op.Parameters {
			if p.In == "path" && !strings.Contains(path, "{"+p.Name+"}") {
				t.Errorf("%s %s: parameter %s is not in the path", method, path, p.Name)
			}
		}
		for _, part := range strings.Split(path, "/") {
			if strings.HasPrefix(part, "{") && !named(op.Parameters, strings.Trim(part, "{}")) {
				t.Errorf("%s %s: %s is not documented", method, path, part)
			}
		}
	})
}

func TestExamplesOfTheDocumentAreValid(t *testing.T) {
	r := newRig(t)
	r.operations(func(method, path string, op *huma.Operation) {
		if op.RequestBody != nil && op.RequestBody.Content[jsonType] != nil && op.RequestBody.Content[jsonType].Example != nil {
			r.matches(op.RequestBody.Content[jsonType].Schema, plain(t, op.RequestBody.Content[jsonType].Example), request(t, method, path, nil))
		}
		for _, response := range op.Responses {
			if media := response.Content[jsonType]; media != nil && media.Example != nil {
				r.matches(media.Schema, plain(t, media.Example), request(t, method, path, nil))
			}
		}
	})
}

// plain is a value as it comes out of JSON.
func plain(t *testing.T, v any) (out any) {
	t.Helper()
	b, err := encode(v)
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(b, &out); err != nil {
		t.Fatal(err)
	}
	return out
}

func TestReferenceLoadsNothingFromElsewhere(t *testing.T) {
	r := newRig(t, func(o *Options) { o.BasePath = "/gw/" })
	page := r.call("", "GET", "/gw/docs", nil).ok(http.StatusOK)
	policy := page.Header().Get("Content-Security-Policy")
	if !strings.Contains(policy, "default-src 'none'") || strings.Contains(policy, "script-src 'self' 'unsafe") {
		t.Errorf("policy: %s", policy)
	}
	if strings.Contains(page.Body.String(), "://") {
		t.Errorf("the page names another host: %s", page.Body)
	}
	for _, path := range []string{"/gw/docs/swagger-ui.css", "/gw/docs/swagger-ui-bundle.js", "/gw/docs/docs.js", "/gw/openapi.json"} {
		if !strings.Contains(page.Body.String(), path) {
			t.Errorf("the page does not load %s", path)
		}
		if a := r.call("", "GET", path, nil).ok(http.StatusOK); a.Body.Len() == 0 {
			t.Errorf("%s is empty", path)
		}
	}
	packed := r.call("", "GET", "/gw/docs/swagger-ui.css", nil, "Accept-Encoding", "gzip").ok(http.StatusOK)
	if packed.Header().Get("Content-Encoding") != "gzip" {
		t.Error("a browser gets the style unpacked")
	}
	for from, to := range map[string]string{"/gw/docs/swagger.json": "/gw/openapi.json", "/gw/docs/swagger.yaml": "/gw/openapi.yaml"} {
		if a := r.call("", "GET", from, nil); a.Code != http.StatusFound || a.Header().Get("Location") != to {
			t.Errorf("%s: %d to %s", from, a.Code, a.Header().Get("Location"))
		}
	}
	yaml := r.call("", "GET", "/gw/openapi.yaml", nil).ok(http.StatusOK)
	if !strings.Contains(yaml.Body.String(), "openapi: 3.1.0") {
		t.Errorf("YAML begins with %.40q", yaml.Body)
	}
}

package httpapi

import (
	"bytes"
	"compress/gzip"
	_ "embed"
	"encoding/json"
	"fmt"
	"html/template"
	"io"
	"net/http"
	"slices"
	"strings"

	"github.com/danielgtaylor/huma/v2"
	"github.com/swaggest/swgui/v5/static"
)

// documents are the files that are made once.
type documents struct{ openJSON, openYAML, page []byte }

//go:embed assets/docs.html
var docsPage string

//go:embed assets/docs.js
var docsScript []byte

// docsPolicy lets the reference load what we serve and nothing else. Its styles set attributes of elements, hence unsafe-inline
// for styles alone.
const docsPolicy = "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; " +
	"connect-src 'self'; font-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

// documentRoutes serves the OpenAPI document and the reference. It comes last: the document is complete then.
func (a *API) documentRoutes() {
	allowNull(a.huma.OpenAPI().Components.Schemas.Map())
	var err error
	if a.docs.openJSON, err = json.Marshal(a.huma.OpenAPI()); err != nil {
		panic(fmt.Sprintf("render the OpenAPI document: %v", err)) // made of our own types: a mistake in one of them
	}
	if a.docs.openYAML, err = a.huma.OpenAPI().YAML(); err != nil {
		panic(fmt.Sprintf("render the OpenAPI document: %v", err))
	}
	var page bytes.Buffer
	if err := template.Must(template.New("docs").Parse(docsPage)).Execute(&page, a.BasePath); err != nil {
		panic(fmt.Sprintf("render the reference: %v", err))
	}
	a.docs.page = page.Bytes()
	a.file("/openapi.json", "application/openapi+json", a.docs.openJSON)
	a.file("/openapi.yaml", "application/openapi+yaml", a.docs.openYAML)
	a.file("/docs", "text/html; charset=utf-8", a.docs.page)
	a.file("/docs/docs.js", "text/javascript; charset=utf-8", docsScript)
	for name, contentType := range map[string]string{
		"swagger-ui.css": "text/css; charset=utf-8", "swagger-ui-bundle.js": "text/javascript; charset=utf-8",
	} {
		a.mux.HandleFunc("GET /docs/"+name, func(w http.ResponseWriter, r *http.Request) { sendAsset(w, r, name, contentType) })
	}
	for _, form := range []string{"json", "yaml"} {
		a.mux.HandleFunc("GET /docs/swagger."+form, func(w http.ResponseWriter, _ *http.Request) {
			redirect(w, a.BasePath+"/openapi."+form)
		})
	}
}

// allowNull adds null to the values of fields that may be null: their type alone does not allow it.
func allowNull(schemas map[string]*huma.Schema) {
	for _, s := range schemas {
		for _, p := range s.Properties {
			if p.Nullable && len(p.Enum) > 0 && !slices.Contains(p.Enum, nil) {
				p.Enum = append(p.Enum, nil)
			}
		}
	}
}

// OpenAPI returns the document as JSON.
func (a *API) OpenAPI() []byte { return bytes.Clone(a.docs.openJSON) }

func (a *API) file(path, contentType string, body []byte) {
	a.mux.HandleFunc("GET "+path, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Security-Policy", docsPolicy)
		send(w, http.StatusOK, contentType, body)
	})
}

// sendAsset serves a file of the user interface, which is embedded compressed.
func sendAsset(w http.ResponseWriter, r *http.Request, name, contentType string) {
	packed, err := static.FS.ReadFile(name + ".gz")
	if err != nil {
		panic(fmt.Sprintf("read the embedded %s: %v", name, err))
	}
	w.Header().Set("Cache-Control", "public, max-age=86400")
	w.Header().Set("Vary", "Accept-Encoding")
	if strings.Contains(r.Header.Get("Accept-Encoding"), "gzip") {
		w.Header().Set("Content-Encoding", "gzip")
		send(w, http.StatusOK, contentType, packed)
		return
	}
	unpacked, err := gzip.NewReader(bytes.NewReader(packed))
	if err != nil {
		panic(fmt.Sprintf("unpack the embedded %s: %v", name, err))
	}
	body, err := io.ReadAll(unpacked)
	if err != nil {
		panic(fmt.Sprintf("unpack the embedded %s: %v", name, err))
	}
	send(w, http.StatusOK, contentType, body)
}

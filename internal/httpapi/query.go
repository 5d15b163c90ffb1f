package httpapi

import (
	"maps"
	"net/url"
	"slices"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"wapost/internal/fault"
	"wapost/internal/spelling"
)

// queryNames lists the query parameters that the document of an operation knows.
func (a *API) queryNames(doc *huma.Operation) []string {
	var names []string
	for _, p := range doc.Parameters {
		if name, shared := strings.CutPrefix(p.Ref, parameterPrefix); shared {
			p = a.huma.OpenAPI().Components.Parameters[name]
		}
		if p.In == "query" {
			names = append(names, p.Name)
		}
	}
	return names
}

// checkQuery refuses what an operation would not read: a filter with a wrong name must not look like one that everything
// passes. Errors: fault.Invalid.
func checkQuery(raw string, known []string) error {
	query, err := url.ParseQuery(raw)
	if err != nil {
		return fault.Wrap(err, fault.Invalid, "The query of the URL cannot be read")
	}
	for _, name := range slices.Sorted(maps.Keys(query)) {
		if !slices.Contains(known, name) {
			return unknownQuery(name, known)
		}
		if len(query[name]) > 1 {
			return fault.New(fault.Invalid, "Duplicate query parameter %q", name)
		}
	}
	return nil
}

func unknownQuery(name string, known []string) error {
	if near, ok := spelling.Nearest(name, known); ok {
		return fault.New(fault.Invalid, "Unknown query parameter %q; did you mean %q?", shown(name), near)
	}
	if len(known) == 0 {
		return fault.New(fault.Invalid, "Unknown query parameter %q; there are none here", shown(name))
	}
	return fault.New(fault.Invalid, "Unknown query parameter %q; known are %s", shown(name), strings.Join(known, ", "))
}

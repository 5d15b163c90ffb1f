package app

import "wapost/internal/httpapi"

// OpenAPI returns the document of this build as JSON. The API it is made from has no rooms behind it and serves nothing.
func OpenAPI(version string) []byte { return httpapi.New(httpapi.Options{Version: version}).OpenAPI() }

package main

import (
	"os"

	"wapost/internal/app"
)

type openapiCmd struct{}

// Run prints the document. It is made from the code that serves, so it opens nothing.
func (openapiCmd) Run() error {
	_, err := os.Stdout.Write(append(app.OpenAPI(version), '\n'))
	return err
}

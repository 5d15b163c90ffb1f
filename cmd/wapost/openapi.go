package main

import (
	"os"

	"wapost/internal/app"
)

type openapiCmd struct{}

// Run prints the document. It is made from the code that serves, so it opens nothing.
func (openapiCmd) Run() error {
	b, err := app.OpenAPI(version)
	if err != nil {
		return err
	}
	_, err = os.Stdout.Write(append(b, '\n'))
	return err
}

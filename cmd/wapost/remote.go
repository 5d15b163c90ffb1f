package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"strings"

	"wapost/internal/client"
)

// remote is what the commands share that call a running gateway as a customer does.
type remote struct {
	URL string `default:"http://127.0.0.1:7001" help:"Address of the gateway, with its base path if it has one."`
}

const keyVariable = "WAPOST_API_KEY"

var errNoKey = errors.New(`no credential: set WAPOST_API_KEY to an API key or a device token, or WAPOST_API_KEY_FILE to a file with it
  an API key is made with POST /admin/api-keys; wapost sandbox prints one`)

func (r remote) client() (*client.Client, error) {
	key, err := secretFromEnvironment(keyVariable)
	if err != nil {
		return nil, err
	}
	if key == "" {
		return nil, errNoKey
	}
	return client.New(r.URL, key)
}

// secretFromEnvironment reads a variable, or the file that <name>_FILE names; "" = neither is set.
func secretFromEnvironment(name string) (string, error) {
	value, path := os.Getenv(name), os.Getenv(name+"_FILE")
	switch {
	case value != "" && path != "":
		return "", fmt.Errorf("give either %s or %s_FILE, not both", name, name)
	case path == "":
		return strings.TrimSpace(value), nil
	}
	b, err := os.ReadFile(path) //nolint:gosec // the user names the file
	if err != nil {
		return "", fmt.Errorf("%s_FILE: %w", name, err)
	}
	if value = strings.TrimSpace(string(b)); value == "" {
		return "", fmt.Errorf("%s_FILE: %s is empty", name, path)
	}
	return value, nil
}

// explain adds to an error of the gateway what can be done about it.
func explain(err error) error {
	var down *client.Unreachable
	var e *client.Error
	hint := ""
	switch {
	case errors.As(err, &down):
		hint = "is it running? `wapost health` asks it; give another address with --url or WAPOST_URL"
	case !errors.As(err, &e):
		return err
	case e.Status == http.StatusUnauthorized:
		hint = "check WAPOST_API_KEY: it must be an API key (wapost_…) or a device token of this gateway"
	case e.Sentence == "No such webhook":
		hint = "`wapost webhooks` lists those that this credential may see"
	case e.Sentence == "No such delivery":
		hint = "`wapost deliveries WEBHOOK` lists them; what is older than --keep-events of the gateway is gone"
	case e.Sentence == "No such replay":
		hint = "`wapost replay list WEBHOOK` lists them"
	case e.Status == http.StatusTooManyRequests:
		hint = "wait that long, then try again"
	case e.Status >= http.StatusInternalServerError && e.RequestID != "":
		hint = "the gateway's log tells more under request_id " + e.RequestID
	}
	if hint == "" {
		return err
	}
	return fmt.Errorf("%w\n  %s", err, hint)
}

// printJSON prints data of an answer as it came, indented.
func printJSON(w io.Writer, v any) error {
	b, err := json.MarshalIndent(v, "", "  ")
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(w, "%s\n", b)
	return err
}

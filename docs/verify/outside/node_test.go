package outside_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

var errNode = errors.New("Node is missing: apt-get install nodejs npm, then make judges")

// installed says what is missing of Node and the libraries that package.json names; a library in another version is missing.
func installed() error {
	if _, err := exec.LookPath("node"); err != nil {
		return errNode
	}
	var want struct{ Dependencies map[string]string }
	if err := read("package.json", &want); err != nil {
		return err
	}
	for name, version := range want.Dependencies {
		var have struct{ Version string }
		if err := read(filepath.Join("node_modules", name, "package.json"), &have); err != nil || have.Version != version {
			return fmt.Errorf("the library %s %s is missing: make judges", name, version)
		}
	}
	return nil
}

func read(path string, into any) error {
	b, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	return json.Unmarshal(b, into)
}

// needNode skips the test where something is missing, or fails it where Node is required.
func needNode(t *testing.T) {
	t.Helper()
	err := installed()
	switch {
	case err != nil && os.Getenv("WAPOST_REQUIRE_NODE") != "":
		t.Fatal(err)
	case err != nil:
		t.Skip(err)
	}
}

// askNode has judge.mjs judge all cases: one process, because it takes longer to start than to judge.
func askNode(t *testing.T, cases []judged) []string {
	t.Helper()
	type request struct {
		Library string            `json:"library"`
		Secret  string            `json:"secret"`
		Raw     bool              `json:"raw"`
		Header  string            `json:"header"`
		Headers map[string]string `json:"headers"`
		Body    []byte            `json:"body"`
	}
	var requests []request
	for _, c := range cases {
		requests = append(requests, request{c.library, c.secret, raw(c.secret), c.header, c.request.headers, c.request.body})
	}
	in, err := json.Marshal(requests)
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), "node", "judge.mjs")
	cmd.Stdin, cmd.Stderr = bytes.NewReader(in), os.Stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("node: %v", err)
	}
	var verdicts []string
	if err := json.Unmarshal(out, &verdicts); err != nil || len(verdicts) != len(cases) {
		t.Fatalf("%d verdicts about %d requests, %v", len(verdicts), len(cases), err)
	}
	return verdicts
}

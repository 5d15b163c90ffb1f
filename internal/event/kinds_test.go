package event

import (
	"encoding/json"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// goldens are the events that the translators make of what WhatsApp sends, by the name of their file.
func goldens(t *testing.T) map[string][]golden {
	t.Helper()
	paths, err := filepath.Glob("../whatsapp/testdata/translate/*.golden.json")
	if err != nil || len(paths) == 0 {
		t.Fatalf("no goldens: %v", err)
	}
	all := map[string][]golden{}
	for _, path := range paths {
		b, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		var list []golden
		if err := json.Unmarshal(b, &list); err != nil {
			t.Fatalf("%s: %v", path, err)
		}
		all[strings.TrimSuffix(filepath.Base(path), ".golden.json")] = list
	}
	return all
}

type golden struct {
	Type Type
	Data json.RawMessage
}

// What the translators make of real messages is what the schemas say: every member is described, none that must be is missing.
func TestWhatTheTranslatorsMakeObeysTheSchemas(t *testing.T) {
	for name, list := range goldens(t) {
		for _, g := range list {
			schema := plainJSON(t, Schema(g.Type)).(map[string]any)
			data := schema["properties"].(map[string]any)["data"]
			for _, wrong := range violations(data, plainJSON(t, g.Data), "$.data") {
				t.Errorf("%s: %s: %s", name, g.Type, wrong)
			}
		}
	}
}

// A message has the member that is named like its kind, and no other of a kind.
func TestAMessageHasTheMemberOfItsKind(t *testing.T) {
	seen := map[string]bool{}
	for name, list := range goldens(t) {
		for _, g := range list {
			var data map[string]json.RawMessage
			var kind string
			if json.Unmarshal(g.Data, &data) != nil || json.Unmarshal(data["kind"], &kind) != nil {
				continue // no message
			}
			seen[kind] = true
			for _, f := range reflect.VisibleFields(reflect.TypeFor[Content]()) {
				member, _, _ := strings.Cut(f.Tag.Get("json"), ",")
				if _, has := data[member]; has != (member == kind) {
					t.Errorf("%s: kind %s, member %s: %v", name, kind, member, has)
				}
			}
		}
	}
	for _, f := range reflect.VisibleFields(reflect.TypeFor[Content]()) {
		if member, _, _ := strings.Cut(f.Tag.Get("json"), ","); !seen[member] && member != "interop" && member != "system" {
			t.Errorf("no golden shows kind %s", member)
		}
	}
}

// What is kept of a message is read back by others: the list of messages, and what an edit tells of the text before.
func TestAMessageIsReadBackAsItWasWritten(t *testing.T) {
	for name, list := range goldens(t) {
		for _, g := range list {
			var probe struct{ Kind *string }
			if json.Unmarshal(g.Data, &probe) != nil || probe.Kind == nil || g.Type != MessageReceived {
				continue
			}
			var m Message
			if err := json.Unmarshal(g.Data, &m); err != nil {
				t.Errorf("%s: %v", name, err)
				continue
			}
			if diff := cmp.Diff(plainJSON(t, g.Data), plainJSON(t, m)); diff != "" {
				t.Errorf("%s: -written +read back\n%s", name, diff)
			}
		}
	}
}

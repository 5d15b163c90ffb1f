package event

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"reflect"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

var update = flag.Bool("update", false, "write docs/events.md anew")

// The generated part of docs/events.md lies between these lines.
const (
	docsFile  = "../../docs/events.md"
	docsBegin = "<!-- generated from the catalogue: go test ./internal/event -run Docs -update -->\n"
	docsEnd   = "<!-- end of the generated part -->\n"
)

func TestDocsListTheCatalogue(t *testing.T) {
	page, err := os.ReadFile(docsFile)
	if err != nil {
		t.Fatal(err)
	}
	before, rest, found := strings.Cut(string(page), docsBegin)
	got, after, ended := strings.Cut(rest, docsEnd)
	if !found || !ended {
		t.Fatalf("%s has lost the lines around its generated part", docsFile)
	}
	want := docsTable(t)
	if *update {
		if err := os.WriteFile(docsFile, []byte(before+docsBegin+want+docsEnd+after), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if diff := cmp.Diff(strings.Split(got, "\n"), strings.Split(want, "\n")); diff != "" {
		t.Errorf("docs/events.md is not current; run with -update:\n%s", diff)
	}
}

// docsTable renders the catalogue, and after it what the data of each type holds.
func docsTable(t *testing.T) string {
	t.Helper()
	var table, members strings.Builder
	table.WriteString("\n| type | when | class | order |\n|---|---|---|---|\n")
	members.WriteString("\nMembers of `data`, as in the example of each type.\n\n| type | members |\n|---|---|\n")
	for _, e := range Catalogue() {
		name := fmt.Sprintf("`%s`", e.Type)
		if e.Explicit {
			name += " ⁎"
		}
		fmt.Fprintf(&table, "| %s | %s | %s | %s |\n", name, e.Description, e.Class, e.Scope)
		fmt.Fprintf(&members, "| `%s` | %s |\n", e.Type, strings.Join(dataMembers(t, e.Type), ", "))
	}
	return table.String() + unplayedTable() + members.String() + kindsTable() + "\n"
}

// unplayedTable lists the types that no test causes end to end.
func unplayedTable() string {
	var b strings.Builder
	b.WriteString("\nOur tests cause each type from a stanza of the simulator (or a call of the API) to a signed request, but for these:\n\n| type | why not |\n|---|---|\n")
	for _, e := range Catalogue() {
		if why := Unplayed(e.Type); why != "" {
			fmt.Fprintf(&b, "| `%s` | %s |\n", e.Type, why)
		}
	}
	return b.String()
}

// kindsTable lists what the member that is named like the kind of a message holds.
func kindsTable() string {
	var b strings.Builder
	b.WriteString("\n### Kinds of messages\n\n`kind` of a message says what it is made of. `text` is what a person would read: the body, the caption, the question. Besides,\n" +
		"a message has one member that is named like its kind, with these members. A `?` marks what is not always there.\n\n| kind | members |\n|---|---|\n| `text` | none; `preview`, `style` beside it |\n")
	for _, f := range reflect.VisibleFields(reflect.TypeFor[Content]()) {
		kind, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		names := memberNames(f.Type.Elem())
		if len(names) == 0 {
			names = []string{"none"}
		}
		fmt.Fprintf(&b, "| `%s` | %s |\n", kind, strings.Join(names, ", "))
	}
	return b.String()
}

// memberNames returns the members of a struct as the page shows them.
func memberNames(t reflect.Type) (names []string) {
	for _, f := range reflect.VisibleFields(t) {
		name, options, _ := strings.Cut(f.Tag.Get("json"), ",")
		if f.Anonymous || name == "" {
			continue
		}
		mark := ""
		if options == "omitempty" {
			mark = "?"
		}
		names = append(names, "`"+name+"`"+mark)
	}
	return names
}

// dataMembers returns the names in `data` of a type's example, in their order.
func dataMembers(t *testing.T, of Type) (names []string) {
	t.Helper()
	example := Example(of)
	if example == nil {
		return nil // another test demands it
	}
	var e struct{ Data json.RawMessage }
	if err := json.Unmarshal(example, &e); err != nil {
		t.Fatalf("example of %s: %v", of, err)
	}
	dec := json.NewDecoder(bytes.NewReader(e.Data))
	if _, err := dec.Token(); err != nil {
		t.Fatalf("example of %s: %v", of, err)
	}
	for dec.More() {
		name, err := dec.Token()
		if err != nil {
			t.Fatalf("example of %s: %v", of, err)
		}
		names = append(names, fmt.Sprintf("`%v`", name))
		var value json.RawMessage
		if err := dec.Decode(&value); err != nil {
			t.Fatalf("example of %s: %v", of, err)
		}
	}
	return names
}

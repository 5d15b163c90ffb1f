package internal_test

import (
	"encoding/json"
	"errors"
	"go/parser"
	"go/token"
	"io"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

const module = "wapost"

// levels is the house: a room may import rooms of a lower level, never one beside or above it.
var levels = map[string]int{
	"internal/fault":            0,
	"internal/sink":             0, // a receiver that shared code with the sender would share its mistakes
	"internal/client":           0, // the customer's side of the API, for the same reason
	"internal/vault":            0,
	"internal/spelling":         0,
	"internal/egress/proxytest": 0, // a double, for the same reason
	"internal/message":          1, "internal/egress": 1,
	"internal/event": 2, "internal/access": 2,
	"internal/webhook": 3, "internal/chat": 3,
	"internal/session": 4, "internal/journal": 4, "internal/delivery": 4,
	"internal/media": 5, "internal/outbox": 5, "internal/history": 5, "internal/replay": 5,
	"internal/whatsapp": 6, "internal/store": 6, "internal/delivery/httppost": 6, "internal/store/storetest": 6, "internal/store/powercut": 6,
	"internal/httpapi": 7, "internal/httpapi/strict": 6, "internal/metrics": 7,
	"internal/app": 8, "internal/app/apptest": 8,
	"cmd/wapost": 9, "internal/bench": 9,
}

// inside says which rooms may use what lies inside them.
var inside = map[string]string{
	"internal/store/storetest":   "internal/store",
	"internal/app/apptest":       "internal/app",
	"internal/simulator/control": "internal/simulator",
}

// only says who may import a library, and why nobody else.
var only = []struct {
	library string
	rooms   []string
	reason  string
}{
	{"go.mau.fi/whatsmeow", []string{"internal/whatsapp", "internal/simulator", "internal/bench"}, "WhatsApp's library has one door, so that its rules about acks are kept in one place"},
	{"modernc.org/sqlite", []string{"internal/store"}, "SQL lives in store"},
	{"github.com/jackc/pgx", []string{"internal/store"}, "SQL lives in store"},
	{"github.com/pressly/goose", []string{"internal/store"}, "SQL lives in store"},
	{"github.com/danielgtaylor/huma", []string{"internal/httpapi"}, "HTTP lives in httpapi"},
	{"github.com/prometheus", []string{"internal/metrics"}, "rooms tell plain figures; one room collects them"},
	{"github.com/alecthomas/kong", []string{"cmd/wapost"}, "flags are the command's; rooms take options"},
	{"wapost/internal/store/powercut", nil, "a disk that forgets is for tests"},
	{"wapost/internal/egress/proxytest", nil, "a double is for tests"},
	{"wapost/internal/simulator", []string{"cmd/wapost", "internal/simulator", "internal/bench"}, "production code must not reach the simulator but through its address"},
}

type pkg struct {
	ImportPath string
	Dir        string
	Imports    []string
	GoFiles    []string
}

func packages(t *testing.T) []pkg {
	t.Helper()
	cmd := exec.Command("go", "list", "-json=ImportPath,Dir,Imports,GoFiles", module+"/...")
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("go list: %v", err)
	}
	var list []pkg
	for dec := json.NewDecoder(strings.NewReader(string(out))); ; {
		var p pkg
		if err := dec.Decode(&p); errors.Is(err, io.EOF) {
			return list
		} else if err != nil {
			t.Fatal(err)
		}
		list = append(list, p)
	}
}

func TestImportsGoDown(t *testing.T) {
	for _, p := range packages(t) {
		room := strings.TrimPrefix(p.ImportPath, module+"/")
		level, known := levels[room]
		if !known {
			if strings.HasPrefix(room, "internal/simulator") {
				noRoomsOfOurs(t, room, p.Imports)
			} else if strings.HasPrefix(room, "internal/") {
				t.Errorf("%s has no place in the table of levels", room)
			}
			continue
		}
		for _, imp := range p.Imports {
			other, ours := strings.CutPrefix(imp, module+"/")
			below, leveled := levels[other]
			if !ours || !leveled || inside[room] == other {
				continue
			}
			if below >= level {
				t.Errorf("%s (level %d) imports %s (level %d): imports go down only", room, level, other, below)
			}
		}
	}
}

// noRoomsOfOurs: a double of WhatsApp that shared code with us would share our mistakes.
func noRoomsOfOurs(t *testing.T, room string, imports []string) {
	t.Helper()
	for _, imp := range imports {
		if strings.HasPrefix(imp, module+"/") && !strings.HasPrefix(imp, module+"/internal/simulator") {
			t.Errorf("%s imports %s: the simulator imports none of our rooms", room, imp)
		}
		if imp == "go.mau.fi/whatsmeow" {
			t.Errorf("%s imports the client it is a test of", room)
		}
	}
}

func TestLibrariesHaveOneDoor(t *testing.T) {
	for _, p := range packages(t) {
		room := strings.TrimPrefix(p.ImportPath, module+"/")
		for _, rule := range only {
			allowed := slices.ContainsFunc(rule.rooms, func(r string) bool { return room == r || strings.HasPrefix(room, r+"/") })
			for _, imp := range p.Imports {
				if !allowed && (imp == rule.library || strings.HasPrefix(imp, rule.library+"/")) {
					t.Errorf("%s imports %s: %s", room, imp, rule.reason)
				}
			}
		}
	}
}

func TestEveryPackageHasOneComment(t *testing.T) {
	for _, p := range packages(t) {
		comments := 0
		for _, name := range p.GoFiles {
			f, err := parser.ParseFile(token.NewFileSet(), filepath.Join(p.Dir, name), nil, parser.ParseComments|parser.PackageClauseOnly)
			if err != nil {
				t.Fatal(err)
			}
			if f.Doc != nil {
				comments++
			}
		}
		if len(p.GoFiles) > 0 && comments != 1 {
			t.Errorf("%s has %d package comments, want 1", p.ImportPath, comments)
		}
	}
}

// The library is pinned by hand: what the module proxy calls latest is a year older.
func TestLibraryIsPinned(t *testing.T) {
	const want = "v0.0.0-20260821141805-33cfac511629"
	out, err := exec.Command("go", "list", "-m", "-f", "{{.Version}}", "go.mau.fi/whatsmeow").Output()
	if err != nil {
		t.Fatal(err)
	}
	if got := strings.TrimSpace(string(out)); got != want {
		t.Errorf("whatsmeow is %s, want %s: never `go get -u` it", got, want)
	}
}

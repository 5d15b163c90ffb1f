package delivery_test

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"wapost/internal/egress"
)

// steps are the places where the child kills itself: every gap between two things that are made durable or visible.
var steps = []string{"recorded", "told", "request", "answered", "settle", "settled", "loading", ""}

const (
	crashKeys  = 4
	crashHooks = 2
	crashQuick = 16
	crashSoak  = 1000
)

func TestKillNineAtEachStep(t *testing.T) { killAtEachStep(t, crashQuick) }

func TestSoakKillNineAtEachStep(t *testing.T) {
	if os.Getenv("WAPOST_SOAK") == "" {
		t.Skip("run with make soak")
	}
	killAtEachStep(t, crashSoak)
}

// killAtEachStep kills the engine at each step: nothing that was recorded is lost, keys keep their order, and what comes twice
// was in flight and has the same id.
func killAtEachStep(t *testing.T, runs int) {
	t.Helper()
	l := newLedger()
	server := httptest.NewServer(l)
	defer server.Close()
	path := filepath.Join(t.TempDir(), "wapost.db")
	for n := range runs {
		step := steps[n%len(steps)]
		spec := fmt.Sprintf("%s:%d", step, 1+rand.IntN(30))
		if step == "loading" {
			spec = "loading:1"
		}
		l.watch(t, path, server.URL, spec)
	}
	l.watch(t, path, server.URL, "finish:0")
	l.judge(t, runs)
}

// ledger is the receiver of all webhooks, and what the child said it has recorded.
type ledger struct {
	mu         sync.Mutex
	next       map[string]int    // webhook and key → highest number that came
	ids        map[string]string // webhook, key and number → event id
	told       map[string]int    // key → highest number that Append accepted
	duplicates int
	wrong      []string

	disk string // directory of a powercut.Disk; "" = the file system
}

func newLedger() *ledger {
	return &ledger{next: map[string]int{}, ids: map[string]string{}, told: map[string]int{}}
}

func (l *ledger) ServeHTTP(_ http.ResponseWriter, q *http.Request) {
	var e struct {
		ID   string
		Data struct {
			Chat string
			N    int
		}
	}
	if err := json.NewDecoder(q.Body).Decode(&e); err != nil {
		l.note("a body cannot be read: %v", err)
		return
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	lane := q.URL.Path + " " + e.Data.Chat
	item := fmt.Sprint(lane, " ", e.Data.N)
	if id, seen := l.ids[item]; seen {
		l.duplicates++
		if id != e.ID {
			l.wrong = append(l.wrong, item+" came under two ids")
		}
		return
	}
	if want := l.next[lane] + 1; e.Data.N != want {
		l.wrong = append(l.wrong, fmt.Sprintf("%s came where %d was next", item, want))
	}
	l.ids[item], l.next[lane] = e.ID, e.Data.N
}

func (l *ledger) note(format string, args ...any) {
	l.mu.Lock()
	l.wrong = append(l.wrong, fmt.Sprintf(format, args...))
	l.mu.Unlock()
}

// watch runs the child to its end and takes down what it says.
func (l *ledger) watch(t *testing.T, path, url, spec string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, os.Args[0])
	cmd.Env = append(os.Environ(), crashPath+"="+path, crashURL+"="+url, crashSpec+"="+spec, crashDisk+"="+l.disk)
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	if strings.HasPrefix(spec, ":") { // no step: the kill comes from outside, at a random moment
		timer := time.AfterFunc(time.Duration(20+rand.IntN(150))*time.Millisecond, func() { _ = cmd.Process.Kill() })
		defer timer.Stop()
	}
	l.read(out)
	err = cmd.Wait()
	if ctx.Err() != nil {
		t.Fatalf("%s: the child hangs", spec)
	}
	if spec == "finish:0" && err != nil {
		t.Fatalf("the last run: %v", err)
	}
}

// read takes lines "key number": the number was recorded.
func (l *ledger) read(r io.Reader) {
	for lines := bufio.NewScanner(r); lines.Scan(); {
		var key string
		var n int
		if _, err := fmt.Sscan(lines.Text(), &key, &n); err == nil {
			l.mu.Lock()
			l.told[key] = max(l.told[key], n)
			l.mu.Unlock()
		}
	}
}

func (l *ledger) judge(t *testing.T, runs int) {
	t.Helper()
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, w := range l.wrong[:min(10, len(l.wrong))] {
		t.Error(w)
	}
	recorded := 0
	for key, n := range l.told {
		recorded += n
		for hook := 1; hook <= crashHooks; hook++ {
			if got := l.next[fmt.Sprintf("/%d %s", hook, key)]; got < n {
				t.Errorf("webhook %d, %s: %d were recorded, %d came", hook, key, n, got)
			}
		}
	}
	if recorded == 0 {
		t.Error("no child recorded anything: the test proves nothing")
	}
	if most := runs * crashHooks * crashKeys; l.duplicates > most {
		t.Errorf("%d duplicates, at most %d were in flight", l.duplicates, most)
	}
	t.Logf("%d kills, %d events recorded and delivered to %d webhooks each, %d duplicates", runs, recorded, crashHooks, l.duplicates)
}

func loopback() egress.Policy {
	return egress.Policy{AllowHTTP: true, AllowCIDRs: []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}}
}

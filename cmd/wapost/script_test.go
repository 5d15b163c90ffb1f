package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"syscall"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"wapost/simclient"
)

var update = flag.Bool("update", false, "write the golden parts of the scripts anew")

func TestMain(m *testing.M) { testscript.Main(m, map[string]func(){"wapost": main}) }

func TestCommandLine(t *testing.T) {
	testscript.Run(t, testscript.Params{Dir: "testdata/script", UpdateScripts: *update, RequireExplicitExec: true, RequireUniqueNames: true})
}

// The tools are shown to work with the real gateway: a sandbox runs, scripts play its operators. It is a process of its own,
// because a process can trust the root key of one simulator only.
func TestToolsWithTheGateway(t *testing.T) {
	file := filepath.Join(t.TempDir(), "ready.json")
	sandbox := exec.Command("wapost", "sandbox", "--listen", "127.0.0.1:0", "--simulator-listen", "127.0.0.1:0", "--ready-file", file, "--quiet", "--no-demo")
	sandbox.Stderr = os.Stderr
	if err := sandbox.Start(); err != nil {
		t.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() { ended <- sandbox.Wait() }()
	t.Cleanup(func() {
		_ = sandbox.Process.Signal(syscall.SIGTERM) // Wait tells how it ended
		if err := <-ended; err != nil {
			t.Errorf("the end of the sandbox: %v", err)
		}
	})
	r := awaitReady(t, file, ended)
	for _, name := range []string{"webhook", "listen"} { // one after the other: both have Mia write to the same number
		t.Run(name, func(t *testing.T) { play(t, r, "testdata/sandbox/"+name+".txtar") })
	}
}

// play runs a script as a customer of the sandbox.
func play(t *testing.T, r ready, file string) {
	people := simclient.New(r.SimulatorURL)
	testscript.Run(t, testscript.Params{
		Files: []string{file}, RequireExplicitExec: true, RequireUniqueNames: true,
		Setup: func(env *testscript.Env) error {
			env.Setenv("WAPOST_URL", r.URL)
			env.Setenv("WAPOST_API_KEY", r.APIKey)
			env.Setenv("TZ", "UTC")
			env.Setenv("SINK", freeAddress(t))
			env.Setenv("LOCAL", freeAddress(t))
			return nil
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"say":   func(ts *testscript.TestScript, _ bool, args []string) { say(ts, people, args[0]) },
			"until": until, "reports": reports,
			"heard": func(ts *testscript.TestScript, _ bool, args []string) { heardBy(ts, people, args[0]) },
		},
	})
}

func freeAddress(t *testing.T) string {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer ln.Close()
	return ln.Addr().String()
}

// say has Mia write to the linked number.
func say(ts *testscript.TestScript, people *simclient.Client, text string) {
	_, err := people.SendAcked(context.Background(), miaPhone, simclient.Message{To: ownPhone, Text: text}, 30*time.Second)
	ts.Check(err)
}

const scriptPatience = 60 * time.Second

// until runs a command again and again, until its output matches: until REGEXP COMMAND…
func until(ts *testscript.TestScript, _ bool, args []string) {
	wanted, deadline := regexp.MustCompile(args[0]), time.Now().Add(scriptPatience)
	for {
		err := ts.Exec(args[1], args[2:]...)
		if got := ts.ReadFile("stdout") + ts.ReadFile("stderr"); wanted.MatchString(got) {
			return
		} else if time.Now().After(deadline) {
			ts.Fatalf("%v: never matched %q; the last: %v\n%s", args[1:], args[0], err, got)
		}
		<-time.After(50 * time.Millisecond)
	}
}

// reportAt asks a sink for its ledger; "" = it does not listen yet.
func reportAt(address string) string {
	answer, err := http.Get("http://" + address + "/report")
	if err != nil {
		return ""
	}
	defer answer.Body.Close()
	b, _ := io.ReadAll(answer.Body) // what is cut short does not match
	return string(b)
}

// reports waits until the ledger of a sink matches: reports ADDRESS REGEXP.
func reports(ts *testscript.TestScript, _ bool, args []string) {
	wanted, deadline := regexp.MustCompile(args[1]), time.Now().Add(scriptPatience)
	for got := ""; !wanted.MatchString(got); got = reportAt(args[0]) {
		if time.Now().After(deadline) {
			ts.Fatalf("the sink never reported %q; the last: %s", args[1], got)
		}
		<-time.After(20 * time.Millisecond)
	}
}

// heardBy has Mia write until the sink at an address has taken something: a listener hears what happens after it has
// connected, and a script cannot see when that is.
func heardBy(ts *testscript.TestScript, people *simclient.Client, address string) {
	something, deadline := regexp.MustCompile(`"events": [1-9]`), time.Now().Add(scriptPatience)
	for n := 0; !something.MatchString(reportAt(address)); n++ {
		if time.Now().After(deadline) {
			ts.Fatalf("nothing was forwarded to %s", address)
		}
		say(ts, people, fmt.Sprintf("try %d", n))
		<-time.After(100 * time.Millisecond)
	}
}

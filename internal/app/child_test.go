package app_test

import (
	"context"
	"fmt"
	"net"
	"os"
	"os/exec"
	"os/signal"
	"strconv"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"

	"wapost/internal/app"
)

// A child is a gateway in a process of its own, so that it can be killed: the test binary again, told by variables.
const (
	childDir       = "WAPOST_TEST_CHILD_DIR"
	childDatabase  = "WAPOST_TEST_CHILD_DATABASE"
	childListen    = "WAPOST_TEST_CHILD_LISTEN"
	childSimulator = "WAPOST_TEST_CHILD_SIMULATOR"
	childCrash     = "WAPOST_TEST_CHILD_CRASH" // point:n = kill yourself when the point is passed the nth time
)

func TestMain(m *testing.M) {
	if dir := os.Getenv(childDir); dir != "" {
		if err := runChild(dir); err != nil {
			fmt.Fprintln(os.Stderr, "child:", err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

func runChild(dir string) error {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM)
	defer stop()
	o := options(dir, os.Getenv(childListen), os.Getenv(childSimulator))
	o.Database = os.Getenv(childDatabase)
	o.Crash = crashAt(os.Getenv(childCrash))
	a, err := app.New(ctx, o)
	if err != nil {
		return err
	}
	return a.Run(ctx)
}

// crashAt kills the process, as the kernel would, at the nth pass of a point.
func crashAt(spec string) func(string) {
	point, times, _ := strings.Cut(spec, ":")
	n, err := strconv.Atoi(times)
	if err != nil {
		return nil
	}
	var passed atomic.Int64
	return func(p string) {
		if p == point && passed.Add(1) == int64(n) {
			_ = syscall.Kill(os.Getpid(), syscall.SIGKILL)
			select {} // the signal is on its way
		}
	}
}

// child is the parent's view.
type child struct {
	t        testing.TB
	dir      string
	database string // URL of a server's; "" = a file in dir
	listen   string
	w        *world
	cmd      *exec.Cmd
	ended    chan struct{}
}

func newChild(t testing.TB, w *world) *child {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	c := &child{t: t, dir: t.TempDir(), listen: ln.Addr().String(), w: w}
	if err := ln.Close(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.kill() })
	return c
}

// start runs the child until it is killed; crash may name a point and a number.
func (c *child) start(crash string) {
	c.t.Helper()
	c.cmd = exec.Command(os.Args[0]) //nolint:gosec // ourselves
	c.cmd.Env = append(os.Environ(), childDir+"="+c.dir, childDatabase+"="+c.database, childListen+"="+c.listen, childSimulator+"="+c.w.url, childCrash+"="+crash)
	c.cmd.Stderr = os.Stderr
	if err := c.cmd.Start(); err != nil {
		c.t.Fatal(err)
	}
	c.ended = make(chan struct{})
	cmd, ended := c.cmd, c.ended
	go func() { _ = cmd.Wait(); close(ended) }() // a killed process is no error here
	c.t.Logf("gateway %d started %s", c.cmd.Process.Pid, crash)
}

// ready waits until the API answers.
func (c *child) ready() {
	c.t.Helper()
	eventually(c.t, "the gateway is ready", func() bool {
		return customer{c.t, "http://" + c.listen, "X-None", ""}.call("GET", "/health/ready", nil, nil) == 200
	})
}

// kill ends the process at once, as a power cut of the process would.
func (c *child) kill() {
	if c.cmd == nil {
		return
	}
	_ = c.cmd.Process.Kill() // it may have ended by itself
	<-c.ended
	c.cmd = nil
}

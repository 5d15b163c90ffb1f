package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"runtime/debug"
	"strconv"
	"strings"
	"syscall"
	"time"

	"wapost/internal/app"
)

// childGateway is the product in a process of its own, so that its memory and its CPU can be told from the simulator's.
type childGateway struct {
	wholeGateway
	cmd   *exec.Cmd
	stdin io.Closer
}

// serveChild is what that process runs: the gateway, until its standard input ends.
func serveChild(ctx context.Context, dir, simulator string) error {
	a, err := app.New(ctx, app.Options{Listen: "127.0.0.1:0", Data: dir, Simulator: simulator, Version: "bench"})
	if err != nil {
		return err
	}
	run, stop := context.WithCancel(ctx)
	go func() {
		_, _ = io.Copy(io.Discard, os.Stdin)
		stop()
	}()
	tidy := make(chan os.Signal, 1)
	signal.Notify(tidy, syscall.SIGUSR1)
	go func() {
		for range tidy {
			debug.FreeOSMemory() // what the runtime does by itself within minutes of idleness
			fmt.Println("tidy")
		}
	}()
	if err := json.NewEncoder(os.Stdout).Encode(map[string]string{"url": "http://" + a.Addr().String()}); err != nil {
		return err
	}
	return a.Run(run)
}

func startChild(ctx context.Context, w *world, dir, key string) (*childGateway, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	g := &childGateway{cmd: exec.CommandContext(ctx, self, "-serve", dir, "-simulator", w.url)} //nolint:gosec // ourselves
	g.key = key
	g.cmd.Stderr = os.Stderr
	if g.stdin, err = g.cmd.StdinPipe(); err != nil {
		return nil, err
	}
	out, err := g.cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := g.cmd.Start(); err != nil {
		return nil, err
	}
	var ready struct{ URL string }
	if err := json.NewDecoder(out).Decode(&ready); err != nil {
		return nil, errors.Join(fmt.Errorf("start the gateway: %w", err), g.close())
	}
	g.url = ready.URL
	go func() { _, _ = io.Copy(io.Discard, out) }()
	if key == "" {
		err = g.makeKey(ctx, dir)
	}
	return g, err
}

func (g *childGateway) close() error {
	_ = g.stdin.Close() // ends it
	return g.cmd.Wait()
}

// memory returns the resident memory in MB, after the runtime has given back what it does not need.
func (g *childGateway) memory(ctx context.Context) (float64, error) {
	if err := g.cmd.Process.Signal(syscall.SIGUSR1); err != nil {
		return 0, err
	}
	settled := time.NewTimer(2 * time.Second) // not a measure of time: the kernel takes the pages back at once
	defer settled.Stop()
	select {
	case <-settled.C:
	case <-ctx.Done():
		return 0, ctx.Err()
	}
	status, err := os.ReadFile(filepath.Join("/proc", strconv.Itoa(g.cmd.Process.Pid), "status"))
	if err != nil {
		return 0, fmt.Errorf("read the memory of a process (Linux only): %w", err)
	}
	for line := range strings.Lines(string(status)) {
		if rest, ok := strings.CutPrefix(line, "VmRSS:"); ok {
			kb, err := strconv.ParseFloat(strings.Fields(rest)[0], 64)
			return kb / 1024, err
		}
	}
	return 0, errors.New("the kernel does not tell VmRSS")
}

// used returns the CPU time of the process so far.
func (g *childGateway) used() (time.Duration, error) {
	stat, err := os.ReadFile(filepath.Join("/proc", strconv.Itoa(g.cmd.Process.Pid), "stat"))
	if err != nil {
		return 0, fmt.Errorf("read the CPU time of a process (Linux only): %w", err)
	}
	_, rest, _ := strings.Cut(string(stat), ") ")
	fields := strings.Fields(rest)
	if len(fields) < 13 {
		return 0, errors.New("the kernel tells too little of the process")
	}
	var ticks int64
	for _, f := range fields[11:13] { // utime and stime, in hundredths of a second
		n, err := strconv.ParseInt(f, 10, 64)
		if err != nil {
			return 0, err
		}
		ticks += n
	}
	return time.Duration(ticks) * 10 * time.Millisecond, nil
}

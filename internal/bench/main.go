// Command bench measures what the README claims, each figure as a ratio to something that runs beside it in the same process,
// because absolute figures of a shared machine mean little. It prints a table and writes .bench/latest.json.
package main

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"runtime/pprof"
	"slices"
	"time"
)

// figure is one line of the result.
type figure struct {
	Name  string  `json:"name"`
	Value float64 `json:"value"`
	Unit  string  `json:"unit"`
	Aim   string  `json:"aim"`
}

// suite is a part that can be chosen with -only.
type suite struct {
	name string
	run  func(context.Context, options) ([]figure, error)
}

type options struct {
	rounds    int
	events    int
	rate      float64
	spell     time.Duration
	backlogs  []int
	hooks     []int
	fans      []int
	atOnce    []int
	databases []string
	sessions  int
}

func main() {
	var o options
	only := flag.String("only", "", "run one suite: "+names(suites()))
	out := flag.String("out", filepath.Join(".bench", "latest.json"), "file of the result")
	flag.IntVar(&o.rounds, "rounds", 5, "rounds of each comparison; medians are reported")
	profile := flag.String("cpuprofile", "", "file for a CPU profile")
	flag.IntVar(&o.events, "events", 20_000, "events per round")
	flag.Float64Var(&o.rate, "rate", 1000, "events per second of isolation and matrix")
	flag.DurationVar(&o.spell, "spell", 4*time.Second, "how long isolation and matrix measure each thing")
	numbers(&o.backlogs, "backlog", "100000,1000000", "waiting events of drain")
	numbers(&o.hooks, "hooks", "1,100,1000,10000", "numbers of webhooks of matrix")
	numbers(&o.fans, "fan", "1,5", "webhooks per event of matrix")
	numbers(&o.atOnce, "at-once", fmt.Sprintf("%d,%d", fewAtOnce, defaultAtOnce), "attempts under way of delivery, and of the bare client; matrix takes the first")
	words(&o.databases, "databases", "sqlite,postgres", "databases of matrix")
	flag.IntVar(&o.sessions, "sessions", 100, "devices of the suite sessions")
	child := flag.String("serve", "", "run as the gateway of the suite sessions, in this directory")
	simulator := flag.String("simulator", "", "with -serve")
	flag.Parse()
	if *child != "" {
		if err := serveChild(context.Background(), *child, *simulator); err != nil {
			fmt.Fprintln(os.Stderr, "bench:", err)
			os.Exit(1)
		}
		return
	}
	if stop, err := startProfile(*profile); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	} else {
		defer stop()
	}
	if err := run(context.Background(), *only, *out, o); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

func suites() []suite {
	return []suite{{"delivery", benchDelivery}, {"inbound", benchInbound}, {"sessions", benchSessions},
		{"isolation", benchIsolation}, {"drain", benchDrain}, {"matrix", benchMatrix}}
}

func run(ctx context.Context, only, out string, o options) error {
	var all []figure
	for _, s := range suites() {
		if only != "" && only != s.name {
			continue
		}
		fmt.Fprintf(os.Stderr, "%s …\n", s.name)
		figures, err := s.run(ctx, o)
		if err != nil {
			return fmt.Errorf("%s: %w", s.name, err)
		}
		for _, f := range figures {
			fmt.Printf("%-60s %12.3f %-10s aim %s\n", f.Name, f.Value, f.Unit, f.Aim)
		}
		all = append(all, figures...)
	}
	b, err := json.MarshalIndent(all, "", "  ")
	if err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Dir(out), 0o750); err != nil {
		return err
	}
	return os.WriteFile(out, append(b, '\n'), 0o600)
}

// startProfile begins a CPU profile; without a path it does nothing.
func startProfile(path string) (stop func(), err error) {
	if path == "" {
		return func() {}, nil
	}
	f, err := os.Create(path)
	if err != nil {
		return nil, err
	}
	if err := pprof.StartCPUProfile(f); err != nil {
		return nil, err
	}
	return func() { pprof.StopCPUProfile(); _ = f.Close() }, nil
}

func median(values []float64) float64 {
	s := slices.Sorted(slices.Values(values))
	return s[len(s)/2]
}

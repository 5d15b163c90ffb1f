package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"strings"
	"time"

	ledger "wapost/internal/sink" // the sandbox has a sink of its own
)

type sinkCmd struct {
	Listen string        `default:"127.0.0.1:3000" env:"WAPOST_SINK_LISTEN" help:"Address to receive at. Every path is taken."`
	Count  int           `placeholder:"N" env:"WAPOST_SINK_COUNT" help:"End after N different events."`
	For    time.Duration `placeholder:"30s" env:"WAPOST_SINK_FOR" help:"End after this time."`
	Strict bool          `env:"WAPOST_SINK_STRICT" help:"Exit with 1 unless the ledger is clean: nothing missing, out of order, unsigned or malformed."`
	JSON   bool          `name:"json" env:"WAPOST_SINK_JSON" help:"Print the report as JSON at the end."`
	Quiet  bool          `env:"WAPOST_SINK_QUIET" help:"Print the report alone."`

	Status     int           `group:"Misbehaviour" placeholder:"CODE" env:"WAPOST_SINK_STATUS" help:"Answer with this status."`
	RetryAfter int           `group:"Misbehaviour" placeholder:"SECONDS" env:"WAPOST_SINK_RETRY_AFTER" help:"Send Retry-After with it."`
	Delay      time.Duration `group:"Misbehaviour" placeholder:"2s" env:"WAPOST_SINK_DELAY" help:"Answer so late."`
	Hang       bool          `group:"Misbehaviour" env:"WAPOST_SINK_HANG" help:"Never answer."`
	Drip       time.Duration `group:"Misbehaviour" placeholder:"100ms" env:"WAPOST_SINK_DRIP" help:"Send the answer byte by byte with this pause."`
	RedirectTo string        `group:"Misbehaviour" placeholder:"URL" env:"WAPOST_SINK_REDIRECT_TO" help:"Answer with a redirect there."`
	Close      bool          `group:"Misbehaviour" env:"WAPOST_SINK_CLOSE" help:"Cut the connection without an answer."`
	FailFirst  int           `group:"Misbehaviour" placeholder:"N" env:"WAPOST_SINK_FAIL_FIRST" help:"Misbehave for the first N requests only."`
	FailTries  int           `group:"Misbehaviour" placeholder:"N" env:"WAPOST_SINK_FAIL_TRIES" help:"Misbehave for the first N tries of each event only."`
	FailShare  float64       `group:"Misbehaviour" placeholder:"0.1" env:"WAPOST_SINK_FAIL_SHARE" help:"Misbehave for this share of the requests, by chance."`
}

// Help says what flags cannot.
func (sinkCmd) Help() string {
	return `Register http://127.0.0.1:3000/ as a webhook (the gateway needs --webhook-allow-http and --webhook-allow-cidr 127.0.0.1/32;
the sandbox has them) and see what arrives. The report tells what is missing (jumps in the sequence of a device), what came
twice, what came out of order in its chat, how late, and whether all signatures were right.

The secret comes from WAPOST_SINK_SECRET or the file that WAPOST_SINK_SECRET_FILE names; several, one a line, during a
rotation. Without it signatures are not judged. A webhook with a filter sees jumps in the sequence that are no loss; so
does one without, for the types that must be named (connection.qr and the like). What is sent again on somebody's wish
(webhook-replay) is counted apart: it may come at any time, so it is no duplicate and not out of order.

While it runs it obeys, at the same address:
  GET    /report      the ledger as JSON         DELETE /report      begin anew
  GET    /behaviour   how it answers             DELETE /behaviour   answer well again
  PUT    /behaviour   {"status":503,"retry_after":5,"delay":"2s","hang":true,"drip":"100ms","redirect":"https://…",
                       "close":true} and one of {"first":3}, {"tries":2}, {"share":0.1}

Examples:
  wapost sink --fail-tries 2 --status 503     every event succeeds at its third try
  wapost sink --count 1000 --for 1m --strict  a test: exit code 0 if a thousand events came, whole and in order`
}

func (c *sinkCmd) behaviour() ledger.Behaviour {
	return ledger.Behaviour{Status: c.Status, RetryAfter: c.RetryAfter, Delay: ledger.Duration(c.Delay), Hang: c.Hang, Drip: ledger.Duration(c.Drip),
		Redirect: c.RedirectTo, Close: c.Close, First: c.FailFirst, Tries: c.FailTries, Share: c.FailShare}
}

// Run receives until it is told to stop, or one of the ends comes.
func (c *sinkCmd) Run(ctx context.Context) error {
	text, err := secretFromEnvironment("WAPOST_SINK_SECRET")
	if err != nil {
		return err
	}
	var secrets []string
	for line := range strings.Lines(text) {
		secrets = append(secrets, strings.TrimSpace(line))
	}
	s, err := ledger.New(ledger.Options{Secrets: secrets, Behaviour: c.behaviour()})
	if err != nil {
		return err
	}
	ln, err := net.Listen("tcp", c.Listen)
	if err != nil {
		return fmt.Errorf("%w; choose another address with --listen", err)
	}
	server := &http.Server{Handler: s.Handler(), ReadHeaderTimeout: 10 * time.Second}
	ended := make(chan error, 1)
	go func() { ended <- server.Serve(ln) }()
	c.greet(localURL(ln.Addr()), text != "")
	reached := c.wait(ctx, s)
	endServer(server)
	if err := <-ended; !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return c.judge(os.Stdout, s.Report(), reached)
}

// lastAnswers is how long the answers under way may take when the sink ends.
const lastAnswers = time.Second

// endServer lets answers be sent that are on their way: the event counts, so the gateway must hear so. What hangs is cut.
func endServer(server *http.Server) {
	ctx, cancel := context.WithTimeout(context.Background(), lastAnswers)
	defer cancel()
	if server.Shutdown(ctx) != nil {
		_ = server.Close() // the connections are gone either way
	}
}

func (c *sinkCmd) greet(url string, secret bool) {
	if c.Quiet {
		return
	}
	fmt.Fprintf(os.Stderr, "wapost sink receives at %s/ (report: %s/report); stop it with Ctrl-C\n", url, url)
	if !secret {
		fmt.Fprintln(os.Stderr, "signatures are not judged: WAPOST_SINK_SECRET is not set")
	}
}

// wait shows what comes until an end is reached. It reports whether that is the one that was wished for.
func (c *sinkCmd) wait(ctx context.Context, s *ledger.Sink) (reached bool) {
	if c.For > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, c.For)
		defer cancel()
	}
	every, begin, end := 10*time.Second, "", "\n"
	if isTerminal(os.Stderr) {
		every, begin, end = time.Second, "\r\x1b[K", ""
	}
	tick := time.NewTicker(every)
	defer tick.Stop()
	shown := ""
	show := func() {
		if line := s.Report().Line(); !c.Quiet && line != shown {
			shown = line
			fmt.Fprint(os.Stderr, begin, line, end)
		}
	}
	defer func() {
		if end == "" && shown != "" {
			fmt.Fprintln(os.Stderr)
		}
	}()
	for {
		changed := s.Changed()
		if c.Count > 0 && s.Report().Events >= c.Count {
			return true
		}
		if c.Count == 0 {
			changed = nil // nothing depends on the number
		}
		select {
		case <-changed:
		case <-tick.C:
			show()
		case <-ctx.Done():
			return c.Count == 0
		}
	}
}

var errShort = errors.New("too few events")

// judge prints the report and says whether the run was good.
func (c *sinkCmd) judge(w io.Writer, r ledger.Report, reached bool) error {
	if c.JSON {
		if err := printJSON(w, r); err != nil {
			return err
		}
	} else {
		showReport(w, r)
	}
	if !reached {
		return fmt.Errorf("%w: %d of %d came", errShort, r.Events, c.Count)
	}
	if faults := r.Faults(); c.Strict && len(faults) > 0 {
		return fmt.Errorf("the ledger is not clean: %s", strings.Join(faults, ", "))
	}
	return nil
}

func showReport(w io.Writer, r ledger.Report) {
	fmt.Fprintf(w, "%d events, %d duplicates, %d replayed, %d refused on purpose, %.1f events/s\n", r.Events, r.Duplicates, r.Replays, r.Refused, r.PerSec)
	if l := r.FromRecorded; l != nil {
		fmt.Fprintf(w, "recorded → received: p50 %.1f ms, p95 %.1f ms, p99 %.1f ms, at most %.1f ms\n", l.P50, l.P95, l.P99, l.Max)
	}
	if l := r.FromWhatsApp; l != nil {
		fmt.Fprintf(w, "WhatsApp → received: p50 %.1f s, p99 %.1f s (WhatsApp tells whole seconds)\n", l.P50/1000, l.P99/1000)
	}
	for _, d := range r.Gaps {
		fmt.Fprintf(w, "device %s: %d missing between %d and %d, the first: %d to %d\n", d.Device, d.Missing, d.First, d.Last, d.Gaps[0].From, d.Gaps[0].To)
	}
	if !r.SignaturesJudged {
		fmt.Fprintln(w, "signatures were not judged")
	}
	if faults := r.Faults(); len(faults) > 0 {
		fmt.Fprintln(w, "faults:", strings.Join(faults, ", "))
	} else {
		fmt.Fprintln(w, "no faults")
	}
}

// Command wapost is a self-hosted WhatsApp gateway: it sends every WhatsApp event to the webhooks that were registered for
// it, signed, at least once, in order.
package main

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"syscall"

	"github.com/alecthomas/kong"
)

// version is set by the build.
var version = "dev"

// cli is the whole command line. Each flag has a variable WAPOST_…; see settings.go for the secrets.
type cli struct {
	Serve      serveCmd      `cmd:"" help:"Run the gateway for the real WhatsApp."`
	Sandbox    sandboxCmd    `cmd:"" help:"Run gateway and simulator in one process and show a message reach a webhook. Needs no phone."`
	Simulator  simulatorCmd  `cmd:"" help:"Run WhatsApp's double as a process of its own."`
	Webhooks   webhooksCmd   `cmd:"" help:"List, show, register, pause, resume, test and delete webhooks of a running gateway."`
	Deliveries deliveriesCmd `cmd:"" help:"Show what became of events at a webhook, and try them again."`
	Replay     replayCmd     `cmd:"" help:"Send a part of the log to a webhook again."`
	Listen     listenCmd     `cmd:"" help:"Show the events of a gateway as they come, and forward them to a server on your machine."`
	Sink       sinkCmd       `cmd:"" help:"Receive webhooks and keep a ledger of them: loss, duplicates, order, lag, signatures. Misbehaves on command."`
	Health     healthCmd     `cmd:"" help:"Ask a running gateway whether it is ready; for container health checks."`
	OpenAPI    openapiCmd    `cmd:"" name:"openapi" help:"Print the OpenAPI document of this build."`
	Version    versionCmd    `cmd:"" help:"Print the version."`
}

func main() {
	var c cli
	parser := kong.Must(&c,
		kong.Name("wapost"),
		kong.Description("A self-hosted WhatsApp gateway. Every event reaches your webhooks: signed, at least once, in order.\n\nFirst time here? Run `wapost sandbox`."),
		kong.DefaultEnvars("WAPOST"),
		kong.ConfigureHelp(kong.HelpOptions{Compact: true}),
	)
	args := os.Args[1:]
	if len(args) == 0 {
		args = []string{"--help"}
	}
	k, err := parser.Parse(args)
	if err != nil {
		os.Exit(misused(os.Stderr, err))
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	k.BindTo(ctx, (*context.Context)(nil))
	if err := k.Run(); err != nil {
		fmt.Fprintln(os.Stderr, "wapost:", err)
		stop()
		os.Exit(1) //nolint:gocritic // stop has run
	}
}

type versionCmd struct{}

// Run prints the version.
func (versionCmd) Run() error {
	fmt.Println("wapost", version)
	return nil
}

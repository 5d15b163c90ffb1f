package main

import (
	"errors"
	"fmt"
	"log/slog"
	"net/netip"
	"os"
	"strings"

	"wapost/internal/app"
)

// logSettings are the flags of every long-running command.
type logSettings struct {
	LogLevel  string `enum:"debug,info,warn,error" default:"info" help:"Least level that is logged: debug, info, warn or error."`
	LogFormat string `enum:"text,json" default:"text" help:"Form of the log: text or json."`
}

func (s logSettings) logger() *slog.Logger {
	var level slog.Level
	_ = level.UnmarshalText([]byte(s.LogLevel)) // the flag's enum has only good levels
	o := &slog.HandlerOptions{Level: level}
	if s.LogFormat == "json" {
		return slog.New(slog.NewJSONHandler(os.Stderr, o))
	}
	return slog.New(slog.NewTextHandler(os.Stderr, o))
}

// webhookSettings loosen the guard of outbound requests.
type webhookSettings struct {
	WebhookAllowHTTP bool      `help:"Allow webhook URLs with http. For tests and private networks."`
	WebhookAllowCIDR []network `help:"Allow webhooks at these addresses although they are not public, e.g. 10.0.0.0/8."`
	ProxyAllowCIDR   []network `help:"Allow proxies of devices at these addresses although they are not public."`
}

func prefixes(networks []network) []netip.Prefix {
	var list []netip.Prefix
	for _, n := range networks {
		list = append(list, netip.Prefix(n))
	}
	return list
}

// secretSettings are given by variables or files only: a flag would show them in the list of processes.
var secretSettings = []struct {
	name string
	into func(*app.Secrets) *string
}{
	{"WAPOST_ADMIN_SECRET", func(s *app.Secrets) *string { return &s.Admin }},
	{"WAPOST_JWT_SECRET", func(s *app.Secrets) *string { return &s.JWT }},
	{"WAPOST_INSTANCE_KEY", func(s *app.Secrets) *string { return &s.Instance }},
}

// databaseFromFile returns what was given, or the content of the file that WAPOST_DATABASE_FILE names: the URL of a server
// holds a password.
func databaseFromFile(given string) (string, error) {
	path, byFile := os.LookupEnv("WAPOST_DATABASE_FILE")
	if !byFile {
		return given, nil
	}
	if given != "" {
		return "", errors.New("give either WAPOST_DATABASE (or --database) or WAPOST_DATABASE_FILE, not both")
	}
	b, err := os.ReadFile(path) //nolint:gosec // the operator names the file
	if err != nil {
		return "", fmt.Errorf("WAPOST_DATABASE_FILE: %w", err)
	}
	return strings.TrimSpace(string(b)), nil
}

// secretsFromEnvironment reads WAPOST_…, or the file that WAPOST_…_FILE names. What is missing is generated later.
func secretsFromEnvironment() (app.Secrets, error) {
	var s app.Secrets
	for _, v := range secretSettings {
		value, given := os.LookupEnv(v.name)
		path, byFile := os.LookupEnv(v.name + "_FILE")
		switch {
		case given && byFile:
			return s, fmt.Errorf("give either %s or %s_FILE, not both", v.name, v.name)
		case byFile:
			b, err := os.ReadFile(path) //nolint:gosec // the operator names the file
			if err != nil {
				return s, fmt.Errorf("%s_FILE: %w", v.name, err)
			}
			value, given = strings.TrimSpace(string(b)), true
		}
		if given && value == "" {
			return s, fmt.Errorf("%s is empty; give at least 32 bytes, or leave it out and one is generated", v.name)
		}
		*v.into(&s) = value
	}
	return s, nil
}

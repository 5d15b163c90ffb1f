package main

import (
	"errors"
	"fmt"
	"net/netip"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"time"

	"wapost/internal/store"
)

const (
	shortestKeep = time.Hour          // below it a time to keep something is a mistake, and deletes what was wanted
	retriesLast  = 5 * 24 * time.Hour // a delivery may be tried so long, an endpoint be down so long
)

// check refuses values that would delete by surprise, or that could never work.
func (c *serveCmd) check() error {
	files := &c.mediaSettings
	return errors.Join(
		keeps("--keep-events", c.KeepEvents),
		keeps("--keep-attempts", c.KeepAttempts),
		keepsOrNot("--messages-keep", "not at all", c.MessagesKeep),
		keepsOrNot("--media-max-age", "without limit", &files.MediaMaxAge),
		files.checkSizes(),
		checkLifetime(c.TokenLifetime),
		checkOrigins(c.AllowOrigin),
		checkBase(c.BasePath),
	)
}

// keeps refuses a time that is too short to be meant.
func keeps(flag string, d time.Duration) error {
	if d < shortestKeep {
		return fmt.Errorf("%s %v: what is older is deleted for good; give at least %v, such as 720h for 30 days", flag, d, shortestKeep)
	}
	return nil
}

// keepsOrNot is keeps for a flag in which 0 has a meaning of its own.
func keepsOrNot(flag, zero string, d *time.Duration) error {
	if d == nil || *d == 0 || *d >= shortestKeep {
		return nil
	}
	return fmt.Errorf("%s %v: what is older is deleted for good; give at least %v, or 0 = %s", flag, *d, shortestKeep, zero)
}

func checkLifetime(d time.Duration) error {
	if d < 0 {
		return fmt.Errorf("--token-lifetime %v: give a time such as 720h, or 0 = tokens live until they are replaced", d)
	}
	return nil
}

// checkSizes refuses a room for files that the first large one would empty.
func (s *mediaSettings) checkSizes() error {
	switch {
	case s.MediaMaxFile == 0:
		return errors.New("--media-max-file 0: give the bytes of the largest file, such as 100MiB")
	case s.MediaMaxBytes > 0 && s.MediaMaxBytes < s.MediaMaxFile:
		return fmt.Errorf("--media-max-bytes (%d bytes) is less than --media-max-file (%d bytes): one file would push out all others; give more, such as 10GiB, or 0 = no limit, or a smaller --media-max-file",
			s.MediaMaxBytes, s.MediaMaxFile)
	}
	return nil
}

func checkOrigins(origins []string) error {
	for _, o := range origins {
		u, err := url.Parse(o)
		if o != "*" && (err != nil || u.Host == "" || !slices.Contains([]string{"http", "https"}, u.Scheme) || u.Scheme+"://"+u.Host != o) {
			return fmt.Errorf("--allow-origin %q: write scheme and host as browsers send them, without a path, such as https://app.example.com, or * for all", o)
		}
	}
	return nil
}

var goodBase = regexp.MustCompile(`^/*([A-Za-z0-9._~-]+(/[A-Za-z0-9._~-]+)*)?/*$`)

func checkBase(base string) error {
	if !goodBase.MatchString(base) {
		return fmt.Errorf("--base-path %q: write a path of letters, digits and . _ ~ - such as /wapost", base)
	}
	return nil
}

// checkDatabase knows addresses of servers that we do not speak to. It never quotes one: there may be a password in it.
func checkDatabase(database string) error {
	if scheme, _, is := strings.Cut(database, "://"); is && !store.IsPostgres(database) {
		return fmt.Errorf("--database: %s:// is not supported; write postgres://user:password@host:5432/database, or the path of a SQLite file", scheme)
	}
	return nil
}

// network is a part of the address space, such as 10.0.0.0/8.
type network netip.Prefix

// UnmarshalText implements encoding.TextUnmarshaler.
func (n *network) UnmarshalText(b []byte) error {
	p, err := netip.ParsePrefix(string(b))
	if err == nil {
		*n = network(p)
		return nil
	}
	if a, err := netip.ParseAddr(string(b)); err == nil {
		return fmt.Errorf("%s is one address; write %s/%d for it alone, or a network such as 10.0.0.0/8", a, a, a.BitLen())
	}
	return fmt.Errorf("%q is not a network such as 10.0.0.0/8 or fd00::/8", b)
}

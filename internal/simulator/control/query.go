package control

import (
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
)

// maxWait bounds how long a call may wait for something to happen.
const maxWait = time.Minute

// parameter of a query string.
type parameter struct {
	name, kind string // kind: text, number, duration, flag
	doc        string
}

// feedParameters are those of every feed.
func feedParameters(more ...parameter) []parameter {
	return append([]parameter{
		{"after", "number", "next of the last reply; 0 = the oldest entry kept"},
		{"limit", "number", "at most so many entries, 1 to 1000; default 100"},
		{"timeout", "duration", "wait so long for a first entry, at most 60s; default 0s"},
	}, more...)
}

// readQuery refuses what the route does not know, and what is given twice.
func (c *call) readQuery() error {
	query, err := url.ParseQuery(c.request.URL.RawQuery)
	if err != nil {
		return invalid("the query string cannot be read")
	}
	for name, values := range query {
		known := slices.ContainsFunc(c.route.query, func(p parameter) bool { return p.name == name })
		switch {
		case !known && len(c.route.query) == 0:
			return invalid("unknown parameter %q; this call takes none", name)
		case !known:
			names := make([]string, len(c.route.query))
			for i, p := range c.route.query {
				names[i] = p.name
			}
			return invalid("unknown parameter %q; known: %s", name, strings.Join(names, ", "))
		case len(values) > 1:
			return invalid("parameter %q is given twice", name)
		}
	}
	c.query = query
	return nil
}

// number reads a parameter between low and high.
func (c *call) number(name string, fallback, low, high uint64) (uint64, error) {
	text := c.query.Get(name)
	if text == "" {
		return fallback, nil
	}
	n, err := strconv.ParseUint(text, 10, 64)
	if err != nil || n < low || n > high {
		return 0, invalid("%s must be a number from %d to %d, not %q", name, low, high, text)
	}
	return n, nil
}

// wait reads the timeout parameter.
func (c *call) wait(fallback time.Duration) (time.Duration, error) {
	text := c.query.Get("timeout")
	if text == "" {
		return fallback, nil
	}
	d, err := time.ParseDuration(text)
	if err != nil || d < 0 || d > maxWait {
		return 0, invalid("timeout must be a duration from 0s to 60s such as 10s, not %q", text)
	}
	return d, nil
}

// oneOf reads a parameter that has only these values; the first one is the default.
func (c *call) oneOf(name string, values ...string) (string, error) {
	text := c.query.Get(name)
	if text == "" {
		return values[0], nil
	}
	if !slices.Contains(values, text) {
		return "", invalid("%s must be one of %s, not %q", name, strings.Trim(strings.Join(values, ", "), ", "), text)
	}
	return text, nil
}

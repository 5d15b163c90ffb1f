package webhook

import (
	"slices"
	"strings"

	"wapost/internal/event"
	"wapost/internal/fault"
	"wapost/internal/spelling"
)

const (
	maxEvents = 200 // entries of a filter
	maxEvent  = 100 // bytes of an entry
)

// ParseEvents turns the `events` of a request into the list that is stored: known names and patterns, old names replaced,
// duplicates dropped, order kept. The empty list, which ["*"] becomes too, means every type but the explicit ones. The error
// is fault.Invalid.
func ParseEvents(given []string) ([]string, error) {
	if len(given) > maxEvents {
		return nil, fault.New(fault.Invalid, "events must have at most %d entries", maxEvents)
	}
	catalogue := event.Catalogue()
	list := make([]string, 0, len(given))
	for i, entry := range given {
		if entry == "" {
			return nil, fault.New(fault.Invalid, "Entry %d of the events is empty", i+1)
		}
		if len(entry) > maxEvent {
			return nil, fault.New(fault.Invalid, "events must have entries of at most %d bytes", maxEvent)
		}
		name, err := resolve(entry, catalogue)
		if err != nil {
			return nil, err
		}
		if !slices.Contains(list, name) {
			list = append(list, name)
		}
	}
	if len(list) == 1 && list[0] == allTypes {
		return []string{}, nil
	}
	return list, nil
}

// resolve returns the name under which an entry is stored.
func resolve(entry string, catalogue []event.Entry) (string, error) {
	if known(entry, catalogue) {
		return entry, nil
	}
	if now, ok := renamed(entry); ok {
		if !known(now, catalogue) {
			return "", fault.New(fault.Invalid, `Event "%s" is now "%s", which this release does not emit`, entry, now)
		}
		return now, nil
	}
	if advice, ok := gone(entry); ok {
		return "", fault.New(fault.Invalid, `Event "%s" no longer exists; use %s`, entry, advice)
	}
	if meant, ok := meant(entry, catalogue); ok {
		return "", fault.New(fault.Invalid, `Unknown event "%s"; did you mean "%s"?`, entry, meant)
	}
	return "", fault.New(fault.Invalid, `Unknown event "%s"; GET /event-types lists all`, entry)
}

// meant is what an unknown entry may have been: all of a family whose name it is, else what it nearly spells.
func meant(entry string, catalogue []event.Entry) (string, bool) {
	if all := strings.TrimSuffix(entry, ".") + anyMember; known(all, catalogue) {
		return all, true
	}
	return spelling.Nearest(entry, candidates(entry, catalogue))
}

// known reports whether an entry is a type, or a pattern that matches one that need not be named.
func known(entry string, catalogue []event.Entry) bool {
	if entry == allTypes {
		return true
	}
	prefix, pattern := strings.CutSuffix(entry, "*")
	pattern = pattern && strings.HasSuffix(prefix, ".")
	return slices.ContainsFunc(catalogue, func(e event.Entry) bool {
		if pattern {
			return !e.Explicit && strings.HasPrefix(string(e.Type), prefix)
		}
		return string(e.Type) == entry
	})
}

// candidates are what may have been meant: patterns for whoever wrote a star, else names.
func candidates(entry string, catalogue []event.Entry) []string {
	var list []string
	for _, e := range catalogue {
		c := string(e.Type)
		if strings.Contains(entry, "*") {
			c = e.Type.Family() + anyMember
			if e.Explicit || slices.Contains(list, c) {
				continue
			}
		}
		list = append(list, c)
	}
	return list
}

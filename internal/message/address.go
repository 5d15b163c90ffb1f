package message

import (
	"regexp"
	"strings"

	"wapost/internal/fault"
)

// The servers of JIDs that a message can be addressed to.
const (
	ServerPhone      = "s.whatsapp.net"
	ServerLID        = "lid"
	ServerGroup      = "g.us"
	ServerNewsletter = "newsletter"
	ServerBroadcast  = "broadcast"
)

// Address is a person or a chat: a user part and a server. The zero value is no address.
type Address struct{ User, Server string }

var (
	phonePattern = regexp.MustCompile(`^\+?([1-9][0-9]{6,14})$`)
	userPatterns = map[string]*regexp.Regexp{
		ServerPhone:      regexp.MustCompile(`^[1-9][0-9]{6,14}$`),
		ServerLID:        regexp.MustCompile(`^[0-9]{1,20}$`),
		ServerGroup:      regexp.MustCompile(`^[0-9]{1,25}(-[0-9]{1,25})?$`),
		ServerNewsletter: regexp.MustCompile(`^[0-9]{1,25}$`),
		ServerBroadcast:  regexp.MustCompile(`^(status|[0-9]{1,25})$`),
	}
)

// ParseAddress reads a JID or a phone number in international form, with or without the plus sign. A device part of a JID
// ("…:12@…") is dropped. Numbers are never rewritten by rules of a country.
//
// Errors: fault.Invalid.
func ParseAddress(s string) (Address, error) {
	if m := phonePattern.FindStringSubmatch(s); m != nil {
		return Address{m[1], ServerPhone}, nil
	}
	user, server, found := strings.Cut(s, "@")
	if !found {
		return Address{}, malformed(s)
	}
	user, _, _ = strings.Cut(user, ":")
	pattern, known := userPatterns[server]
	if !known || !pattern.MatchString(user) {
		return Address{}, malformed(s)
	}
	return Address{user, server}, nil
}

// maxShown bounds how much of a malformed address is repeated to the caller.
const maxShown = 64

func malformed(s string) error {
	if len(s) > maxShown {
		s = strings.ToValidUTF8(s[:maxShown], "") + "…"
	}
	return fault.New(fault.Invalid, "Not a phone number or JID: %q", s)
}

// ParsePerson is ParseAddress for people only.
func ParsePerson(s string) (Address, error) {
	a, err := ParseAddress(s)
	if err == nil && !a.IsPerson() {
		err = malformed(s)
	}
	return a, err
}

// JID returns user@server.
func (a Address) JID() string { return a.User + "@" + a.Server }

// IsPerson reports whether the address is a phone number or a LID.
func (a Address) IsPerson() bool { return a.Server == ServerPhone || a.Server == ServerLID }

// Phone returns the number in E.164 with its plus sign, "" for other addresses.
func (a Address) Phone() string {
	if a.Server != ServerPhone {
		return ""
	}
	return "+" + a.User
}

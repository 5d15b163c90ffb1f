package egress

import (
	"net/netip"
	"strconv"
	"strings"
)

// literal reads the host of a URL as an address, in every spelling that some resolver takes for one: 2130706433, 0x7f.1,
// 017700000001. ok is false for a host that is meant as a number but is none; an invalid address with ok is a name.
func literal(host string) (a netip.Addr, ok bool) {
	if a, err := netip.ParseAddr(host); err == nil {
		return a, true
	}
	if strings.ContainsAny(host, ":%") {
		return netip.Addr{}, false
	}
	labels := strings.Split(strings.TrimSuffix(host, "."), ".")
	if !isNumber(labels[len(labels)-1]) {
		return netip.Addr{}, true
	}
	return fromNumbers(labels)
}

// isNumber reports whether a last label makes the host a number, by the rule of the WHATWG URL standard: no top-level domain
// is one.
func isNumber(label string) bool {
	if hex, ok := strings.CutPrefix(strings.ToLower(label), "0x"); ok {
		return strings.Trim(hex, "0123456789abcdef") == ""
	}
	return label != "" && strings.Trim(label, "0123456789") == ""
}

// fromNumbers reads up to four numbers as inet_aton does: the last one fills the bytes that are left.
func fromNumbers(labels []string) (netip.Addr, bool) {
	if len(labels) > 4 {
		return netip.Addr{}, false
	}
	var sum uint64
	for i, label := range labels {
		n, ok := number(label)
		if !ok {
			return netip.Addr{}, false
		}
		if i < len(labels)-1 {
			if n > 255 {
				return netip.Addr{}, false
			}
			sum |= n << (24 - 8*i)
			continue
		}
		if n >= 1<<(32-8*i) {
			return netip.Addr{}, false
		}
		sum |= n
	}
	return v4(byte(sum>>24), byte(sum>>16), byte(sum>>8), byte(sum)), true
}

// number reads decimal, 0x hex and 0 octal.
func number(label string) (uint64, bool) {
	base, digits := 10, label
	switch {
	case strings.HasPrefix(label, "0x"), strings.HasPrefix(label, "0X"):
		base, digits = 16, label[2:]
		if digits == "" {
			return 0, true // 0x alone is zero to inet_aton and to browsers
		}
	case len(label) > 1 && label[0] == '0':
		base, digits = 8, label[1:]
	}
	n, err := strconv.ParseUint(digits, base, 33)
	return n, err == nil
}

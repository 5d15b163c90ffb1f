package egress

import "net/netip"

// special says what kind of not public address a is; "" when it is public, which means global unicast. Mapped addresses
// must be unmapped before. Ranges: contract.md §2.5 and the IANA special-purpose registries.
func special(a netip.Addr) string {
	if a.Zone() != "" {
		return "link-local" // only scoped addresses have a zone
	}
	if a.Is4() {
		return special4(a.As4())
	}
	return special6(a)
}

func special4(b [4]byte) string {
	switch {
	case b == [4]byte{}:
		return "unspecified"
	case b[0] == 10, b[0] == 172 && b[1]>>4 == 1, b[0] == 192 && b[1] == 168:
		return "private"
	case b[0] == 100 && b[1]>>6 == 1:
		return "shared address space"
	case b[0] == 127:
		return "loopback"
	case b[0] == 169 && b[1] == 254:
		return "link-local"
	case b[0] == 192 && b[1] == 0 && b[2] == 2, b[0] == 198 && b[1] == 51 && b[2] == 100, b[0] == 203 && b[1] == 0 && b[2] == 113:
		return "documentation"
	case b[0] == 198 && b[1]>>1 == 9:
		return "for benchmarks"
	case b[0]>>4 == 14:
		return "multicast"
	case b[0] == 0, b[0]>>4 == 15, b[0] == 192 && b[1] == 0 && b[2] == 0, b[0] == 192 && b[1] == 88 && b[2] == 99:
		return "reserved"
	}
	return ""
}

func special6(a netip.Addr) string {
	b := a.As16()
	switch {
	case a.IsUnspecified():
		return "unspecified"
	case a.IsLoopback():
		return "loopback"
	case b[0]&0xfe == 0xfc:
		return "private"
	case b[0] == 0xfe && b[1]>>6 == 2:
		return "link-local"
	case b[0] == 0xfe && b[1]>>6 == 3:
		return "site-local"
	case b[0] == 0xff:
		return "multicast"
	case under(b, 0x20, 0x01, 0x0d, 0xb8), b[0] == 0x3f && b[1] == 0xff && b[2]>>4 == 0: // 2001:db8::/32, 3fff::/20
		return "documentation"
	case under(b, 0x20, 0x01, 0, 2, 0, 0): // 2001:2::/48
		return "for benchmarks"
	case under(b, 0x20, 0x01, 0) && b[3]>>4 == 1: // 2001:10::/28, the first ORCHID range
		return "reserved"
	case isNAT64(b): // judged by what is embedded
		return ""
	case b[0]>>5 != 1: // global unicast is 2000::/3
		return "reserved"
	}
	return ""
}

// under reports whether an address begins with these bytes.
func under(b [16]byte, prefix ...byte) bool { return string(b[:len(prefix)]) == string(prefix) }

package egress

import "net/netip"

// embedded returns the IPv4 addresses that an IPv6 address carries: where a translator or a tunnel would send the packet.
func embedded(a netip.Addr) []netip.Addr {
	if !a.Is6() {
		return nil
	}
	b := a.As16()
	switch {
	case under(b, 0x20, 0x02): // 6to4
		return []netip.Addr{v4(b[2], b[3], b[4], b[5])}
	case under(b, 0x20, 0x01, 0, 0): // Teredo: server, and client with its bits turned
		return []netip.Addr{v4(b[4], b[5], b[6], b[7]), v4(^b[12], ^b[13], ^b[14], ^b[15])}
	case isWellKnownNAT64(b):
		return []netip.Addr{v4(b[12], b[13], b[14], b[15])}
	case isLocalNAT64(b):
		return readings(b)
	}
	return nil
}

// isWellKnownNAT64 knows 64:ff9b::/96.
func isWellKnownNAT64(b [16]byte) bool {
	return under(b, 0, 0x64, 0xff, 0x9b, 0, 0, 0, 0, 0, 0, 0, 0)
}

// isLocalNAT64 knows 64:ff9b:1::/48, inside of which an operator chooses a prefix of any length of RFC 6052.
func isLocalNAT64(b [16]byte) bool { return under(b, 0, 0x64, 0xff, 0x9b, 0, 1) }

func isNAT64(b [16]byte) bool { return isWellKnownNAT64(b) || isLocalNAT64(b) }

// readings returns what the address may mean under each prefix length that RFC 6052 allows inside a /48. We cannot know
// which one the translator uses, so all must be harmless. A reading in 0.0.0.0/8 comes from the padding of another one and
// leads nowhere; it only counts when there is no other.
func readings(b [16]byte) []netip.Addr {
	all := []netip.Addr{
		v4(b[12], b[13], b[14], b[15]), // /96
		v4(b[9], b[10], b[11], b[12]),  // /64
		v4(b[7], b[9], b[10], b[11]),   // /56
		v4(b[6], b[7], b[9], b[10]),    // /48; byte 8 is always zero
	}
	meant := all[:0:0]
	for _, a := range all {
		if a.As4()[0] != 0 {
			meant = append(meant, a)
		}
	}
	if len(meant) == 0 {
		return all[:1]
	}
	return meant
}

func v4(a, b, c, d byte) netip.Addr { return netip.AddrFrom4([4]byte{a, b, c, d}) }

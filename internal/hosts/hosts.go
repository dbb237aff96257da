// Package hosts says whether a host is this machine, by its name or address alone: it looks nothing up.
package hosts

import (
	"net/netip"
	"strings"
)

// IsLocalhost reports whether a name always means this machine, whatever a resolver says (RFC 6761 6.3).
func IsLocalhost(name string) bool {
	name = strings.ToLower(strings.TrimSuffix(name, "."))
	return name == "localhost" || strings.HasSuffix(name, ".localhost")
}

// IsHere reports whether a host, a name or an address, leads to this machine: also 0.0.0.0 and ::, which every system's connect takes
// for it.
func IsLocal(host string) bool {
	addr, err := netip.ParseAddr(host)
	addr = addr.Unmap()
	return IsLocalhost(host) || err == nil && (addr.IsLoopback() || addr.IsUnspecified())
}

// IsHereAlone reports whether a host can be nothing but this machine, so that what nobody else may see can go there in the clear: a
// resolver may know better than RFC 6761 what a name like api.localhost is.
func IsLoopback(host string) bool {
	addr, err := netip.ParseAddr(host)
	return strings.EqualFold(host, "localhost") || err == nil && addr.IsLoopback()
}

// Package hosts decides whether a host is this machine, from its name or address alone. It makes no DNS lookup.
package hosts

import (
	"net/netip"
	"strings"
)

// IsLocalhost reports whether a name always means this machine, regardless of DNS (RFC 6761, 6.3).
func IsLocalhost(name string) bool {
	name = strings.ToLower(strings.TrimSuffix(name, "."))
	return name == "localhost" || strings.HasSuffix(name, ".localhost")
}

// IsLocal reports whether a host name or address leads to this machine. It includes 0.0.0.0 and ::, because every operating system
// connects them to this machine.
func IsLocal(host string) bool {
	addr, err := netip.ParseAddr(host)
	addr = addr.Unmap()
	return IsLocalhost(host) || err == nil && (addr.IsLoopback() || addr.IsUnspecified())
}

// IsLoopback reports whether a host can only be this machine. Secrets can be sent to such a host unencrypted. A name such as api.localhost
// does not count, because a resolver may ignore RFC 6761.
func IsLoopback(host string) bool {
	addr, err := netip.ParseAddr(host)
	return strings.EqualFold(host, "localhost") || err == nil && addr.IsLoopback()
}

package dispatch

import (
	"fmt"
	"net"
	"net/netip"
	"syscall"
)

// Guard decides which connections a Sender may make. The Sender asks it before every connection, because a name can resolve to a
// different address each time. Its methods return an *AddressError to forbid a connection.
type Guard interface {
	// Host checks the host and port of the target, in lower case, such as example.com:443.
	Host(hostPort string) error
	// Addr checks an address before it is dialed.
	Addr(addr netip.AddrPort) error
}

// AddressError reports that a Guard forbids a connection.
type AddressError struct {
	Addr   string // the forbidden address
	Reason string // follows the address in a sentence: "is this listen itself"
}

func (e *AddressError) Error() string { return e.Addr + " " + e.Reason }

// guarded makes a dialer ask the guard about each address, after names are resolved.
func guarded(d *net.Dialer, g Guard) *net.Dialer {
	if g == nil {
		return d
	}
	d.Control = func(_, address string, _ syscall.RawConn) error {
		addr, err := netip.ParseAddrPort(address)
		if err != nil {
			return fmt.Errorf("check the address %s: %w", address, err)
		}
		return g.Addr(addr)
	}
	return d
}

// IsPrivate reports whether an address belongs to this machine (connecting to 0.0.0.0 reaches it on every system), to a private network
// (RFC 1918, RFC 4193), or to the shared address space of RFC 6598, which overlay networks use. Link-local addresses and the metadata
// services of clouds don't count as private.
func IsPrivate(addr netip.Addr) bool {
	addr = addr.Unmap().WithZone("")
	shared := netip.PrefixFrom(netip.AddrFrom4([4]byte{100, 64, 0, 0}), 10)
	return (addr.IsLoopback() || addr.IsUnspecified() || addr.IsPrivate() || shared.Contains(addr)) && !isMetadata(addr)
}

// isMetadata reports whether an otherwise private address belongs to a cloud's metadata service. Most of those are link-local.
func isMetadata(addr netip.Addr) bool {
	switch addr.String() {
	case "100.100.100.200", // Alibaba Cloud
		"fd00:ec2::254", // AWS
		"fd20:ce::254":  // Google Cloud
		return true
	}
	return false
}

package dispatch

import (
	"fmt"
	"net"
	"net/netip"
	"syscall"
)

// Guard decides which connections a Sender may make. It is asked before each one: a name may lead to another address than it did a
// moment ago. An *AddressError says why a connection is not allowed.
type Guard interface {
	// Host is asked about the host and port of the target, in lower case, as in example.com:443.
	Host(hostPort string) error
	// Addr is asked about each address that is dialed.
	Addr(addr netip.AddrPort) error
}

// AddressError says why a Guard did not allow a connection.
type AddressError struct {
	Addr   string // that was to be dialed
	Reason string // completes a sentence: "is this listen itself"
}

func (e *AddressError) Error() string { return e.Addr + " " + e.Reason }

// guarded is a net.Dialer that asks the guard at each address, after names are resolved.
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

// IsPrivate reports whether an address is of this machine (0.0.0.0 is taken for it by every system's connect), of a network that the
// internet does not route (RFC 1918, RFC 4193), or of the shared space of RFC 6598, which overlay networks use. Link-local addresses and
// those at which clouds serve credentials are not.
func IsPrivate(addr netip.Addr) bool {
	addr = addr.Unmap().WithZone("")
	shared := netip.PrefixFrom(netip.AddrFrom4([4]byte{100, 64, 0, 0}), 10)
	return (addr.IsLoopback() || addr.IsUnspecified() || addr.IsPrivate() || shared.Contains(addr)) && !isMetadata(addr)
}

// isMetadata reports whether a cloud's metadata service is at an address that is otherwise private. Most are link-local.
func isMetadata(addr netip.Addr) bool {
	switch addr.String() {
	case "100.100.100.200", // Alibaba Cloud
		"fd00:ec2::254", // AWS
		"fd20:ce::254":  // Google Cloud
		return true
	}
	return false
}

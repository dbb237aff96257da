package dispatch

import (
	"context"
	"fmt"
	"net"
	"net/netip"

	"github.com/vidiking/vidiking-cli/internal/hosts"
)

// Lookup finds the addresses of a host by its name. That of net.Resolver is LookupNetIP.
type Lookup func(ctx context.Context, network, host string) ([]netip.Addr, error)

// IsPrivate reports whether the target is on this machine or in a private network, and so is the user's own: whether all of its
// addresses are. It returns an error where the name has none.
func (t Target) IsPrivate(ctx context.Context, lookup Lookup) (bool, error) {
	if t.IsHere() {
		return true, nil
	}
	host := t.url.Hostname()
	if addr, err := netip.ParseAddr(host); err == nil {
		return isPrivate(addr), nil
	}
	addrs, err := lookup(ctx, "ip", host)
	if err == nil && len(addrs) == 0 {
		err = &net.DNSError{Err: "no address", Name: host, IsNotFound: true}
	}
	if err != nil {
		return false, fmt.Errorf("look up %s: %w", host, err)
	}
	for _, addr := range addrs {
		if !isPrivate(addr) {
			return false, nil
		}
	}
	return true, nil
}

// IsHere reports whether the target is on this machine, as far as its address alone tells.
func (t Target) IsHere() bool { return hosts.IsHere(t.url.Hostname()) }

// isPrivate reports whether an address is of this machine (0.0.0.0 is taken for it by every system's connect), of a network that the
// internet does not route (RFC 1918, RFC 4193, link-local), or of the shared space of RFC 6598, which overlay networks use.
func isPrivate(addr netip.Addr) bool {
	addr = addr.Unmap()
	shared := netip.PrefixFrom(netip.AddrFrom4([4]byte{100, 64, 0, 0}), 10)
	return addr.IsLoopback() || addr.IsUnspecified() || addr.IsPrivate() || addr.IsLinkLocalUnicast() || shared.Contains(addr.WithZone(""))
}

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
	if t.IsLocal() {
		return true, nil
	}
	host := t.url.Hostname()
	if addr, err := netip.ParseAddr(host); err == nil {
		return IsPrivate(addr), nil
	}
	addrs, err := lookup(ctx, "ip", host)
	if err == nil && len(addrs) == 0 {
		err = &net.DNSError{Err: "no address", Name: host, IsNotFound: true}
	}
	if err != nil {
		return false, fmt.Errorf("look up %s: %w", host, err)
	}
	for _, addr := range addrs {
		if !IsPrivate(addr) {
			return false, nil
		}
	}
	return true, nil
}

// IsLocal reports whether the target is on this machine, as far as its address alone tells.
func (t Target) IsLocal() bool { return hosts.IsLocal(t.url.Hostname()) }

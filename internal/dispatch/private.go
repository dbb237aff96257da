package dispatch

import (
	"context"
	"fmt"
	"net"
	"net/netip"

	"github.com/vidiking/vidiking-cli/internal/hosts"
)

// Lookup resolves a host name, like net.Resolver.LookupNetIP.
type Lookup func(ctx context.Context, network, host string) ([]netip.Addr, error)

// IsPrivate reports whether all addresses of the target are private: on this machine or in a private network. It returns an error
// if the name doesn't resolve.
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

// IsLocal reports whether the target is on this machine, judging by its address without a lookup.
func (t Target) IsLocal() bool { return hosts.IsLocal(t.url.Hostname()) }

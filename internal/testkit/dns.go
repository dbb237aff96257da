package testkit

import (
	"context"
	"errors"
	"net"
)

var errNoDNS = errors.New("DNS is disabled in tests")

// DisableDNS makes every DNS lookup in this process fail, because a real DNS server may be slow or know every name. Call it before the
// tests run: it sets a global variable without a lock.
func DisableDNS() {
	net.DefaultResolver = &net.Resolver{PreferGo: true, Dial: func(context.Context, string, string) (net.Conn, error) { return nil, errNoDNS }} //nolint:reassign // no lookup runs yet
}

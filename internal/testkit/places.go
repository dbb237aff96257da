package testkit

import (
	"net"
	"testing"
)

// Nowhere returns an address of 127.0.0.1 where nothing listens, nor will until the test ends.
func Nowhere(tb testing.TB) string {
	tb.Helper()
	// The near end of a connection holds a port without listening on it.
	l := Silent(tb)
	c, err := net.Dial("tcp", l)
	if err != nil {
		tb.Fatalf("hold a port: %v", err)
	}
	tb.Cleanup(func() { _ = c.Close() })
	return c.LocalAddr().String()
}

// Silent returns an address of 127.0.0.1 where connections are taken by the system and never accepted by anyone: a frozen
// process.
func Silent(tb testing.TB) string {
	tb.Helper()
	l := listen(tb, "127.0.0.1:0")
	tb.Cleanup(func() { _ = l.Close() })
	return l.Addr().String()
}

// NeedIPv6 skips the test on a machine without ::1.
func NeedIPv6(tb testing.TB) {
	tb.Helper()
	l, err := net.Listen("tcp", "[::1]:0")
	if err != nil {
		tb.Skipf("no IPv6 on loopback: %v", err)
	}
	_ = l.Close()
}

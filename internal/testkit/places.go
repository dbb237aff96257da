package testkit

import (
	"net"
	"testing"
	"time"
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

// listenAgain listens where somebody did before. Another process may have been given the port meanwhile, for a connection of its own;
// such ones end.
func listenAgain(tb testing.TB, address string) net.Listener {
	tb.Helper()
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	late := time.After(patience)
	for {
		l, err := net.Listen("tcp", address)
		if err == nil {
			return l
		}
		select {
		case <-tick.C:
		case <-late:
			tb.Fatalf("listen on %s again: %v", address, err)
		}
	}
}

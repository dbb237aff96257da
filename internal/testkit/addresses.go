package testkit

import (
	"net"
	"testing"
	"time"
)

// RefusingAddr returns an address on 127.0.0.1 that refuses connections until the test ends.
func RefusingAddr(tb testing.TB) string {
	tb.Helper()
	// The client's end of a connection occupies a port without listening on it.
	l := FrozenAddr(tb)
	c, err := net.Dial("tcp", l)
	if err != nil {
		tb.Fatalf("occupy a port: %v", err)
	}
	tb.Cleanup(func() { _ = c.Close() })
	return c.LocalAddr().String()
}

// FrozenAddr returns an address on 127.0.0.1 that behaves like a frozen process: connections are established and never served.
func FrozenAddr(tb testing.TB) string {
	tb.Helper()
	l := listen(tb, "127.0.0.1:0")
	tb.Cleanup(func() { _ = l.Close() })
	return l.Addr().String()
}

// SkipWithoutIPv6 skips the test on a machine without ::1.
func SkipWithoutIPv6(tb testing.TB) {
	tb.Helper()
	l, err := net.Listen("tcp", "[::1]:0")
	if err != nil {
		tb.Skipf("no IPv6 on loopback: %v", err)
	}
	_ = l.Close()
}

// FreeAddr returns an address on 127.0.0.1 for the test to listen on.
func FreeAddr(tb testing.TB) string {
	tb.Helper()
	l := listen(tb, "127.0.0.1:0")
	_ = l.Close()
	return l.Addr().String()
}

// listen listens on a port that stays reserved until the test ends, even while the listener is closed.
func listen(tb testing.TB, address string) net.Listener {
	tb.Helper()
	l, release, err := listenReserved(address)
	if err != nil {
		tb.Fatalf("listen on %s: %v", address, err)
	}
	tb.Cleanup(release)
	return l
}

// listenReserved listens on a port that stays reserved until release is called, if the system supports that.
func listenReserved(address string) (l net.Listener, release func(), err error) {
	if reserved, release, err := reservePort(address); err == nil {
		if l, err = net.Listen("tcp", reserved); err == nil {
			return l, release, nil
		}
		release()
	}
	l, err = net.Listen("tcp", address)
	return l, func() {}, err
}

// relisten listens on an address that was used before. If the port was not reserved, another process may use it for an outgoing
// connection; relisten waits until that ends.
func relisten(tb testing.TB, address string) net.Listener {
	tb.Helper()
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	timeout := time.After(waitTimeout)
	for {
		l, err := net.Listen("tcp", address)
		if err == nil {
			return l
		}
		select {
		case <-tick.C:
		case <-timeout:
			tb.Fatalf("listen on %s again: %v", address, err)
		}
	}
}

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

// Vacant returns an address of 127.0.0.1 where nothing listens until the test does.
func Vacant(tb testing.TB) string {
	tb.Helper()
	l := listen(tb, "127.0.0.1:0")
	_ = l.Close()
	return l.Addr().String()
}

// listen listens on a port that is nobody else's until the test ends, whether somebody listens there or not.
func listen(tb testing.TB, address string) net.Listener {
	tb.Helper()
	l, release, err := listenHeld(address)
	if err != nil {
		tb.Fatalf("listen on %s: %v", address, err)
	}
	tb.Cleanup(release)
	return l
}

// listenHeld listens on a port that is held until it is released, where this system can hold one.
func listenHeld(address string) (l net.Listener, release func(), err error) {
	if held, release, err := hold(address); err == nil {
		if l, err = net.Listen("tcp", held); err == nil {
			return l, release, nil
		}
		release()
	}
	l, err = net.Listen("tcp", address)
	return l, func() {}, err
}

// listenAgain listens where somebody did before. Where the port can't be held meanwhile, another process may have been given it, for a
// connection of its own; such ones end.
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

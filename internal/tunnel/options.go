package tunnel

import (
	"context"
	"net"
	"time"
)

// Options configures every tunnel that goes through a service. Verify, Now and Random are required.
type Options struct {
	// Verify sends a request through the URL and returns when it has come back, or when ctx is done.
	Verify func(ctx context.Context, url string) error
	Now    func() time.Time
	Random func() float64 // in [0, 1): jitter for retries
	// Proxy returns the proxy for a URL, or nil for none. Dial connects; nil: package net.
	Proxy Proxies
	Dial  func(ctx context.Context, network, addr string) (net.Conn, error)
	// Addresses lists this machine's addresses; nil: package net.
	Addresses func() ([]net.Addr, error)
	// AwakeTime is how long this machine has been awake, from any starting point; nil: Go's monotonic clock, which stops during sleep.
	AwakeTime func() time.Duration
	// StartTimeout bounds the time until the first Ready. A tunnel that was ready once is retried forever. 0: one minute.
	StartTimeout time.Duration
}

const (
	defaultStartTimeout = time.Minute
	// verifyTimeout is how long the URL of a connected tunnel may fail before this is reported. New host names take a moment to appear in
	// every resolver.
	verifyTimeout = 10 * time.Second
	// handshakeTimeout bounds a service's handshake. Distant services take a second or two.
	handshakeTimeout = 10 * time.Second
)

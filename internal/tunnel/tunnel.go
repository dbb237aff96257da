package tunnel

import (
	"net"
	"time"
)

// Tunnel is an open way in, or one that is being opened.
type Tunnel interface {
	// Listener takes the connections that come through the tunnel, across every gap. Its Close ends that, and leaves those that are
	// there alone, so that a server can drain.
	Listener() net.Listener
	// URL is where the tunnel begins, without a path; empty before the first Ready.
	URL() string
	// States tells how the tunnel is doing. It ends with Lost or Closed, and is closed then.
	States() <-chan State
	// Close ends the tunnel and returns when nothing of it is left.
	Close()
}

// Kind is what a State says.
type Kind string

// The kinds. A tunnel begins as Connecting; after the first Ready it goes between Ready and Reconnecting.
const (
	Connecting   Kind = "connecting"
	Ready        Kind = "ready"        // a request through the public URL has come back
	Reconnecting Kind = "reconnecting" // it was ready, and is not
	Failed       Kind = "failed"       // it can't be had, or not any more
	Closed       Kind = "closed"       // Close was called
)

// State is how a tunnel is doing from At on.
type State struct {
	Kind       Kind
	At         time.Time
	URL        string    // of Ready
	Since      time.Time // when the gap began: of Reconnecting, and of the Ready that ends one
	URLChanged bool      // of Ready: the URL is another than before the gap
	Cause      error     // of Connecting, where a try failed; of Reconnecting and Lost
	NewHostKey string    // of Connecting: the fingerprint of a server's key that was seen for the first time, and is kept
}

// Gap is how long the tunnel was down, by the clock on the wall: a machine that sleeps receives nothing either.
func (s State) Downtime() time.Duration {
	if s.Since.IsZero() {
		return 0
	}
	return s.At.Round(0).Sub(s.Since.Round(0))
}

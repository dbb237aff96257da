package tunnel

import (
	"net"
	"time"
)

// Tunnel is a tunnel that is open or being opened.
type Tunnel interface {
	// Listener accepts the connections that arrive through the tunnel, before and after outages. Its Close stops accepting and keeps
	// existing connections, so a server can drain them.
	Listener() net.Listener
	// URL returns the public URL without a path, or "" before the first Ready.
	URL() string
	// States reports the tunnel's state changes. The last one is Failed or Closed, then the channel is closed.
	States() <-chan State
	// Close ends the tunnel and waits until all its resources are released.
	Close()
}

// Kind is the kind of a State.
type Kind string

// The kinds. A tunnel starts as Connecting. After the first Ready it alternates between Ready and Reconnecting.
const (
	Connecting   Kind = "connecting"
	Ready        Kind = "ready"        // a request through the public URL has come back
	Reconnecting Kind = "reconnecting" // was ready, and is down now
	Failed       Kind = "failed"       // cannot be opened, or was lost for good
	Closed       Kind = "closed"       // Close was called
)

// State is the state of a tunnel from the time At on.
type State struct {
	Kind       Kind
	At         time.Time
	URL        string    // for Ready
	Since      time.Time // start of the outage, for Reconnecting and for the Ready that ends it
	URLChanged bool      // for Ready: the URL differs from the one before the outage
	Cause      error     // for Connecting after a failed attempt, Reconnecting, and Failed
	NewHostKey string    // for Connecting: fingerprint of a host key that was seen for the first time and saved
}

// Downtime returns how long the tunnel was down by wall-clock time, since a sleeping machine receives nothing either.
func (s State) Downtime() time.Duration {
	if s.Since.IsZero() {
		return 0
	}
	return s.At.Round(0).Sub(s.Since.Round(0))
}

package tunnel

import (
	"net"
	"time"
)

// local is the way in from this machine alone. There is nothing between, so it is ready at once and stays so.
type local struct {
	ln     net.Listener
	states chan State
	now    func() time.Time
}

// OpenLocal is the way through a listener of this machine, which is loopback's. Close leaves the listener open.
func OpenLocal(ln net.Listener, now func() time.Time) Tunnel {
	l := &local{ln: ln, states: make(chan State, 2), now: now}
	l.states <- State{Kind: Ready, At: now(), URL: l.URL()}
	return l
}

func (l *local) Listener() net.Listener { return l.ln }
func (l *local) URL() string            { return "http://" + l.ln.Addr().String() }
func (l *local) States() <-chan State   { return l.states }

func (l *local) Close() {
	l.states <- State{Kind: Closed, At: l.now()}
	close(l.states)
}

package tunnel

import (
	"net"
	"time"
)

// local is a tunnel that only this machine can reach. It is ready at once and stays so.
type local struct {
	ln     net.Listener
	states chan State
	now    func() time.Time
}

// OpenLocal returns a tunnel that serves ln, a loopback listener. Closing the tunnel leaves ln open.
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

package tunnel

import (
	"context"
	"net"
	"sync"
	"time"
)

// pacedDialer connects the SDK to its service. The SDK itself tries for ever, without chance in its pauses and without an end to a
// handshake; so the tries are made here, one after the other within what the SDK takes for one.
type pacedDialer struct {
	k *keeper

	mu   sync.Mutex
	wait bool     // the next try has to wait; not so the first, nor one after a handshake that failed, for which the SDK waits itself
	conn net.Conn // the one in use
}

func (d *pacedDialer) Dial(network, addr string) (net.Conn, error) {
	return d.DialContext(d.k.over, network, addr)
}

// DialContext returns a connection whose other end has a while to answer: until welcome is called.
func (d *pacedDialer) DialContext(ctx context.Context, _, addr string) (net.Conn, error) {
	for {
		if d.mustWait() {
			if err := d.k.pause(ctx); err != nil {
				return nil, err
			}
		}
		conn, err := d.k.o.dial(ctx, addr)
		d.set(conn, err)
		if err == nil {
			_ = conn.SetDeadline(time.Now().Add(handshakePatience)) // a connection that takes none fails by itself
			return conn, nil
		}
		if ctx.Err() != nil {
			return nil, context.Cause(ctx)
		}
		d.k.trouble(err, time.Time{})
	}
}

// welcome takes the deadline off: from now on the heartbeat looks after the connection.
func (d *pacedDialer) welcome() {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.wait = true
	if d.conn == nil {
		return
	}
	_ = d.conn.SetDeadline(time.Time{})
	conn := d.conn
	d.k.hold(&link{local: conn.LocalAddr(), drop: func() { _ = conn.Close() }})
}

func (d *pacedDialer) mustWait() bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.wait
}

func (d *pacedDialer) set(conn net.Conn, err error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.conn, d.wait = conn, err != nil
}

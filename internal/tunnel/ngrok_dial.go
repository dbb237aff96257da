package tunnel

import (
	"context"
	"net"
	"sync"
	"time"
)

// retryDialer connects the SDK to its service. The SDK retries forever, without jitter and without a handshake timeout. So retryDialer
// makes the attempts itself, within what the SDK counts as one.
type retryDialer struct {
	supervisor *supervisor

	mu        sync.Mutex
	delayNext bool     // delay the next attempt; false for the first one and after a failed handshake, for which the SDK waits itself
	conn      net.Conn // the connection in use
}

func (d *retryDialer) Dial(network, addr string) (net.Conn, error) {
	return d.DialContext(d.supervisor.ctx, network, addr)
}

// DialContext returns a connection with a deadline that handshakeDone removes.
func (d *retryDialer) DialContext(ctx context.Context, _, addr string) (net.Conn, error) {
	for {
		if d.shouldDelay() {
			if err := d.supervisor.waitToRetry(ctx); err != nil {
				return nil, err
			}
		}
		conn, err := d.supervisor.opts.dial(ctx, addr)
		d.record(conn, err)
		if err == nil {
			_ = conn.SetDeadline(time.Now().Add(handshakeTimeout)) // a connection without deadlines fails later anyway
			return conn, nil
		}
		if ctx.Err() != nil {
			return nil, context.Cause(ctx)
		}
		d.supervisor.reportFailure(err, time.Time{})
	}
}

// handshakeDone removes the deadline. From now on the heartbeat monitors the connection.
func (d *retryDialer) handshakeDone() {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.delayNext = true
	if d.conn == nil {
		return
	}
	_ = d.conn.SetDeadline(time.Time{})
	conn := d.conn
	d.supervisor.setLink(&link{local: conn.LocalAddr(), drop: func() { _ = conn.Close() }})
}

func (d *retryDialer) shouldDelay() bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.delayNext
}

func (d *retryDialer) record(conn net.Conn, err error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.conn, d.delayNext = conn, err != nil
}

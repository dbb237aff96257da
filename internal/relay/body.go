package relay

import (
	"errors"
	"io"
	"net"
	"net/http"
	"time"
)

// Reasons to reject a body.
var (
	errTooLarge     = errors.New("the body is too large")
	errTooManyBytes = errors.New("too many bytes in flight")
	errTooSlow      = errors.New("the body arrived too slowly")
	errIncomplete   = errors.New("the body is incomplete")
)

const (
	firstBuffer  = 16 << 10 // size of the first buffer, unless the body is known to be smaller
	growthFactor = 4        // each buffer is at most this many times as large as the one before

	// Maximum pause of a sender before the body and between two parts of it.
	bodyReadTimeout = 10 * time.Second
	// Maximum time for a whole body: enough for 10 MiB over a slow mobile connection.
	maxBodyTime = time.Minute
)

// bodyReader reads one body. It reserves memory as bytes arrive, so a sender that only announces a large body keeps no other sender out.
type bodyReader struct {
	bodies   *inFlight
	conn     *http.ResponseController
	src      io.Reader
	declared int64 // Content-Length; -1 if unknown
	maxBytes int64
	timeout  time.Duration

	body            []byte
	reserved        int64     // bytes reserved in bodies
	deadlineMovedAt time.Time // when the connection's read deadline was last moved
	deadline        time.Time
}

// readAll reads the whole body.
func (a *bodyReader) readAll() error {
	if err := a.grow(); err != nil {
		return err
	}
	for {
		n, err := a.src.Read(a.body[len(a.body):cap(a.body)])
		a.body = a.body[:len(a.body)+n]
		switch {
		case int64(len(a.body)) > a.maxBytes:
			return errTooLarge
		case err == io.EOF:
			return nil
		case err != nil:
			return readError(err)
		}
		if err := a.grow(); err != nil {
			return err
		}
		a.extendDeadline()
	}
}

// grow enlarges the buffer if it is full. The server's read timeout covers the first part of a body.
func (a *bodyReader) grow() error {
	size := int64(cap(a.body))
	if int64(len(a.body)) < size || size > 0 && size == a.declared {
		return nil
	}
	next := min(max(firstBuffer, growthFactor*size), a.maxBytes+1)
	if a.declared >= 0 {
		next = min(next, a.declared)
	}
	cost := next - size
	if size == 0 {
		cost += deliveryOverhead
	}
	if !a.bodies.reserve(cost, next) {
		return errTooManyBytes
	}
	a.reserved += cost
	a.body = append(make([]byte, 0, next), a.body...)
	return nil
}

// extendDeadline gives the sender time for the next part.
func (a *bodyReader) extendDeadline() {
	now := time.Now()
	if now.Sub(a.deadlineMovedAt) < a.timeout/10 {
		return
	}
	if a.deadline.IsZero() {
		a.deadline = now.Add(maxBodyTime)
	}
	next := now.Add(a.timeout)
	if a.deadline.Before(next) {
		next = a.deadline
	}
	a.deadlineMovedAt = now
	_ = a.conn.SetReadDeadline(next)
}

func readError(err error) error {
	var timeout net.Error
	if errors.As(err, &timeout) && timeout.Timeout() {
		return errTooSlow
	}
	return errIncomplete
}

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

// readBody reads a whole body. held is the number of reserved bytes. The caller releases them, even after an error.
func (in *Ingress) readBody(w http.ResponseWriter, req *http.Request) (body []byte, held int64, err error) {
	if req.ContentLength > in.o.MaxBody {
		return nil, 0, errTooLarge
	}
	a := bodyReader{
		bodies: in.bodies, conn: http.NewResponseController(w), src: req.Body, declared: req.ContentLength, maxBytes: in.o.MaxBody,
		timeout: in.readTimeout,
	}
	if err = a.read(); err != nil {
		return nil, a.reserved, err
	}
	_ = a.conn.SetReadDeadline(time.Time{}) // otherwise net/http treats a sender that waits for the response as disconnected
	return a.body, a.reserved, nil
}

func (a *bodyReader) read() error {
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

// rejectBody reports to the user and the sender why a body was rejected.
func (in *Ingress) rejectBody(w http.ResponseWriter, req *http.Request, err error) {
	switch {
	case errors.Is(err, errTooLarge):
		in.notifyOnce(Notice{Kind: NoticeTooLarge, Bytes: max(req.ContentLength, 0)})
		in.discardBody(w, req)
		respondText(w, http.StatusRequestEntityTooLarge, "The body is larger than allowed.")
	case errors.Is(err, errTooManyBytes):
		in.notifyOnce(Notice{Kind: NoticeTooManyBytes})
		in.discardBody(w, req)
		w.Header().Set("Retry-After", "30")
		respondText(w, http.StatusServiceUnavailable, "Too many bytes are in flight.")
	case errors.Is(err, errTooSlow):
		in.notifyOnce(Notice{Kind: NoticeTooSlow, Took: in.readTimeout})
		w.Header().Set("Connection", "close")
		respondText(w, http.StatusRequestTimeout, "The body arrived too slowly.")
	default:
		respondText(w, http.StatusBadRequest, "The body is incomplete.")
	}
}

// discardBody reads and drops the rest of the body for a while, because a sender that is still writing does not see the response.
func (in *Ingress) discardBody(w http.ResponseWriter, req *http.Request) {
	if req.Header.Get("Expect") != "" { // the sender waits for 100 Continue and has sent nothing
		return
	}
	_ = http.NewResponseController(w).SetReadDeadline(time.Now().Add(in.readTimeout))
	_, _ = io.CopyN(io.Discard, req.Body, 2*in.o.MaxBody)
}

package relay

import (
	"errors"
	"io"
	"net"
	"net/http"
	"time"
)

// Why a body was not taken.
var (
	errTooLarge = errors.New("the body is larger than allowed")
	errTooMany  = errors.New("too many bytes in flight")
	errTooSlow  = errors.New("the body came too slowly")
	errBroken   = errors.New("the body did not arrive whole")
)

const (
	firstRead = 16 << 10 // the first buffer, unless the body is known to be smaller
	mostGrow  = 4        // each next one is at most this many times as large

	// A sender may wait this long before the body, and between two parts of it.
	bodyPause = 10 * time.Second
	// A whole body takes this long at most: 10 MiB on a slow mobile line.
	bodyTime = time.Minute
)

// arriving is a body on its way in. What it reserves grows with what has arrived: a sender that only announces a large body keeps
// nobody out.
type arriving struct {
	bodies   *inFlight
	conn     *http.ResponseController
	from     io.Reader
	declared int64 // its length; -1 if the sender does not say
	most     int64
	pause    time.Duration

	body    []byte
	held    int64     // reserved
	renewed time.Time // when the deadline of the connection was last moved
	end     time.Time
}

// readBody reads a body whole, or not at all. held is what it reserved, which the caller releases, also after an error.
func (in *Ingress) readBody(w http.ResponseWriter, req *http.Request) (body []byte, held int64, err error) {
	if req.ContentLength > in.o.MaxBody {
		return nil, 0, errTooLarge
	}
	a := arriving{
		bodies: in.bodies, conn: http.NewResponseController(w), from: req.Body, declared: req.ContentLength, most: in.o.MaxBody,
		pause: in.pause,
	}
	if err = a.read(); err != nil {
		return nil, a.held, err
	}
	_ = a.conn.SetReadDeadline(time.Time{}) // else net/http takes a sender that waits for the response for one that has left
	return a.body, a.held, nil
}

func (a *arriving) read() error {
	if err := a.grow(); err != nil {
		return err
	}
	for {
		n, err := a.from.Read(a.body[len(a.body):cap(a.body)])
		a.body = a.body[:len(a.body)+n]
		switch {
		case int64(len(a.body)) > a.most:
			return errTooLarge
		case err == io.EOF:
			return nil
		case err != nil:
			return reasonOf(err)
		}
		if err := a.grow(); err != nil {
			return err
		}
		a.keepOpen()
	}
}

// grow makes room for more, if there is none. The first part of a body needs no deadline of its own: it is the server's.
func (a *arriving) grow() error {
	size := int64(cap(a.body))
	if int64(len(a.body)) < size || size > 0 && size == a.declared {
		return nil
	}
	next := min(max(firstRead, mostGrow*size), a.most+1)
	if a.declared >= 0 {
		next = min(next, a.declared)
	}
	cost := next - size
	if size == 0 {
		cost += deliveryCost
	}
	if !a.bodies.take(cost, next) {
		return errTooMany
	}
	a.held += cost
	a.body = append(make([]byte, 0, next), a.body...)
	return nil
}

// keepOpen gives the sender time for the next part.
func (a *arriving) keepOpen() {
	now := time.Now()
	if now.Sub(a.renewed) < a.pause/10 {
		return
	}
	if a.end.IsZero() {
		a.end = now.Add(bodyTime)
	}
	next := now.Add(a.pause)
	if a.end.Before(next) {
		next = a.end
	}
	a.renewed = now
	_ = a.conn.SetReadDeadline(next)
}

func reasonOf(err error) error {
	var timeout net.Error
	if errors.As(err, &timeout) && timeout.Timeout() {
		return errTooSlow
	}
	return errBroken
}

// refuseBody tells the user and the sender why a body was not taken.
func (in *Ingress) refuseBody(w http.ResponseWriter, req *http.Request, err error) {
	switch {
	case errors.Is(err, errTooLarge):
		in.once(Notice{Kind: NoticeTooLarge, Bytes: max(req.ContentLength, 0)})
		in.drain(w, req)
		refuse(w, http.StatusRequestEntityTooLarge, "The body is larger than allowed.")
	case errors.Is(err, errTooMany):
		in.once(Notice{Kind: NoticeTooMany})
		in.drain(w, req)
		w.Header().Set("Retry-After", "30")
		refuse(w, http.StatusServiceUnavailable, "Too many bodies are on their way at once.")
	case errors.Is(err, errTooSlow):
		in.once(Notice{Kind: NoticeTooSlow, Took: in.pause})
		w.Header().Set("Connection", "close")
		refuse(w, http.StatusRequestTimeout, "The body came too slowly.")
	default:
		refuse(w, http.StatusBadRequest, "The body did not arrive whole.")
	}
}

// drain reads on for a while: a sender that is still writing would not see the response.
func (in *Ingress) drain(w http.ResponseWriter, req *http.Request) {
	if req.Header.Get("Expect") != "" { // it asks first, and has not begun
		return
	}
	_ = http.NewResponseController(w).SetReadDeadline(time.Now().Add(in.pause))
	_, _ = io.CopyN(io.Discard, req.Body, 2*in.o.MaxBody)
}

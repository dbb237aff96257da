package relay

import (
	"errors"
	"io"
	"net/http"
)

// What keeps a body out.
var (
	errTooLarge = errors.New("the body is larger than allowed")
	errTooMany  = errors.New("too many bytes in flight")
	errBroken   = errors.New("the body did not arrive whole")
)

// firstRead is how much is read at first of a body that does not say how long it is.
const firstRead = 16 << 10

// readBody reads a body whole, or not at all. held is what it reserved, which the caller releases, also after an error.
func (in *Ingress) readBody(req *http.Request) (body []byte, held int64, err error) {
	if req.ContentLength > in.o.MaxBody {
		return nil, 0, errTooLarge
	}
	known := req.ContentLength >= 0
	want := int64(firstRead)
	if known {
		want = req.ContentLength
	}
	if !in.bodies.take(want + deliveryCost) {
		return nil, 0, errTooMany
	}
	held = want + deliveryCost
	if known {
		body = make([]byte, want)
		if _, err := io.ReadFull(req.Body, body); err != nil {
			return nil, held, errBroken
		}
		return body, held, nil
	}
	return in.readUnknown(req.Body, held)
}

// readUnknown reads a body that does not say how long it is, reserving as it grows.
func (in *Ingress) readUnknown(r io.Reader, held int64) ([]byte, int64, error) {
	body := make([]byte, 0, firstRead)
	for {
		n, err := r.Read(body[len(body):cap(body)])
		body = body[:len(body)+n]
		switch {
		case int64(len(body)) > in.o.MaxBody:
			return nil, held, errTooLarge
		case err == io.EOF:
			return body, held, nil
		case err != nil:
			return nil, held, errBroken
		case len(body) < cap(body):
			continue
		}
		more := int64(cap(body))
		if !in.bodies.take(more) {
			return nil, held, errTooMany
		}
		held += more
		body = append(make([]byte, 0, 2*cap(body)), body...)
	}
}

// refuseBody answers a body that was not taken.
func refuseBody(w http.ResponseWriter, err error) {
	switch {
	case errors.Is(err, errTooLarge):
		refuse(w, http.StatusRequestEntityTooLarge, "The body is larger than allowed.")
	case errors.Is(err, errTooMany):
		w.Header().Set("Retry-After", "30")
		refuse(w, http.StatusServiceUnavailable, "Too many bodies are on their way at once.")
	default:
		refuse(w, http.StatusBadRequest, "The body did not arrive whole.")
	}
}

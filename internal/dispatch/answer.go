package dispatch

import (
	"fmt"
	"io"
	"net/http"
	"time"

	"github.com/vidiking/vidiking-cli/internal/webhook"
)

const (
	// Past the cap, a little more is read, so that the connection can be used again: as much as net/http's server reads of a
	// request that its handler left unread (maxPostHandlerReadBytes), and for as long as its transport waits for a late write
	// (maxWriteWaitBeforeConnReuse).
	drainBytes = 256 << 10
	drainTime  = 50 * time.Millisecond

	firstRead  = 512     // what io.ReadAll begins with
	mostAtOnce = 8 << 10 // that is reserved before it has arrived, whatever length the handler declares
)

// codeError is a code that ends no exchange.
type codeError int

func (e codeError) Error() string { return fmt.Sprintf("code %d is no final answer", int(e)) }

// read takes the answer into the attempt.
func (x *exchange) read(resp *http.Response) error {
	a := &x.attempt
	a.Header = webhook.HeaderFrom("", resp.Header)
	if resp.StatusCode < http.StatusOK { // 101, or a code that HTTP does not have
		return codeError(resp.StatusCode)
	}
	a.Code = resp.StatusCode
	limit := x.sender.options.ResponseLimit
	body, err := readUpTo(resp.Body, limit+1, resp.ContentLength)
	a.ResponseBytes = int64(len(body))
	if a.ResponseBytes > limit {
		a.ResponseTruncated = true
		body = body[:limit:limit]
		a.ResponseBytes += x.drain(resp.Body)
	}
	a.Response = body
	return err
}

// readUpTo reads the body to its end or to limit, whichever comes first. The length is what the answer says of itself, or -1.
func readUpTo(r io.Reader, limit, length int64) ([]byte, error) {
	if length == 0 {
		return nil, nil
	}
	first := int64(firstRead)
	if length > 0 {
		// To the byte: net/http reports the end together with the last one, and the connection is free again.
		limit = min(limit, length)
		first = mostAtOnce
	}
	buf := make([]byte, 0, min(first, limit))
	for {
		n, err := r.Read(buf[len(buf):cap(buf)])
		buf = buf[:len(buf)+n]
		switch {
		case err == io.EOF:
			return buf, nil
		case err != nil || int64(len(buf)) == limit:
			return buf, err
		case len(buf) == cap(buf):
			bigger := make([]byte, len(buf), min(2*int64(cap(buf)), limit))
			copy(bigger, buf)
			buf = bigger
		}
	}
}

// drain reads on, within bounds, and returns how much that was. How it ends does not matter: what is kept is whole.
func (x *exchange) drain(r io.Reader) int64 {
	stop := time.AfterFunc(x.sender.drainTime, x.cancel)
	defer stop.Stop()
	n, _ := io.CopyN(io.Discard, r, drainBytes)
	return n
}

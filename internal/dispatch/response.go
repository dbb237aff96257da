package dispatch

import (
	"fmt"
	"io"
	"net/http"
	"time"

	"github.com/vidiking/vidiking-cli/internal/webhook"
)

const (
	// Past the response limit, a bounded amount is read and discarded to make the connection reusable. The bounds are those of
	// net/http: its server reads this much of an unread request (maxPostHandlerReadBytes), and its transport waits this long
	// for a write that hasn't finished (maxWriteWaitBeforeConnReuse).
	maxDrainBytes = 256 << 10
	maxDrainTime  = 50 * time.Millisecond

	initialReadBytes = 512     // as in io.ReadAll
	maxPreallocBytes = 8 << 10 // allocated before any data arrives, whatever Content-Length says
)

// statusCodeError is a status code that can't end an exchange.
type statusCodeError int

func (e statusCodeError) Error() string { return fmt.Sprintf("status code %d is not final", int(e)) }

// read copies the response into the attempt.
func (x *exchange) read(resp *http.Response) error {
	a := &x.attempt
	a.Header = webhook.HeaderFrom("", resp.Header)
	if resp.StatusCode < http.StatusOK { // 101, or a code that HTTP doesn't define
		return statusCodeError(resp.StatusCode)
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

// readUpTo reads the body until its end or the limit. The length is the declared Content-Length, or -1.
func readUpTo(r io.Reader, limit, length int64) ([]byte, error) {
	if length == 0 {
		return nil, nil
	}
	first := int64(initialReadBytes)
	if length > 0 {
		// Read exactly to the end: net/http returns io.EOF with the last byte, which frees the connection for reuse.
		limit = min(limit, length)
		first = maxPreallocBytes
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

// drain reads and discards the rest of the body, up to maxDrainBytes and maxDrainTime, and returns the number of bytes. It ignores
// errors, because the part of the response that is kept is complete.
func (x *exchange) drain(r io.Reader) int64 {
	timer := time.AfterFunc(x.sender.maxDrainTime, x.cancel)
	defer timer.Stop()
	n, _ := io.CopyN(io.Discard, r, maxDrainBytes)
	return n
}

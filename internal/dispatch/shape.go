package dispatch

import (
	"net/http"
	"strings"
)

// Shape changes how requests are written, to test a handler. The zero Shape is an ordinary POST.
type Shape struct {
	Method         string // empty: POST
	Chunked        bool   // send the body in chunks, without Content-Length
	UpperCase      string // canonical name of a header field to write in upper case; empty: none
	NewConnections bool   // use a new connection for each delivery
}

// apply changes a request.
func (s Shape) apply(r *http.Request) {
	if s.Method != "" {
		r.Method = s.Method
	}
	if s.Chunked && r.Body != http.NoBody {
		r.ContentLength, r.TransferEncoding = -1, []string{"chunked"}
	}
	if values, ok := r.Header[s.UpperCase]; ok { // the header belongs to the exchange, which may write a second request
		r.Header = r.Header.Clone()
		delete(r.Header, s.UpperCase)
		r.Header[strings.ToUpper(s.UpperCase)] = values
	}
}

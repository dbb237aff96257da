package conformance

import (
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"net/http"

	"github.com/vidiking/vidiking-cli/internal/dispatch"
	"github.com/vidiking/vidiking-cli/internal/webhook"
)

// kept is the number of deliveries on one connection.
const kept = 20

func httpCases() []Case {
	return []Case{
		{
			ID: "http.chunked", Title: "accepts a body in chunks", Weight: Should, Source: SourceHTTP,
			Why:   "A sender or a proxy that streams the body does not know its length.",
			Sends: "a correct delivery without Content-Length", Expects: "2xx", Fix: "Read the body to its end, whatever Content-Length says.",
			try: func(t *trial) {
				r := t.signed(t.complete())
				r.Shape.Chunked = true
				t.accept("a body in chunks", r)
			},
		},
		{
			ID: "http.keepalive", Title: "accepts several deliveries on one connection", Weight: Should, Source: SourceHTTP,
			Why:   "Senders reuse connections. A handler that does not read a body to its end takes the rest of it for the next request.",
			Sends: "20 deliveries on one connection", Expects: "2xx", Fix: "Read the whole body before you respond, or close the connection with Connection: close.",
			try: tryKeepAlive,
		},
		{
			ID: "http.gzip", Title: "does not crash on a compressed body", Weight: Info, Source: SourceOwn,
			Why:   "Vidiking documents no compression. A signature over the compressed bytes tells what the handler hashes.",
			Sends: "a gzip body, signed as it was sent", Expects: "any code below 500; 2xx or 415 is best",
			Fix: "Respond 415 to a Content-Encoding that you don't support.",
			try: func(t *trial) {
				r := t.signed(gzipped(t.complete()))
				r.Header = append(r.Header, webhook.Field{Name: "Content-Encoding", Value: "gzip"})
				t.either("a compressed body", r)
			},
		},
		{
			ID: "http.get-head", Title: "does not take GET or HEAD for a delivery", Weight: Should, Source: SourceOwn,
			Why:   "Browsers, crawlers and health checks send them.",
			Sends: "GET and HEAD without a body", Expects: "404 or 405", Fix: "Register the route for POST only.",
			try: tryGetHead,
		},
		{
			ID: redirectID, Title: "responds without a redirect", Weight: Must, Source: SourceStandard,
			Why:   "Senders of webhooks don't follow redirects, and a client that follows one may turn POST into GET.",
			Sends: "a correct delivery", Expects: "2xx", Fix: "Give the address that the handler redirects to, or exempt this path.",
			try: func(t *trial) { t.accept("a delivery", t.signed(t.complete())) },
		},
	}
}

// gzipped returns a short body in the gzip format (RFC 1952), in one block that is not compressed (RFC 1951, 3.2.4). A handler has to
// decompress it nevertheless.
func gzipped(body []byte) []byte {
	out := []byte{0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255, 1}
	size := uint16(len(body))
	out = binary.LittleEndian.AppendUint16(out, size)
	out = binary.LittleEndian.AppendUint16(out, ^size)
	out = append(out, body...)
	out = binary.LittleEndian.AppendUint32(out, crc32.ChecksumIEEE(body))
	return binary.LittleEndian.AppendUint32(out, uint32(size))
}

func tryKeepAlive(t *trial) {
	for range kept {
		r := t.signed(t.complete())
		r.Shape = dispatch.Shape{}
		x := t.send("a delivery on a connection that was used before", "2xx", r)
		if x == nil {
			return
		}
		if x.Stale {
			t.note(x, unmet, "closes a connection that it should keep open")
			continue
		}
		t.checkAccepted(x)
	}
}

func tryGetHead(t *trial) {
	for _, method := range []string{http.MethodGet, http.MethodHead} {
		r := t.with(nil)
		r.Shape.Method = method
		x := t.send(method, "404 or 405", r)
		if x == nil || t.noResponse(x) {
			continue
		}
		switch code := x.Attempt.Code; {
		case code == http.StatusNotFound || code == http.StatusMethodNotAllowed:
			t.note(x, met, fmt.Sprintf("responds %d to %s", code, method))
		case code >= 400 && code <= 499:
			t.note(x, doubtful, fmt.Sprintf("responds %d to %s; 405 would say why", code, method))
		default:
			t.note(x, unmet, fmt.Sprintf("responds %d to %s", code, method))
		}
	}
}

package relay

import (
	"errors"
	"io"
	"log"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/vidiking/vidiking-cli/internal/session"
	"github.com/vidiking/vidiking-cli/internal/webhook"
)

// unreadLimit is a response size that fits into a socket's buffer. For larger responses, a write deadline closes the connection of a
// sender that does not read.
const unreadLimit = 4 << 10

// respondAttempt sends the handler's response to the sender: status code, header without connection fields, and the recorded part of the
// body. If there is no response, it sends 502 or 504.
func respondAttempt(w http.ResponseWriter, a webhook.Attempt) {
	switch status := a.Status(); {
	case isPanicAttempt(a):
		respondText(w, http.StatusInternalServerError, panicText)
		return
	case status == webhook.StatusTimedOut:
		respondText(w, http.StatusGatewayTimeout, "The handler did not respond in time.")
		return
	case status == webhook.StatusUnreachable:
		respondText(w, http.StatusBadGateway, "The handler could not be reached.")
		return
	}
	out := w.Header()
	copyHeader(out, a.Header)
	if _, ok := out["Content-Type"]; !ok {
		out["Content-Type"] = nil // otherwise net/http guesses a type from the body
	}
	if len(a.Response) > 0 {
		out["Content-Length"] = []string{strconv.Itoa(len(a.Response))} // otherwise net/http sends a long response in chunks
	}
	if len(a.Response) > unreadLimit {
		conn := http.NewResponseController(w)
		_ = conn.SetWriteDeadline(time.Now().Add(bodyReadTimeout))
		defer func() {
			_ = conn.Flush()
			_ = conn.SetWriteDeadline(time.Time{})
		}()
	}
	w.WriteHeader(a.Code)
	_, _ = w.Write(a.Response) // the sender may have hung up
}

// respondNotRecorded responds to a sender whose delivery is not in the log.
func respondNotRecorded(w http.ResponseWriter, err error) {
	if errors.Is(err, errPanic) {
		respondText(w, http.StatusInternalServerError, panicText)
		return
	}
	w.Header().Set("Retry-After", "30")
	respondText(w, http.StatusServiceUnavailable, "The delivery could not be recorded.")
}

// setSessionHeaders adds the delivery's id and status to a response for a trusted sender. With them, the sender can look the delivery up
// and tell a 401 of the ingress from one of the handler.
func setSessionHeaders(w http.ResponseWriter, d *webhook.Delivery) {
	w.Header().Set(session.DeliveryHeader, string(d.ID))
	w.Header().Set(session.StatusHeader, string(d.Status))
}

// respondText responds with a sentence of this program.
func respondText(w http.ResponseWriter, code int, sentence string) {
	h := w.Header()
	h.Set("Content-Type", "text/plain; charset=utf-8")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Content-Length", strconv.Itoa(len(sentence)+1))
	w.WriteHeader(code)
	_, _ = w.Write([]byte(sentence + "\n"))
}

// copyHeader copies the fields that may be forwarded to out. Values of the same name are adjacent in h, so they can share an array.
func copyHeader(out http.Header, h webhook.Header) {
	values := make([]string, len(h))
	for from := 0; from < len(h); {
		name, to := h[from].Name, from
		for ; to < len(h) && h[to].Name == name; to++ {
			values[to] = h[to].Value
		}
		if !isConnectionField(name) && !namedByConnection(h, name) {
			out[name] = values[from:to:to]
		}
		from = to
	}
}

// isConnectionField reports whether a response field must not be forwarded: it belongs to the connection to the handler (RFC 9110, 7.6.1),
// it states a length that a truncated response no longer has, or only the relay may set it.
func isConnectionField(name string) bool {
	switch name {
	case "Connection", "Keep-Alive", "Proxy-Connection", "Proxy-Authenticate", "Te", "Trailer", "Transfer-Encoding", "Upgrade",
		"Content-Length", session.DeliveryHeader, session.StatusHeader:
		return true
	}
	return false
}

// namedByConnection reports whether the response's Connection field lists the field.
func namedByConnection(h webhook.Header, name string) bool {
	for _, f := range h {
		if f.Name != "Connection" {
			continue
		}
		for option := range strings.SplitSeq(f.Value, ",") {
			if strings.EqualFold(strings.TrimSpace(option), name) {
				return true
			}
		}
	}
	return false
}

// discardLogger returns a logger that drops net/http's messages about broken requests. They don't help the user.
func discardLogger() *log.Logger { return log.New(io.Discard, "", 0) }

package relay

import (
	"io"
	"log"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/vidiking/vidiking-cli/internal/session"
	"github.com/vidiking/vidiking-cli/internal/webhook"
)

// mostUnread fits into a socket's buffer. A sender that does not read a longer response would else keep its connection for ever.
const mostUnread = 4 << 10

// answer hands the handler's answer back to the sender: its code, its header without what belongs to the connection, its body as far
// as it was kept. Where there was none, it says which way it failed by a gateway's codes.
func answer(w http.ResponseWriter, a webhook.Attempt) {
	switch status := a.Status(); {
	case isBug(a):
		refuse(w, http.StatusInternalServerError, bugText)
		return
	case status == webhook.StatusTimedOut:
		refuse(w, http.StatusGatewayTimeout, "The handler did not answer in time.")
		return
	case status == webhook.StatusUnreachable:
		refuse(w, http.StatusBadGateway, "The handler could not be reached.")
		return
	}
	out := w.Header()
	copyHeader(out, a.Header)
	if _, ok := out["Content-Type"]; !ok {
		out["Content-Type"] = nil // else net/http guesses one from the body
	}
	if len(a.Response) > 0 {
		out["Content-Length"] = []string{strconv.Itoa(len(a.Response))} // else net/http sends more than its buffer holds in chunks
	}
	if len(a.Response) > mostUnread {
		conn := http.NewResponseController(w)
		_ = conn.SetWriteDeadline(time.Now().Add(bodyPause))
		defer func() {
			_ = conn.Flush()
			_ = conn.SetWriteDeadline(time.Time{})
		}()
	}
	w.WriteHeader(a.Code)
	_, _ = w.Write(a.Response) // a sender that is gone has no use for it
}

// copyHeader puts the fields that may travel into out. The values of one name stand together, so they share one array.
func copyHeader(out http.Header, h webhook.Header) {
	values := make([]string, len(h))
	for from := 0; from < len(h); {
		name, to := h[from].Name, from
		for ; to < len(h) && h[to].Name == name; to++ {
			values[to] = h[to].Value
		}
		if !ofConnection(name) && !namedByConnection(h, name) {
			out[name] = values[from:to:to]
		}
		from = to
	}
}

// ofConnection reports whether a field of an answer's header speaks of the connection to the handler (RFC 9110, 7.6.1), of a length
// that the answer has no more where it was cut, or is the relay's own to give.
func ofConnection(name string) bool {
	switch name {
	case "Connection", "Keep-Alive", "Proxy-Connection", "Proxy-Authenticate", "Te", "Trailer", "Transfer-Encoding", "Upgrade",
		"Content-Length", session.DeliveryHeader, session.StatusHeader:
		return true
	}
	return false
}

// namedByConnection reports whether the answer's Connection names the field as one of its own.
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

// silent is a logger for net/http's own remarks (a stranger's broken TLS or header), which are no news to the user.
func silent() *log.Logger { return log.New(io.Discard, "", 0) }

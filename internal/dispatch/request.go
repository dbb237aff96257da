package dispatch

import (
	"net/http"

	"github.com/vidiking/vidiking-cli/internal/webhook"
)

// outgoing is the header as the handler gets it: all of h but what concerns the connection it came by, its host and its length.
func outgoing(h webhook.Header) http.Header {
	out := make(http.Header, len(h)+1)
	values := make([]string, len(h)) // one allocation for the first value of all names
	hop := h.HopByHop()
	for i, f := range h {
		name := http.CanonicalHeaderKey(f.Name)
		if hop.Has(name) {
			continue
		}
		if earlier, ok := out[name]; ok {
			out[name] = append(earlier, f.Value)
			continue
		}
		values[i] = f.Value
		out[name] = values[i : i+1 : i+1]
	}
	keepUserAgent(out)
	return out
}

// keepUserAgent works around two habits of net/http: it adds a User-Agent of its own where there is none, and of several
// values, or an empty one, it does not send all. An entry without values keeps it from the first; of the second, a name in
// lower case is not its business.
func keepUserAgent(h http.Header) {
	const name = "User-Agent"
	values := h[name]
	if len(values) == 1 && values[0] != "" {
		return
	}
	h[name] = nil
	if len(values) > 0 {
		h["user-agent"] = values
	}
}

package dispatch

import (
	"net/http"

	"github.com/vidiking/vidiking-cli/internal/webhook"
)

// outgoingHeader returns the header to send to the handler: h without hop-by-hop fields, Host and Content-Length.
func outgoingHeader(h webhook.Header) http.Header {
	out := make(http.Header, len(h)+1)
	values := make([]string, len(h)) // backs the first value of every name, in one allocation
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

// keepUserAgent makes net/http send the User-Agent unchanged. Without one, net/http would add its own; an entry without values
// prevents this. It would also drop an empty value, and all but the first of several; it doesn't touch a name in lower case.
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

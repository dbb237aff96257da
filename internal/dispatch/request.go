package dispatch

import (
	"net/http"
	"net/textproto"
	"strings"

	"github.com/vidiking/vidiking-cli/internal/webhook"
)

// outgoing is the header as the handler gets it: all of h but what concerns the connection it came by, its host and its length.
func outgoing(h webhook.Header) http.Header {
	out := make(http.Header, len(h)+1)
	values := make([]string, len(h)) // one allocation for the first value of all names
	named := namedByConnection(h)
	for i, f := range h {
		name := http.CanonicalHeaderKey(f.Name)
		if isOfOneHop(name) || named.has(name) {
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

// isOfOneHop reports whether the field of that canonical name ends at this hop: RFC 9110 7.6.1, the two Proxy- fields of its
// 11.7, and Host and Content-Length, which net/http writes from the target and the body.
func isOfOneHop(name string) bool {
	switch name {
	case "Connection", "Keep-Alive", "Proxy-Connection", "Proxy-Authenticate", "Proxy-Authorization", "Te", "Trailer",
		"Transfer-Encoding", "Upgrade", "Host", "Content-Length":
		return true
	}
	return false
}

type nameSet []string

func (s nameSet) has(name string) bool {
	for _, n := range s {
		if n == name {
			return true
		}
	}
	return false
}

// namedByConnection lists the fields that Connection declares to be of one hop too.
func namedByConnection(h webhook.Header) nameSet {
	var names nameSet
	for _, f := range h {
		if !strings.EqualFold(f.Name, "Connection") {
			continue
		}
		for option := range strings.SplitSeq(f.Value, ",") {
			names = append(names, http.CanonicalHeaderKey(textproto.TrimString(option)))
		}
	}
	return names
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

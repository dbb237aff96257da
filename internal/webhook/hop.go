package webhook

import (
	"net/textproto"
	"slices"
	"strings"
)

// HopByHop is the names of the fields of a header that end at this hop and are not passed on.
type HopByHop struct {
	named []string // by Connection
}

// HopByHop returns which fields of the header are not passed on.
func (h Header) HopByHop() HopByHop {
	var o HopByHop
	for _, f := range h {
		if !strings.EqualFold(f.Name, "Connection") {
			continue
		}
		for option := range strings.SplitSeq(f.Value, ",") {
			o.named = append(o.named, textproto.CanonicalMIMEHeaderKey(textproto.TrimString(option)))
		}
	}
	return o
}

// Has reports whether the field of that name, in net/http's canonical form, is not passed on: RFC 9110 7.6.1, the two Proxy- fields of
// its 11.7, what Connection names, and Host and Content-Length, which follow from the target and the body.
func (o HopByHop) Has(name string) bool {
	switch name {
	case "Connection", "Keep-Alive", "Proxy-Connection", "Proxy-Authenticate", "Proxy-Authorization", "Te", "Trailer",
		"Transfer-Encoding", "Upgrade", "Host", "Content-Length":
		return true
	}
	return slices.Contains(o.named, name)
}

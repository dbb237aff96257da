package webhook

import (
	"net/textproto"
	"slices"
	"strings"
)

// OneHop is the names of the fields of a header that end at this hop and are not passed on.
type OneHop struct {
	named []string // by Connection
}

// OneHop returns which fields of the header are not passed on.
func (h Header) OneHop() OneHop {
	var o OneHop
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
func (o OneHop) Has(name string) bool {
	switch name {
	case "Connection", "Keep-Alive", "Proxy-Connection", "Proxy-Authenticate", "Proxy-Authorization", "Te", "Trailer",
		"Transfer-Encoding", "Upgrade", "Host", "Content-Length":
		return true
	}
	return slices.Contains(o.named, name)
}

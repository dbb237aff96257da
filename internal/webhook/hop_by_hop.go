package webhook

import (
	"net/textproto"
	"slices"
	"strings"
)

// HopByHop is the set of header fields that end at this hop and are not forwarded.
type HopByHop struct {
	connection []string // connection by Connection
}

// HopByHop returns the fields of the header that are not forwarded.
func (h Header) HopByHop() HopByHop {
	var o HopByHop
	for _, f := range h {
		if !strings.EqualFold(f.Name, "Connection") {
			continue
		}
		for option := range strings.SplitSeq(f.Value, ",") {
			o.connection = append(o.connection, textproto.CanonicalMIMEHeaderKey(textproto.TrimString(option)))
		}
	}
	return o
}

// Has reports whether the named field, in net/http's canonical form, is not forwarded: the fields of RFC 9110 7.6.1, the two
// Proxy- fields of 11.7, the fields that Connection names, and Host and Content-Length, which depend on target and body.
func (o HopByHop) Has(name string) bool {
	switch name {
	case "Connection", "Keep-Alive", "Proxy-Connection", "Proxy-Authenticate", "Proxy-Authorization", "Te", "Trailer",
		"Transfer-Encoding", "Upgrade", "Host", "Content-Length":
		return true
	}
	return slices.Contains(o.connection, name)
}

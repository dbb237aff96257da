package cmdutil

import (
	"net/textproto"
	"slices"
	"strconv"
	"strings"

	"github.com/vidiking/vidiking-cli/internal/dispatch"
	"github.com/vidiking/vidiking-cli/internal/session"
	"github.com/vidiking/vidiking-cli/internal/webhook"
)

// GivenHeaders is what --header says.
type GivenHeaders struct {
	Fields []webhook.Field
	Host   string // of Host, which net/http and the log keep apart; empty: not given
}

// Set returns the header with the given fields in place of those of the same names.
func (g GivenHeaders) Set(h webhook.Header) webhook.Header {
	for _, f := range g.Fields {
		h = h.Without(f.Name)
	}
	return append(h[:len(h):len(h)], g.Fields...)
}

// Has reports whether the header of that name is given.
func (g GivenHeaders) Has(name string) bool {
	return slices.ContainsFunc(g.Fields, func(f webhook.Field) bool { return strings.EqualFold(f.Name, name) })
}

// ParseHeaders reads the values of --header. Those that would have no effect are refused.
func ParseHeaders(values []string) (given GivenHeaders, err error) {
	for _, v := range values {
		name, value, ok := strings.Cut(v, ":")
		name, value = strings.TrimSpace(name), strings.TrimSpace(value)
		if !ok || !isHeaderName(name) || !isHeaderValue(value) {
			return given, Usage("--header "+strings.ToValidUTF8(v, "?")+" is not a header", "as in --header 'X-Trace: 42'")
		}
		f := webhook.Field{Name: textproto.CanonicalMIMEHeaderKey(name), Value: value}
		switch {
		case f.Name != "Host":
			if reason := cannotBeSet(f.Name); reason != "" {
				return given, Usage("--header "+f.Name+" can't be set: "+reason, "leave it out")
			}
			given.Fields = append(given.Fields, f)
		case given.Host != "":
			return given, Usage("--header Host is given twice", "a request has one: --header 'Host: "+given.Host+"'")
		case !isHost(value):
			return given, Usage("--header Host: "+strconv.Quote(value)+" is not a host", "as in --header 'Host: shop.test' or 'Host: shop.test:8080'")
		default:
			given.Host = value
		}
	}
	return given, nil
}

// cannotBeSet says why a header given by --header would not reach the handler as it is given; "" if it does.
func cannotBeSet(name string) string {
	switch name {
	case "Content-Length":
		return "it follows from the body"
	case "Transfer-Encoding", "Trailer":
		return "it would change how the body is framed, and not what the handler gets"
	case session.SenderHeader, session.DeliveryHeader, session.StatusHeader:
		return "vidiking itself uses it, between a command and listen"
	}
	if (webhook.HopByHop{}).Has(name) || strings.HasPrefix(name, "Proxy-") {
		return "it belongs to one connection and is not passed on"
	}
	return ""
}

// isHost reports whether s is a host, with or without a port, and nothing else.
func isHost(s string) bool {
	t, err := dispatch.ParseTarget("http://"+s, "/")
	return err == nil && t.Host() == s
}

// isHeaderName reports whether s is a token (RFC 9110, 5.6.2).
func isHeaderName(s string) bool {
	const token = "!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
	return s != "" && strings.Trim(s, token) == ""
}

// isHeaderValue reports whether s can be a field's value (RFC 9110, 5.5): no control characters but the tab.
func isHeaderValue(s string) bool {
	return strings.IndexFunc(s, func(r rune) bool { return r < ' ' && r != '\t' || r == 0x7f }) < 0
}

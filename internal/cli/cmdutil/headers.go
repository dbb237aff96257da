package cmdutil

import (
	"fmt"
	"net/textproto"
	"slices"
	"strconv"
	"strings"

	"github.com/vidiking/vidiking-cli/internal/dispatch"
	"github.com/vidiking/vidiking-cli/internal/session"
	"github.com/vidiking/vidiking-cli/internal/webhook"
)

// GivenHeaders are the headers given by --header.
type GivenHeaders struct {
	Fields []webhook.Field
	Host   string // the Host header, which net/http and the log store separately; empty if not given
}

// Has reports whether a header of that name is given.
func (g GivenHeaders) Has(name string) bool {
	return slices.ContainsFunc(g.Fields, func(f webhook.Field) bool { return strings.EqualFold(f.Name, name) })
}

// ParseHeaders parses the values of --header. It rejects headers that would have no effect.
func ParseHeaders(values []string) (given GivenHeaders, err error) {
	for _, v := range values {
		name, value, ok := strings.Cut(v, ":")
		name, value = strings.TrimSpace(name), strings.TrimSpace(value)
		if !ok || !isHeaderName(name) || !isHeaderValue(value) {
			return given, Usage(fmt.Sprintf("invalid --header %q", strings.ToValidUTF8(v, "?")), "for example: --header 'X-Trace: 42'")
		}
		f := webhook.Field{Name: textproto.CanonicalMIMEHeaderKey(name), Value: value}
		switch {
		case f.Name != "Host":
			if reason := cannotBeSet(f.Name); reason != "" {
				return given, Usage("cannot set --header "+f.Name+": "+reason, "leave it out")
			}
			given.Fields = append(given.Fields, f)
		case given.Host != "":
			return given, Usage("--header Host is given twice", "give it once: --header 'Host: "+given.Host+"'")
		case !isHost(value):
			return given, Usage("invalid host "+strconv.Quote(value)+" in --header Host", "for example: --header 'Host: shop.test' or 'Host: shop.test:8080'")
		default:
			given.Host = value
		}
	}
	return given, nil
}

// cannotBeSet returns the reason why --header cannot set a header; "" if it can.
func cannotBeSet(name string) string {
	switch name {
	case "Content-Length":
		return "it is computed from the body"
	case "Transfer-Encoding", "Trailer":
		return "it changes the framing of the body, which the handler does not see"
	case session.SenderHeader, session.DeliveryHeader, session.StatusHeader:
		return "vidiking uses it between a command and listen"
	}
	if (webhook.HopByHop{}).Has(name) || strings.HasPrefix(name, "Proxy-") {
		return "it applies to a single connection and is not forwarded"
	}
	return ""
}

// isHost reports whether s is a host, with or without a port.
func isHost(s string) bool {
	t, err := dispatch.ParseTarget("http://"+s, "/")
	return err == nil && t.Host() == s
}

// isHeaderName reports whether s is a token (RFC 9110, 5.6.2).
func isHeaderName(s string) bool {
	const token = "!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
	return s != "" && strings.Trim(s, token) == ""
}

// isHeaderValue reports whether s is a valid field value (RFC 9110, 5.5): it has no control characters except tabs.
func isHeaderValue(s string) bool {
	return strings.IndexFunc(s, func(r rune) bool { return r < ' ' && r != '\t' || r == 0x7f }) < 0
}

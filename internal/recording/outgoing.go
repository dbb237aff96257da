package recording

import (
	"fmt"
	"net/textproto"
	"net/url"
	"slices"
	"strings"
	"unicode"

	"github.com/vidiking/vidiking-cli/internal/webhook"
)

// outgoing lists the header fields that a tool should send for a delivery, and those that it cannot send.
type outgoing struct {
	fields  webhook.Header
	omitted []omission
}

type omission struct {
	name string
	why  string
}

// maxValueBytes keeps a header within one command-line argument, which Linux limits to 128 KiB.
const maxValueBytes = 64 << 10

func outgoingOf(d webhook.Delivery) outgoing {
	var out outgoing
	for _, name := range d.MaskedQuery {
		out.omit(name, "in the query is masked")
	}
	if d.Host != "" {
		out.fields = webhook.Header{{Name: "Host", Value: d.Host}}
	}
	hop := d.Header.HopByHop()
	for _, f := range d.Header {
		switch {
		case hop.Has(textproto.CanonicalMIMEHeaderKey(f.Name)):
		case slices.ContainsFunc(d.Masked, func(name string) bool { return strings.EqualFold(name, f.Name) }):
			out.omit(f.Name, "is masked")
		case !isToken(f.Name), strings.ContainsAny(f.Value, "\r\n\x00"):
			out.omit(f.Name, "cannot be sent") // net/http accepts no such header, but a recording made by hand may contain one
		case len(f.Value) > maxValueBytes:
			out.omit(f.Name, "is too long")
		default:
			out.fields = append(out.fields, webhook.Field{Name: f.Name, Value: strings.Trim(f.Value, " \t")})
		}
	}
	return out
}

func (o *outgoing) omit(name, why string) {
	if said := (omission{name, why}); !slices.Contains(o.omitted, said) {
		o.omitted = append(o.omitted, said)
	}
}

// isToken reports whether s is a valid header name (RFC 9110, 5.6.2).
func isToken(s string) bool {
	return s != "" && strings.IndexFunc(s, func(r rune) bool {
		return (r < '0' || r > '9') && (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') && !strings.ContainsRune("!#$%&'*+-.^_`|~", r)
	}) < 0
}

// isPlain reports whether s has no special meaning to any tool, even in place of a comment: an interactive zsh reads # as a command.
func isPlain(s string) bool {
	return s != "" && strings.IndexFunc(s, func(r rune) bool {
		return (r < '0' || r > '9') && (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') && !strings.ContainsRune("-_.:", r)
	}) < 0
}

// requestURL returns the URL of the request to the target, in printable ASCII and without masked parameters.
func requestURL(d webhook.Delivery, defaultTarget string) string {
	return printableURL(webhook.RequestURL(targetOf(d, defaultTarget), d.Rest, webhook.WithoutParameters(d.Query, d.MaskedQuery)))
}

// printableURL escapes everything except printable ASCII. Servers unescape it to the same URL.
func printableURL(text string) string {
	if strings.IndexFunc(text, isNotASCII) < 0 {
		return text
	}
	var b strings.Builder
	for i := range len(text) {
		if c := text[i]; c <= ' ' || c > '~' {
			fmt.Fprintf(&b, "%%%02X", c)
		} else {
			b.WriteByte(c)
		}
	}
	return b.String()
}

// targetOf returns the last target of the delivery. It returns otherwise if there is none or if it is not a valid target.
func targetOf(d webhook.Delivery, defaultTarget string) string {
	for _, a := range slices.Backward(d.History) {
		if isTarget(a.Target) {
			return a.Target
		}
	}
	return defaultTarget
}

// isTarget accepts only http and https, so curl cannot use other protocols (file:, scp:), and refuses line breaks.
func isTarget(s string) bool {
	u, err := url.Parse(s)
	return err == nil && (u.Scheme == "http" || u.Scheme == "https") && u.Host != "" && u.User == nil &&
		strings.HasPrefix(s, u.Scheme+"://") &&
		strings.IndexFunc(s, func(r rune) bool { return r == ' ' || r == unicode.ReplacementChar || !unicode.IsPrint(r) }) < 0
}

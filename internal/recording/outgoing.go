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

// outgoing is what a tool is to send of a delivery: the fields that are passed on, and which could not be had.
type outgoing struct {
	fields  webhook.Header
	leftOut []leftOut
}

type leftOut struct {
	name string
	why  string
}

// longestValue keeps a header within one argument of a command, which Linux bounds at 128 KiB.
const longestValue = 64 << 10

func outgoingOf(d webhook.Delivery) outgoing {
	var out outgoing
	for _, name := range d.MaskedQuery {
		out.leave(name, "in the query is masked")
	}
	if d.Host != "" {
		out.fields = webhook.Header{{Name: "Host", Value: d.Host}}
	}
	hop := d.Header.HopByHop()
	for _, f := range d.Header {
		switch {
		case hop.Has(textproto.CanonicalMIMEHeaderKey(f.Name)):
		case slices.ContainsFunc(d.Masked, func(name string) bool { return strings.EqualFold(name, f.Name) }):
			out.leave(f.Name, "is masked")
		case !isToken(f.Name), strings.ContainsAny(f.Value, "\r\n\x00"):
			out.leave(f.Name, "can't be sent") // net/http takes in nothing like it; a recording made by hand may have it
		case len(f.Value) > longestValue:
			out.leave(f.Name, "is too long")
		default:
			out.fields = append(out.fields, webhook.Field{Name: f.Name, Value: strings.Trim(f.Value, " \t")})
		}
	}
	return out
}

func (o *outgoing) leave(name, why string) {
	if said := (leftOut{name, why}); !slices.Contains(o.leftOut, said) {
		o.leftOut = append(o.leftOut, said)
	}
}

// isToken reports whether s can be the name of a header (RFC 9110, 5.6.2).
func isToken(s string) bool {
	return s != "" && strings.IndexFunc(s, func(r rune) bool {
		return (r < '0' || r > '9') && (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') && !strings.ContainsRune("!#$%&'*+-.^_`|~", r)
	}) < 0
}

// isPlain reports whether s means nothing to any tool, even where a comment is none: a zsh at its prompt takes # for a command.
func isPlain(s string) bool {
	return s != "" && strings.IndexFunc(s, func(r rune) bool {
		return (r < '0' || r > '9') && (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') && !strings.ContainsRune("-_.:", r)
	}) < 0
}

// calledBy is the URL that the delivery calls at targetOf, in printable ASCII. Parameters that are masked are left out.
func calledBy(d webhook.Delivery, otherwise string) string {
	return printableURL(webhook.RequestURL(targetOf(d, otherwise), d.Rest, webhook.WithoutParameters(d.Query, d.MaskedQuery)))
}

// printableURL escapes what is not printable ASCII. A server that unescapes reads the same.
func printableURL(text string) string {
	if strings.IndexFunc(text, isNoASCII) < 0 {
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

// targetOf is where the delivery was last sent, or otherwise, where it was not, or to nothing that has the form of a target.
func targetOf(d webhook.Delivery, otherwise string) string {
	for _, a := range slices.Backward(d.History) {
		if isTarget(a.Target) {
			return a.Target
		}
	}
	return otherwise
}

// isTarget keeps curl from other protocols (file:, scp:), and a line from ending early.
func isTarget(s string) bool {
	u, err := url.Parse(s)
	return err == nil && (u.Scheme == "http" || u.Scheme == "https") && u.Host != "" && u.User == nil &&
		strings.HasPrefix(s, u.Scheme+"://") &&
		strings.IndexFunc(s, func(r rune) bool { return r == ' ' || r == unicode.ReplacementChar || !unicode.IsPrint(r) }) < 0
}

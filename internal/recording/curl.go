package recording

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/vidiking/vidiking-cli/internal/webhook"
)

// longestInline is how much of a body stands in the command itself. Linux bounds an argument at 128 KiB.
const longestInline = 64 << 10

// Curl is a command for a POSIX shell (sh: dash, bash, zsh, ksh93, ash) that sends the delivery's exact bytes and headers with curl, to where it
// was last sent; where it was sent to nothing yet, to otherwise. Run or pasted, nothing of the delivery is ever taken for more than text,
// no file is read or written, and what a terminal would not show as it is stands there as an escape.
//
// What curl would add by itself is kept from being added; what the connection needs (Host, Content-Length) it makes. The text ends
// with a newline.
func Curl(d webhook.Delivery, otherwise string) string {
	var b strings.Builder
	out := outgoingOf(d)
	for _, l := range out.leftOut {
		name := l.name
		if !isPlain(name) {
			name = "A header"
		}
		fmt.Fprintf(&b, "# %s %s, and left out.\n", name, l.why)
	}
	inline := isInline(d.Body)
	if !inline {
		b.WriteString("printf " + printfFormat(string(d.Body)) + " |\n")
	}
	// -q first, or it does not keep ~/.curlrc out; --globoff, or [1-9] in a URL is many; --path-as-is, or /../ is resolved.
	b.WriteString("curl -q --globoff --path-as-is --url " + shellQuote(calledBy(d, otherwise)))
	for _, f := range out.fields {
		b.WriteString(" \\\n  -H " + curlHeader(f))
	}
	for _, name := range curlAdds(d.Body) {
		if len(out.fields.Values(name)) == 0 {
			b.WriteString(" \\\n  -H " + shellQuote(name+":"))
		}
	}
	if inline {
		b.WriteString(" \\\n  --data-raw " + shellQuote(string(d.Body)) + "\n") // --data would take @ for a file
		return b.String()
	}
	b.WriteString(" \\\n  --data-binary @-\n")
	return b.String()
}

// curlAdds is the headers that curl sends unless told otherwise. Above 1 KiB (1 MiB since 7.57) it asks with Expect whether to send the body.
func curlAdds(body []byte) []string {
	names := []string{"Accept", "Content-Type", "User-Agent"}
	if len(body) > 1024 {
		names = append(names, "Expect")
	}
	return names
}

// curlHeader is a field as curl takes it: with a value of nothing, "Name:" would take the header away, and "Name;" sends it.
func curlHeader(f webhook.Field) string {
	text := f.Name + ": " + f.Value
	if f.Value == "" {
		text = f.Name + ";"
	}
	return shellQuote(text)
}

// isInline reports whether a body can stand between single quotes in an argument, and be read there.
func isInline(body []byte) bool {
	return len(body) <= longestInline && utf8.Valid(body) && isQuotable(string(body))
}

// isQuotable reports whether text can stand in single quotes as it is. What is not seen, or moves what is seen, cannot; nor can an
// exclamation mark beside a quote, where a bash at its prompt may look for a command that was typed before.
func isQuotable(s string) bool {
	return utf8.ValidString(s) && !(strings.Contains(s, "!") && strings.Contains(s, "'")) &&
		strings.IndexFunc(s, func(r rune) bool { return r != '\n' && !unicode.IsPrint(r) }) < 0
}

// shellQuote makes one word of a text without NUL, byte for byte. In single quotes nothing means anything to a POSIX shell but the
// quote that ends them. Other text is printed by the shell's own printf; what ends in a newline would lose it so, and must not come here.
func shellQuote(s string) string {
	if isQuotable(s) {
		return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'"
	}
	return `"$(printf ` + printfFormat(s) + `)"`
}

// printfFormat is a quoted format that printf prints as s, byte for byte, in nothing but printable ASCII.
func printfFormat(s string) string {
	var b strings.Builder
	b.Grow(len(s) + len(s)/4 + 2)
	b.WriteByte('\'')
	for i := range len(s) {
		switch c := s[i]; {
		case c == '%':
			b.WriteString("%%")
		case c == '\\':
			b.WriteString(`\\`)
		case c == '\n':
			b.WriteString(`\n`)
		case c == '\r':
			b.WriteString(`\r`)
		case c == '\t':
			b.WriteString(`\t`)
		case c < ' ', c > '~', c == '\'', c == '!', c == '-' && i == 0: // at the start - would begin an option
			fmt.Fprintf(&b, `\%03o`, c)
		default:
			b.WriteByte(c)
		}
	}
	b.WriteByte('\'')
	return b.String()
}

package recording

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/vidiking/vidiking-cli/internal/webhook"
)

// maxInlineBytes is the maximum length of a body inside the command. Linux limits an argument to 128 KiB.
const maxInlineBytes = 64 << 10

// Curl returns a command for a POSIX shell (sh: dash, bash, zsh, ksh93, ash) that sends the delivery's exact bytes and headers with curl.
// The URL is the last target, or otherwise if there is none. Whether the command is run or pasted, nothing in the delivery is interpreted,
// no file is read or written, and everything that a terminal would not show literally is escaped.
//
// The command suppresses the headers that curl adds by default. curl sets those that the connection needs (Host, Content-Length). The text
// ends with a newline.
func Curl(d webhook.Delivery, defaultTarget string) string {
	var b strings.Builder
	out := outgoingOf(d)
	for _, l := range out.omitted {
		name := l.name
		if !isPlain(name) {
			name = "A header"
		}
		fmt.Fprintf(&b, "# %s %s and was left out.\n", name, l.why)
	}
	inline := isInline(d.Body)
	if !inline {
		b.WriteString("printf " + printfFormat(string(d.Body)) + " |\n")
	}
	// -q must come first, so curl ignores ~/.curlrc; --globoff keeps [1-9] in a URL literal; --path-as-is keeps /../.
	b.WriteString("curl -q --globoff --path-as-is --url " + shellQuote(requestURL(d, defaultTarget)))
	for _, f := range out.fields {
		b.WriteString(" \\\n  -H " + curlHeader(f))
	}
	for _, name := range curlDefaults(d.Body) {
		if len(out.fields.Values(name)) == 0 {
			b.WriteString(" \\\n  -H " + shellQuote(name+":"))
		}
	}
	if inline {
		b.WriteString(" \\\n  --data-raw " + shellQuote(string(d.Body)) + "\n") // --data would read a file after @
		return b.String()
	}
	b.WriteString(" \\\n  --data-binary @-\n")
	return b.String()
}

// curlDefaults returns the headers that curl sends by default. Above 1 KiB (1 MiB since 7.57) it sends Expect.
func curlDefaults(body []byte) []string {
	names := []string{"Accept", "Content-Type", "User-Agent"}
	if len(body) > 1024 {
		names = append(names, "Expect")
	}
	return names
}

// curlHeader returns a field as curl's -H option expects it: "Name:" would remove the header, and "Name;" sends it without a value.
func curlHeader(f webhook.Field) string {
	text := f.Name + ": " + f.Value
	if f.Value == "" {
		text = f.Name + ";"
	}
	return shellQuote(text)
}

// isInline reports whether a body can be in the command, in single quotes.
func isInline(body []byte) bool {
	return len(body) <= maxInlineBytes && utf8.Valid(body) && isQuotable(string(body))
}

// isQuotable reports whether text can be in single quotes unchanged. It must not contain invisible characters or terminal escapes, or an
// exclamation mark next to a quote, which an interactive bash may expand from its history.
func isQuotable(s string) bool {
	return utf8.ValidString(s) && !(strings.Contains(s, "!") && strings.Contains(s, "'")) &&
		strings.IndexFunc(s, func(r rune) bool { return r != '\n' && !unicode.IsPrint(r) }) < 0
}

// shellQuote returns text without NUL as one shell word, byte for byte. Inside single quotes, only the closing quote has a meaning in a
// POSIX shell. Other text is printed by the shell's printf. This removes newlines at the end, so such text must not be passed.
func shellQuote(s string) string {
	if isQuotable(s) {
		return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'"
	}
	return `"$(printf ` + printfFormat(s) + `)"`
}

// printfFormat returns a quoted format with which printf prints s byte for byte. It contains only printable ASCII.
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
		case c < ' ', c > '~', c == '\'', c == '!', c == '-' && i == 0: // a - at the beginning would start an option
			fmt.Fprintf(&b, `\%03o`, c)
		default:
			b.WriteByte(c)
		}
	}
	b.WriteByte('\'')
	return b.String()
}

package filter

import (
	"fmt"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/vidiking/vidiking-cli/internal/suggest"
)

// parser parses a filter from left to right.
type parser struct {
	source string
	at     int // the next byte
	now    time.Time
	loc    *time.Location
}

// piece is a part of the source, and its text.
type piece struct {
	text     string // without quotes
	from, to int    // its position, including quotes
	quoted   bool
}

func (p *parser) filter() (Filter, *Error) {
	var f Filter
	for p.skipSpace(); p.at < len(p.source); p.skipSpace() {
		t, err := p.term()
		if err != nil {
			return Filter{}, err
		}
		f.terms = append(f.terms, t)
	}
	return f, nil
}

func (p *parser) skipSpace() {
	rest := strings.TrimLeftFunc(p.source[p.at:], unicode.IsSpace)
	p.at = len(p.source) - len(rest)
}

func (p *parser) term() (t Term, err *Error) {
	from := p.at
	if p.next() == '-' {
		p.at++
		t.Not = true
	}
	if end := p.at; end == p.wordEnd() {
		return t, p.wrong(piece{from: from, to: end}, "missing term after -", "for example -status:delivered")
	}
	if t.Key, err = p.key(); err != nil {
		return t, err
	}
	for {
		v, err := p.alternative(t.Key)
		if err != nil {
			return t, err
		}
		t.Values = append(t.Values, v)
		if t.Key == Free || p.next() != ',' {
			return t, nil
		}
		p.at++
	}
}

// next returns the next byte. It returns 0 at the end and for NUL, which has no meaning here.
func (p *parser) next() byte {
	if p.at < len(p.source) {
		return p.source[p.at]
	}
	return 0
}

// wordEnd returns where the current word ends.
func (p *parser) wordEnd() int {
	if i := strings.IndexFunc(p.source[p.at:], unicode.IsSpace); i >= 0 {
		return p.at + i
	}
	return len(p.source)
}

// key parses a key and its colon. A word without a key has the key Free, and so do words that only look like one: localhost:3000, http://x.
func (p *parser) key() (Key, *Error) {
	word := p.source[p.at:p.wordEnd()]
	name, after, found := strings.Cut(word, ":")
	if !found || !looksLikeKey(name) {
		return Free, nil
	}
	at := piece{text: name, from: p.at, to: p.at + len(name)}
	lower := strings.ToLower(name)
	if isKey(lower) {
		p.at += len(name) + 1
		return Key(lower), nil
	}
	if closest := suggest.Closest(name, keyNames()); closest != "" {
		return Free, p.wrong(at, fmt.Sprintf("unknown key %q", name), "did you mean "+closest+":?")
	}
	if after != "" && (after[0] == '/' || after[0] >= '0' && after[0] <= '9') {
		return Free, nil
	}
	return Free, p.wrong(at, fmt.Sprintf("unknown key %q", name), `choose from `+listed(keyNames())+`; to search for text, quote it: "`+name+`:…"`)
}

func looksLikeKey(name string) bool {
	return name != "" && strings.Trim(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_") == ""
}

func (p *parser) alternative(k Key) (Value, *Error) {
	if p.next() == '"' {
		return p.quotedAlternative(k)
	}
	at := piece{from: p.at, to: p.wordEnd()}
	if k != Free {
		if i := strings.IndexByte(p.source[at.from:at.to], ','); i >= 0 {
			at.to = at.from + i
		}
	}
	at.text = p.source[at.from:at.to]
	if at.text == "" {
		before := string(k) + ":"
		if strings.HasSuffix(p.source[:p.at], ",") {
			before = "the comma"
		}
		return Value{}, p.wrong(at, "missing value after "+before, "for example "+k.example())
	}
	p.at = at.to
	return p.value(k, at)
}

func (p *parser) quotedAlternative(k Key) (Value, *Error) {
	at, err := p.quoted()
	if err != nil {
		return Value{}, err
	}
	r, _ := utf8.DecodeRuneInString(p.source[p.at:])
	if p.at < len(p.source) && !unicode.IsSpace(r) && (k == Free || r != ',') {
		rest := piece{from: p.at, to: p.wordEnd()}
		return Value{}, p.wrong(rest, fmt.Sprintf("unexpected %q after the closing quote", p.source[rest.from:rest.to]), `separate two words with a space; write \" for a quote within quotes`)
	}
	return p.value(k, at)
}

// quoted parses a quoted text. In it, \" is a quote and \\ a backslash. Before any other character, a backslash is literal.
func (p *parser) quoted() (piece, *Error) {
	at := piece{from: p.at, quoted: true}
	var text strings.Builder
	for i := p.at + 1; i < len(p.source); i++ {
		switch c := p.source[i]; {
		case c == '"':
			p.at = i + 1
			at.to, at.text = p.at, text.String()
			return at, nil
		case c == '\\' && i+1 < len(p.source) && (p.source[i+1] == '"' || p.source[i+1] == '\\'):
			i++
			text.WriteByte(p.source[i])
		default:
			text.WriteByte(c)
		}
	}
	at.to = len(p.source)
	return at, p.wrong(at, "the closing quote is missing", `add a " at the end`)
}

package jsontext

import "bytes"

// MaxDepth is the maximum nesting depth of a text, the same as in encoding/json.
const MaxDepth = 10_000

// Kind is the kind of a token.
type Kind byte

// Kinds of tokens. Commas and colons are checked but have no tokens.
const (
	Invalid Kind = iota // the text is not JSON from here on
	End                 // the value is complete, and only white space follows
	Open                // { or [
	Close               // } or ]
	Name                // the name of an object's member
	String
	Number
	Word // true, false or null
)

// Token is a token of a text, with its kind and position.
type Token struct {
	Kind     Kind
	From, To int // offsets in the text; a name or string includes its quotes
}

// Scanner reads the tokens of a text. It copies and decodes nothing, and allocates nothing unless a text is nested more than 64 levels
// deep. The zero Scanner reads an empty text.
type Scanner struct {
	text []byte
	at   int
	next expectation
	open nesting

	expected string // what was expected at offset at; set if the text is not JSON
	tooDeep  bool   // at offset at the nesting exceeds MaxDepth
}

// expectation is the set of tokens that may come next.
type expectation byte

const (
	anyValue      expectation = iota // a value: at the start, after a name, or after a comma in a list
	firstMember                      // the first member or item of a container, or its end
	anotherMember                    // a member, after a comma
	afterValue                       // a comma or the end of the container; nothing after the outermost value
)

// NewScanner returns a Scanner for a text. A byte order mark at its start is not JSON: see WithoutMark.
func NewScanner(text []byte) Scanner { return Scanner{text: text} }

// Depth returns the number of open containers after the last token.
func (s *Scanner) Depth() int { return s.open.depth }

// Next returns the next token. After Invalid it returns Invalid again.
func (s *Scanner) Next() Token {
	if s.expected != "" || s.tooDeep {
		return Token{Kind: Invalid, From: s.at, To: s.at}
	}
	s.skipSpace()
	if s.next == afterValue {
		switch c := s.peek(); {
		case s.open.depth == 0 && s.at == len(s.text):
			return Token{Kind: End, From: s.at, To: s.at}
		case s.open.depth == 0:
			return s.fail("nothing more")
		case c == s.open.closing():
			return s.close()
		case c != ',' && s.open.isObject():
			return s.fail("a comma or }")
		case c != ',':
			return s.fail("a comma or ]")
		}
		s.at++
		s.skipSpace()
		s.next = anotherMember
	}
	if s.next == firstMember && s.peek() == s.open.closing() {
		return s.close()
	}
	if s.next != anyValue && s.open.isObject() {
		return s.name()
	}
	return s.value()
}

// Skip reads to the end of the value that the token begins, and returns the offset after it. The token must be the last one that Next
// returned. ok is false if the text is not JSON.
func (s *Scanner) Skip(t Token) (end int, ok bool) {
	if t.Kind != Open {
		return t.To, t.Kind != Invalid
	}
	for depth := s.open.depth; ; {
		switch t = s.Next(); {
		case t.Kind == Invalid:
			return t.To, false
		case t.Kind == Close && s.open.depth < depth:
			return t.To, true
		}
	}
}

func (s *Scanner) value() Token {
	s.next = afterValue
	switch c := s.peek(); {
	case c == '{' || c == '[':
		if s.open.depth == MaxDepth {
			s.tooDeep = true
			return Token{Kind: Invalid, From: s.at, To: s.at}
		}
		s.open.push(c)
		s.next = firstMember
		return s.take(Open, s.at+1)
	case c == '"':
		return s.string(String)
	case c == '-' || isDigit(c):
		return s.number()
	case c == 't':
		return s.word("true")
	case c == 'f':
		return s.word("false")
	case c == 'n':
		return s.word("null")
	default:
		return s.fail("a value")
	}
}

func (s *Scanner) close() Token {
	s.open.pop()
	s.next = afterValue
	return s.take(Close, s.at+1)
}

// name reads the name of a member and the colon after it.
func (s *Scanner) name() Token {
	if s.peek() != '"' {
		if s.next == firstMember {
			return s.fail("a name in double quotes or }")
		}
		return s.fail("a name in double quotes")
	}
	t := s.string(Name)
	if t.Kind == Invalid {
		return t
	}
	s.skipSpace()
	if s.peek() != ':' {
		return s.fail("a colon")
	}
	s.at++
	s.next = anyValue
	return t
}

func (s *Scanner) word(word string) Token {
	if !bytes.HasPrefix(s.text[s.at:], []byte(word)) {
		return s.fail(word)
	}
	return s.take(Word, s.at+len(word))
}

func (s *Scanner) take(kind Kind, end int) Token {
	t := Token{kind, s.at, end}
	s.at = end
	return t
}

func (s *Scanner) fail(expected string) Token {
	s.expected = expected
	return Token{Kind: Invalid, From: s.at, To: s.at}
}

// failAt moves to the offset of an error.
func (s *Scanner) failAt(at int, expected string) Token {
	s.at = at
	return s.fail(expected)
}

func (s *Scanner) skipSpace() { s.at = skipSpace(s.text, s.at) }

// peek returns the next byte, or 0 at the end: outside of strings, 0 is as invalid as the end.
func (s *Scanner) peek() byte { return s.byteAt(s.at) }

func (s *Scanner) byteAt(i int) byte {
	if i < len(s.text) {
		return s.text[i]
	}
	return 0
}

// skipSpace returns the offset after the white space at an offset.
func skipSpace(text []byte, at int) int {
	for at < len(text) && (text[at] == ' ' || text[at] == '\n' || text[at] == '\r' || text[at] == '\t') {
		at++
	}
	return at
}

// nesting is a stack with one bit for each open container: whether it is an object.
type nesting struct {
	depth int
	top   uint64   // the innermost 64, the last one lowest
	below []uint64 // those further out, 64 each
}

func (n *nesting) push(opening byte) {
	if n.depth > 0 && n.depth%64 == 0 {
		n.below = append(n.below, n.top)
	}
	n.top <<= 1
	if opening == '{' {
		n.top |= 1
	}
	n.depth++
}

func (n *nesting) pop() {
	n.top >>= 1
	n.depth--
	if last := len(n.below) - 1; n.depth > 0 && n.depth%64 == 0 {
		n.top, n.below = n.below[last], n.below[:last]
	}
}

func (n *nesting) isObject() bool { return n.depth > 0 && n.top&1 == 1 }

func (n *nesting) closing() byte {
	if n.isObject() {
		return '}'
	}
	return ']'
}

package display

// maxDepth is how deep JSON may nest here. Deeper is taken for no JSON; nothing that a person reads comes near.
const maxDepth = 1000

// tokenKind is what a piece of JSON is.
type tokenKind byte

const (
	tokenBad tokenKind = iota // no JSON; the scanner stays there
	tokenEnd                  // the value is complete, and nothing follows
	tokenOpen
	tokenClose
	tokenKey    // the string before a colon
	tokenString // any other string
	tokenNumber
	tokenWord // true, false, null
)

// token is one piece, as written: a string with its quotes and escapes. It lies in the scanner's data.
type token struct {
	kind tokenKind
	text []byte
}

// scanner walks JSON (RFC 8259) in one pass, without decoding or copying anything. It accepts what encoding/json does, up to
// maxDepth; commas and colons are checked and left out.
type scanner struct {
	data  []byte
	pos   int
	due   due
	depth int
	// whether each container that is open is an object, a bit each, so that nothing is allocated
	objects [(maxDepth + 63) / 64]uint64
}

// due is what may come next.
type due byte

const (
	dueValue  due = iota // a value: at the start, and behind a key
	dueFirst             // the first member of a container, or its end
	dueMember            // a member, behind a comma
	dueAfter             // a comma or the end of the container; at the top, the end
)

// next returns the next piece.
func (s *scanner) next() token {
	s.skipSpace()
	if s.due == dueAfter {
		switch {
		case s.depth == 0 && s.pos == len(s.data):
			return token{kind: tokenEnd}
		case s.depth == 0:
			return s.bad()
		case s.peek() == s.closer():
			return s.close()
		case s.peek() != ',':
			return s.bad()
		}
		s.pos++
		s.skipSpace()
		s.due = dueMember
	}
	if s.due == dueFirst && s.peek() == s.closer() {
		return s.close()
	}
	if s.due != dueValue && s.inObject() {
		return s.key()
	}
	return s.value()
}

// bad ends the walk: from here every piece is bad.
func (s *scanner) bad() token {
	s.data, s.pos, s.due, s.depth = nil, 0, dueValue, 0
	return token{kind: tokenBad}
}

func (s *scanner) key() token {
	t := s.string(tokenKey)
	if t.kind == tokenBad {
		return t
	}
	s.skipSpace()
	if s.peek() != ':' {
		return s.bad()
	}
	s.pos++
	s.due = dueValue
	return t
}

func (s *scanner) value() token {
	s.due = dueAfter
	switch c := s.peek(); {
	case c == '{' || c == '[':
		return s.open(c)
	case c == '"':
		return s.string(tokenString)
	case c == '-' || c >= '0' && c <= '9':
		return s.number()
	case c == 't':
		return s.word("true")
	case c == 'f':
		return s.word("false")
	case c == 'n':
		return s.word("null")
	default:
		return s.bad()
	}
}

func (s *scanner) open(bracket byte) token {
	if s.depth == maxDepth {
		return s.bad()
	}
	word, bit := s.depth/64, uint64(1)<<(s.depth%64)
	s.objects[word] &^= bit
	if bracket == '{' {
		s.objects[word] |= bit
	}
	s.depth++
	s.due = dueFirst
	return s.take(tokenOpen, s.pos+1)
}

func (s *scanner) close() token {
	s.depth--
	s.due = dueAfter
	return s.take(tokenClose, s.pos+1)
}

func (s *scanner) inObject() bool {
	return s.depth > 0 && s.objects[(s.depth-1)/64]&(1<<((s.depth-1)%64)) != 0
}

func (s *scanner) closer() byte {
	if s.inObject() {
		return '}'
	}
	return ']'
}

func (s *scanner) string(kind tokenKind) token {
	if s.peek() != '"' {
		return s.bad()
	}
	for i := s.pos + 1; i < len(s.data); i++ {
		switch c := s.data[i]; {
		case c == '"':
			return s.take(kind, i+1)
		case c < ' ':
			return s.bad()
		case c == '\\':
			n := escape(s.data[i:])
			if n == 0 {
				return s.bad()
			}
			i += n - 1
		}
	}
	return s.bad()
}

// escape returns how long the escape at the beginning of b is; 0 where there is none.
func escape(b []byte) int {
	if len(b) < 2 {
		return 0
	}
	switch b[1] {
	case '"', '\\', '/', 'b', 'f', 'n', 'r', 't':
		return 2
	case 'u':
		const length = len(`\u0000`)
		for i := 2; i < length; i++ {
			if i >= len(b) || !isHex(b[i]) {
				return 0
			}
		}
		return length
	default:
		return 0
	}
}

func (s *scanner) number() token {
	i := s.pos
	if s.at(i) == '-' {
		i++
	}
	whole := s.digits(i)
	if whole == i || whole > i+1 && s.data[i] == '0' {
		return s.bad()
	}
	i = whole
	if s.at(i) == '.' {
		fraction := s.digits(i + 1)
		if fraction == i+1 {
			return s.bad()
		}
		i = fraction
	}
	if c := s.at(i); c == 'e' || c == 'E' {
		i++
		if c := s.at(i); c == '+' || c == '-' {
			i++
		}
		exponent := s.digits(i)
		if exponent == i {
			return s.bad()
		}
		i = exponent
	}
	return s.take(tokenNumber, i)
}

// digits returns where the digits that begin at i end.
func (s *scanner) digits(i int) int {
	for c := s.at(i); c >= '0' && c <= '9'; c = s.at(i) {
		i++
	}
	return i
}

func (s *scanner) word(w string) token {
	end := s.pos + len(w)
	if end > len(s.data) || string(s.data[s.pos:end]) != w {
		return s.bad()
	}
	return s.take(tokenWord, end)
}

func (s *scanner) take(kind tokenKind, end int) token {
	t := token{kind, s.data[s.pos:end]}
	s.pos = end
	return t
}

func (s *scanner) skipSpace() {
	for c := s.peek(); c == ' ' || c == '\n' || c == '\r' || c == '\t'; c = s.peek() {
		s.pos++
	}
}

func (s *scanner) peek() byte { return s.at(s.pos) }

// at returns the byte at i, and 0, which no JSON has outside of a string, behind the end.
func (s *scanner) at(i int) byte {
	if i >= len(s.data) {
		return 0
	}
	return s.data[i]
}

func isHex(c byte) bool {
	return c >= '0' && c <= '9' || c >= 'a' && c <= 'f' || c >= 'A' && c <= 'F'
}

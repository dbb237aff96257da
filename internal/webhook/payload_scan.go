package webhook

// maxDepth is how deep a payload may be nested: as deep as encoding/json reads.
const maxDepth = 10_000

// scanner reads JSON (RFC 8259) and keeps nothing of it: it says whether it is well formed, and if not, where it stops being so.
// encoding/json would do, but says neither what it expected nor where a person would look for it.
type scanner struct {
	text     []byte
	at       int
	expected string // what should have been at at; empty while all is well
	tooDeep  bool   // at is where the nesting went beyond maxDepth

	event     []byte // the value of the outermost object's last "event", as written
	eventFrom int    // where the value of an "event" begins that is being read; else 0
}

// document reads one value with nothing but white space around it.
func (s *scanner) document() bool { return s.documentWithin(0) }

// documentWithin reads a document that will stand within depth other values.
func (s *scanner) documentWithin(depth int) bool {
	s.space()
	if !s.value(depth) {
		return false
	}
	s.space()
	return s.at == len(s.text) || s.fail("nothing more")
}

// value reads one value that will stand within depth others. It does not call itself: what a stranger nests deeply would else take
// many times its size in stack.
func (s *scanner) value(depth int) bool {
	var open nesting
	for {
		switch c := s.peek(); c {
		case '{', '[':
			if depth+open.depth == maxDepth {
				s.tooDeep = true
				return false
			}
			open.push(c)
			s.at++
			s.space()
			if s.peek() == closing(c) {
				break
			}
			if c == '{' && !s.name(open.depth, "a name in double quotes or }") {
				return false
			}
			continue
		default:
			if !s.scalar(c) {
				return false
			}
		}
		if !s.next(&open) {
			return false
		}
		if open.depth == 0 {
			return true
		}
	}
}

// next stands behind a value, or in a container that is empty: it closes what closes here and goes to where the next value begins,
// if one does.
func (s *scanner) next(open *nesting) bool {
	for open.depth > 0 {
		if open.depth == 1 && s.eventFrom > 0 {
			s.event, s.eventFrom = s.text[s.eventFrom:s.at], 0
		}
		s.space()
		isObject := open.isObject()
		switch c := s.peek(); {
		case isObject && c == '}', !isObject && c == ']':
			s.at++
			open.pop()
		case isObject && c == ',':
			s.at++
			s.space()
			return s.name(open.depth, "a name in double quotes")
		case c == ',':
			s.at++
			s.space()
			return true
		case isObject:
			return s.fail("a comma or }")
		default:
			return s.fail("a comma or ]")
		}
	}
	return true
}

// name reads a member's name, and goes to where its value begins.
func (s *scanner) name(depth int, expected string) bool {
	if s.peek() != '"' {
		return s.fail(expected)
	}
	from := s.at
	if !s.string() {
		return false
	}
	isEvent := depth == 1 && isEventName(s.text[from:s.at])
	s.space()
	if s.peek() != ':' {
		return s.fail("a colon")
	}
	s.at++
	s.space()
	if isEvent {
		s.eventFrom = s.at
	}
	return true
}

func (s *scanner) scalar(first byte) bool {
	switch {
	case first == '"':
		return s.string()
	case first == '-' || isDigit(first):
		return s.number()
	case first == 't':
		return s.word("true")
	case first == 'f':
		return s.word("false")
	case first == 'n':
		return s.word("null")
	default:
		return s.fail("a value")
	}
}

func (s *scanner) word(word string) bool {
	if len(s.text)-s.at < len(word) || string(s.text[s.at:s.at+len(word)]) != word {
		return s.fail(word)
	}
	s.at += len(word)
	return true
}

// space steps over white space.
func (s *scanner) space() { s.at = skipSpace(s.text, s.at) }

// step steps over one byte, and is true for the sake of those that end with it.
func (s *scanner) step() bool {
	s.at++
	return true
}

// peek is the next byte, or 0 at the end: where 0 is in the text it is as wrong as its end.
func (s *scanner) peek() byte {
	if s.at < len(s.text) {
		return s.text[s.at]
	}
	return 0
}

func (s *scanner) fail(expected string) bool {
	s.expected = expected
	return false
}

// nesting is a stack of brackets, a bit for each: whether it is an object's.
type nesting struct {
	depth int
	top   uint64   // the innermost, the last one lowest
	below []uint64 // those further out, 64 each: allocated only for what nobody sends by chance
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

func (n *nesting) isObject() bool { return n.top&1 == 1 }

// closing is the bracket that closes what the other opens.
func closing(opening byte) byte { return opening + 2 }

// skipSpace returns where the white space from at on ends.
func skipSpace(text []byte, at int) int {
	for at < len(text) && (text[at] == ' ' || text[at] == '\n' || text[at] == '\r' || text[at] == '\t') {
		at++
	}
	return at
}

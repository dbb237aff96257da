package webhook

// string reads a string. Bytes that are no UTF-8 pass, as they do in encoding/json.
func (s *scanner) string() bool {
	for i := s.at + 1; i < len(s.text); i++ {
		switch c := s.text[i]; {
		case c == '"':
			s.at = i + 1
			return true
		case c == '\\':
			s.at = i
			if !s.escape() {
				return false
			}
			i = s.at - 1
		case c == '\n' || c == '\r':
			s.at = i
			return s.fail(`a closing " before the end of the line`)
		case c < ' ':
			s.at = i
			return s.fail(`\t or \u00xx for a tab or another control character`)
		}
	}
	s.at = len(s.text)
	return s.fail(`a closing "`)
}

// escape reads a backslash and what it escapes.
func (s *scanner) escape() bool {
	s.at++
	switch s.peek() {
	case '"', '\\', '/', 'b', 'f', 'n', 'r', 't':
		return s.step()
	case 'u':
		s.at++
		for range 4 {
			if !isHex(s.peek()) {
				return s.fail(`four hex digits after \u`)
			}
			s.at++
		}
		return true
	default:
		return s.fail(`one of " \ / b f n r t u after the backslash`)
	}
}

// number reads a number: no plus in front, no zero in front of other digits, a digit on each side of the point.
func (s *scanner) number() bool {
	if s.peek() == '-' {
		s.at++
	}
	if s.peek() == '0' {
		s.at++
	} else if !s.digits() {
		return false
	}
	if s.peek() == '.' {
		s.at++
		if !s.digits() {
			return false
		}
	}
	if s.peek() != 'e' && s.peek() != 'E' {
		return true
	}
	s.at++
	if s.peek() == '+' || s.peek() == '-' {
		s.at++
	}
	return s.digits()
}

// digits reads one digit or more.
func (s *scanner) digits() bool {
	if !isDigit(s.peek()) {
		return s.fail("a digit")
	}
	for isDigit(s.peek()) {
		s.at++
	}
	return true
}

func isDigit(c byte) bool { return '0' <= c && c <= '9' }

func isHex(c byte) bool { return isDigit(c) || 'a' <= c && c <= 'f' || 'A' <= c && c <= 'F' }

// kind is what a JSON value is, in words that fit behind "is".
type kind string

const (
	kindObject kind = "an object"
	kindList   kind = "a list"
	kindString kind = "a string"
	kindNumber kind = "a number"
	kindBool   kind = "a boolean"
	kindNull   kind = "null"
)

// kindOf tells the kind of a value by its first byte.
func kindOf(first byte) kind {
	switch first {
	case '{':
		return kindObject
	case '[':
		return kindList
	case '"':
		return kindString
	case 't', 'f':
		return kindBool
	case 'n':
		return kindNull
	default:
		return kindNumber
	}
}

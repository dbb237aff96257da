package jsontext

import "iter"

// Span is a range of bytes in a text.
type Span struct{ From, To int }

// Of returns the bytes of the range.
func (s Span) Of(text []byte) []byte { return text[s.From:s.To] }

// Element is a member of an object or an item of a list.
type Element struct {
	Name  Span // as written, with quotes; empty in a list
	Value Span
}

// whole returns the range of the element with its name.
func (e Element) whole() Span {
	if e.Name.To > 0 {
		return Span{e.Name.From, e.Value.To}
	}
	return e.Value
}

// Elements yields the numbered elements of the object or list that begins at an offset of a valid text. A scalar has no elements.
func Elements(text []byte, container int) iter.Seq2[int, Element] {
	return func(yield func(int, Element) bool) {
		s := Scanner{text: text, at: container}
		if s.Next().Kind != Open {
			return
		}
		for n := 0; ; n++ {
			var e Element
			t := s.Next()
			if t.Kind == Name {
				e.Name = Span{t.From, t.To}
				t = s.Next()
			}
			if t.Kind == Close || t.Kind == Invalid {
				return
			}
			e.Value.From = t.From
			e.Value.To, _ = s.Skip(t)
			if !yield(n, e) {
				return
			}
		}
	}
}

// kindOf names the kind of the value that begins with a byte, in words that follow "is".
func kindOf(first byte) string {
	switch first {
	case '{':
		return "an object"
	case '[':
		return "a list"
	case '"':
		return "a string"
	case 't', 'f':
		return "a boolean"
	case 'n':
		return "null"
	default:
		return "a number"
	}
}

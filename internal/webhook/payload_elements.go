package webhook

import (
	"bytes"
	"fmt"
	"iter"
)

// span is a part of a text.
type span struct{ from, to int }

// element is a member of an object or an element of a list.
type element struct {
	key   span // the name as written, quotes included; empty in a list
	value span
}

// whole is the element with its name.
func (e element) whole() span {
	if e.key.to > 0 {
		return span{e.key.from, e.value.to}
	}
	return e.value
}

// elements yields the elements of the object or list that begins at a byte of a text known to be valid, with their numbers. A
// scalar has none.
func elements(text []byte, container int) iter.Seq2[int, element] {
	return func(yield func(int, element) bool) {
		first := text[container]
		if first != '{' && first != '[' {
			return
		}
		s := scanner{text: text, at: container + 1}
		for n := 0; ; n++ {
			s.space()
			if c := s.peek(); c == '}' || c == ']' {
				return
			}
			var e element
			if first == '{' {
				e.key.from = s.at
				s.string()
				e.key.to = s.at
				s.space()
				s.at++ // the colon
				s.space()
			}
			e.value.from = s.at
			s.value(0)
			e.value.to = s.at
			if !yield(n, e) {
				return
			}
			if s.space(); s.peek() == ',' {
				s.at++
			}
		}
	}
}

// child is what a step leads to from a container.
type child struct {
	element
	found   bool
	count   int    // how many elements the container has; counted in a list only
	problem string // why a container of this kind has no such child, without the container's name
}

// childOf follows one step into a value. Of a name that is there twice it finds the last.
func childOf(text []byte, in span, to step) child {
	switch kind := kindOf(text[in.from]); kind {
	case kindObject:
		return memberOf(text, in, to)
	case kindList:
		return itemOf(text, in, to)
	default:
		return child{problem: fmt.Sprintf("is %s, with nothing below it", kind)}
	}
}

func memberOf(text []byte, in span, to step) child {
	if to.name == nil {
		return child{problem: "is an object, not a list"}
	}
	var c child
	for _, e := range elements(text, in.from) {
		if isName(text, e, to.name) {
			c.element, c.found = e, true
		}
	}
	return c
}

func itemOf(text []byte, in span, to step) child {
	if to.index < 0 {
		return child{problem: "is a list, whose elements have numbers"}
	}
	var c child
	for n, e := range elements(text, in.from) {
		if n == to.index {
			c.element, c.found = e, true
		}
		c.count = n + 1
	}
	if to.index > c.count {
		c.problem = fmt.Sprintf("has %d elements, numbered from 0", c.count)
		if c.count == 1 {
			c.problem = "has 1 element, numbered 0"
		}
	}
	return c
}

// isName reports whether an element has the name that JSON.stringify writes as quoted, however it is written here.
func isName(text []byte, e element, quoted []byte) bool {
	key := text[e.key.from:e.key.to]
	return bytes.Equal(key, quoted) || bytes.Equal(appendRequoted(nil, key), quoted)
}

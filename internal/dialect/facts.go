package dialect

import (
	"bytes"
	"math"
	"slices"
	"strconv"
	"unicode/utf8"
)

// facts is what a text has that styles treat differently. Two styles that differ only in what the text does not have write the same,
// and are made once.
type facts struct {
	spaced     bool // white space between values
	nested     bool // a container with something in it, so that a layout shows
	empty      bool // a container with nothing in it
	rewritten  bool // a string that would be written otherwise, though nothing is escaped that need not be
	text       Text // what of the sets of escapes there is
	unsorted   bool // an object whose names are not in order
	indexed    bool // an object with an array index for a name
	indices    bool // an object with array indices that do not come first
	twice      bool // an object with a name twice
	listLike   bool // an object that PHP makes a list of
	numbers    [numberWays]bool
	unwritable [numberWays]bool // a number that has no form there
	example    [numberWays][2]string
}

// look finds the facts.
func (d *Document) look() {
	var members []member
	changes := newNumberFacts()
	for i, n := range d.nodes {
		switch d.kind(n) {
		case '0':
			changes.add(&d.facts, d.raw(n))
		case '"':
			d.lookAtString(d.raw(n))
		case '[':
			d.lookInto(i)
		case '{':
			d.lookInto(i)
			members = d.members(members[:0], i)
			d.lookAtNames(members)
		}
	}
}

func (d *Document) lookInto(i int) {
	if int(d.nodes[i].next) > i+1 {
		d.facts.nested = true
		return
	}
	d.facts.empty = true
}

func (d *Document) lookAtString(literal []byte) {
	at := 1
	for ; at < len(literal)-1; at++ { // most strings are nothing but such
		if c := literal[at]; c >= utf8.RuneSelf || c == '\\' || c == '/' || c == 0x7f || c == '<' || c == '>' || c == '&' {
			break
		}
	}
	for at < len(literal)-1 {
		r, size := decode(literal[at:])
		d.facts.text |= escapesOf(r)
		if literal[at] == '\\' && !d.facts.rewritten {
			d.facts.rewritten = !bytes.Equal(appendRune(nil, r, Plain), literal[at:at+size])
		}
		if r == utf8.RuneError && size == 1 {
			d.facts.rewritten = true // no UTF-8
		}
		at += size
	}
}

// escapesOf is which sets of escapes a character is in.
func escapesOf(r rune) Text {
	switch {
	case r == '/':
		return EscapeSlash
	case r == '<' || r == '>' || r == '&':
		return EscapeHTML
	case r == 0x7f:
		return EscapeDelete
	case r == '\u2028' || r == '\u2029':
		return EscapeLines | EscapeNonASCII
	case isHalf(r):
		return ReplaceHalves
	case r >= utf8.RuneSelf:
		return EscapeNonASCII
	default:
		return 0
	}
}

func (d *Document) lookAtNames(members []member) {
	d.facts.listLike = d.facts.listLike || d.isListLike(members)
	if !d.facts.unsorted {
		d.facts.unsorted = !slices.IsSortedFunc(members, d.byName)
	}
	if !d.facts.indices {
		d.facts.indices = !slices.IsSortedFunc(members, d.byIndex)
	}
	if !d.facts.indexed {
		d.facts.indexed = slices.ContainsFunc(members, func(m member) bool { return indexOf(d.name(m)) != math.MaxInt64 })
	}
	if !d.facts.twice {
		d.facts.twice = d.hasTwice(members)
	}
}

// isListLike reports whether the names are 0, 1, 2 and so on, or there is none.
func (d *Document) isListLike(members []member) bool {
	for i, m := range members {
		if string(d.name(m)) != strconv.Itoa(i) {
			return false
		}
	}
	return true
}

// numberFacts finds out in which ways a text's numbers change.
type numberFacts struct{ scratch []byte }

func newNumberFacts() *numberFacts { return &numberFacts{make([]byte, 0, 64)} }

// add looks at one number. One that is found to change in a way need not be looked for again.
func (n *numberFacts) add(f *facts, literal []byte) {
	if isSteady(literal) {
		return
	}
	for way := NumbersNode; way < numberWays; way++ {
		if f.numbers[way] && f.unwritable[way] {
			continue
		}
		written, ok := appendNumber(n.scratch[:0], literal, way)
		if !ok {
			f.unwritable[way] = true
			continue
		}
		if !f.numbers[way] && !bytes.Equal(written, literal) {
			f.numbers[way] = true
			f.example[way] = [2]string{string(literal), string(written)}
		}
	}
}

// isSteady reports whether a number looks the same in every way, at a glance: few digits, no exponent, nothing to take off.
func isSteady(literal []byte) bool {
	if len(literal) > 15 || literal[0] == '-' {
		return false
	}
	point := bytes.IndexByte(literal, '.')
	switch {
	case bytes.ContainsAny(literal, "eE"):
		return false
	case point < 0:
		return true
	case literal[0] == '0' && len(literal) > 4 && literal[2] == '0' && literal[3] == '0' && literal[4] == '0':
		return false // small enough for an exponent
	default:
		return literal[len(literal)-1] != '0'
	}
}

package jsontext

import (
	"bytes"
	"math"
	"slices"
	"strconv"
	"unicode/utf8"
)

// facts is the set of features in a text that styles write differently. Two styles that differ only in features that the text does not
// have produce the same output, so only one of them is tried.
type facts struct {
	spaced     bool // white space between values
	nested     bool // a container with contents, in which layouts differ
	empty      bool // an empty container
	rewritten  bool // a string with an escape sequence that a writer without optional escapes would change
	text       Text // the optional escapes that apply to some character
	unsorted   bool // an object with unsorted names
	indexed    bool // an object with an array index as a name
	indices    bool // an object with array indices that do not come first
	duplicates bool // an object with a duplicate name
	listLike   bool // an object that PHP turns into a list
	numbers    [numberFormats]bool
	unwritable [numberFormats]bool // a number that the language cannot write
	example    [numberFormats][2]string
}

func (d *Document) findFacts() {
	var members []member
	changes := newNumberFacts()
	for i, n := range d.nodes {
		switch d.kind(n) {
		case '0':
			changes.add(&d.facts, d.raw(n))
		case '"':
			d.findStringFacts(d.raw(n))
		case '[':
			d.findContainerFacts(i)
		case '{':
			d.findContainerFacts(i)
			members = d.members(members[:0], i)
			d.findNameFacts(members)
		}
	}
}

func (d *Document) findContainerFacts(i int) {
	if int(d.nodes[i].next) > i+1 {
		d.facts.nested = true
		return
	}
	d.facts.empty = true
}

func (d *Document) findStringFacts(literal []byte) {
	at := 1
	for ; at < len(literal)-1; at++ { // most strings have no such character
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
			d.facts.rewritten = true // not UTF-8
		}
		at += size
	}
}

// escapesOf returns the optional escapes that apply to a character.
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
	case isSurrogate(r):
		return ReplaceLoneSurrogates
	case r >= utf8.RuneSelf:
		return EscapeNonASCII
	default:
		return 0
	}
}

func (d *Document) findNameFacts(members []member) {
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
	if !d.facts.duplicates {
		d.facts.duplicates = d.hasDuplicates(members)
	}
}

// isListLike reports whether the names are 0, 1, 2 and so on, or there are none.
func (d *Document) isListLike(members []member) bool {
	for i, m := range members {
		if string(d.name(m)) != strconv.Itoa(i) {
			return false
		}
	}
	return true
}

// numberFacts finds the formats in which a text's numbers change.
type numberFacts struct{ scratch []byte }

func newNumberFacts() *numberFacts { return &numberFacts{make([]byte, 0, 64)} }

// add checks one number against the formats in which no number has changed so far.
func (n *numberFacts) add(f *facts, literal []byte) {
	if formatsIdentically(literal) {
		return
	}
	for format := NumbersNode; format < numberFormats; format++ {
		if f.numbers[format] && f.unwritable[format] {
			continue
		}
		written, ok := appendNumber(n.scratch[:0], literal, format)
		if !ok {
			f.unwritable[format] = true
			continue
		}
		if !f.numbers[format] && !bytes.Equal(written, literal) {
			f.numbers[format] = true
			f.example[format] = [2]string{string(literal), string(written)}
		}
	}
}

// formatsIdentically reports whether it is obvious that every format writes a number the same: few digits, no exponent, no trailing zero.
func formatsIdentically(literal []byte) bool {
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

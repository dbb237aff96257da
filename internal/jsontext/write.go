package jsontext

import (
	"errors"
	"io"
)

// errUnwritable indicates that a language cannot write a number of the text.
var errUnwritable = errors.New("the language cannot write a number of the text")

// chunk is the size of the writes, in bytes.
const chunk = 32 << 10

// WriteTo writes the text in a style. It stops at the first error of w, so w can stop it early.
func (d *Document) WriteTo(w io.Writer, s Style) error {
	o := &writing{d: d, s: d.normalize(s), w: w, buf: make([]byte, 0, min(chunk, 2*len(d.text))+1<<10)}
	o.value(0, 0)
	o.buf = append(o.buf, s.Ending...)
	o.flush()
	return o.err
}

// writing is the state of WriteTo.
type writing struct {
	d       *Document
	s       Style
	w       io.Writer
	buf     []byte
	members []member // a stack with the members of each open object
	err     error
}

func (o *writing) flush() {
	if o.err == nil && len(o.buf) > 0 {
		_, o.err = o.w.Write(o.buf)
	}
	o.buf = o.buf[:0]
}

// value writes the node at i, which is nested in depth containers.
func (o *writing) value(i uint32, depth int) {
	if len(o.buf) >= chunk {
		o.flush()
	}
	if o.err != nil {
		return
	}
	switch n := o.d.nodes[i]; o.d.kind(n) {
	case '{':
		o.object(i, depth)
	case '[':
		o.list(i, depth)
	case '"':
		o.buf = appendText(o.buf, o.d.raw(n), o.s.Text)
	case '0':
		o.number(o.d.raw(n))
	default:
		o.buf = append(o.buf, o.d.raw(n)...)
	}
}

func (o *writing) number(literal []byte) {
	if formatsIdentically(literal) {
		o.buf = append(o.buf, literal...)
		return
	}
	var ok bool
	if o.buf, ok = appendNumber(o.buf, literal, o.s.Numbers); !ok {
		o.err = errUnwritable
	}
}

func (o *writing) list(i uint32, depth int) {
	n := o.d.nodes[i]
	o.buf = append(o.buf, '[')
	for at := i + 1; at < n.next; at = o.d.nodes[at].next {
		o.between(at > i+1, depth+1)
		o.value(at, depth+1)
	}
	o.close(']', n.next > i+1, depth)
}

func (o *writing) object(i uint32, depth int) {
	from := len(o.members)
	o.members = append(o.members[:from], o.d.arranged(o.members[from:from], int(i), o.s)...)
	to := len(o.members)
	isList := o.s.Lists == ObjectsAsLists && o.d.isListLike(o.members[from:to])
	opening, closing := byte('{'), byte('}')
	if isList {
		opening, closing = '[', ']'
	}
	o.buf = append(o.buf, opening)
	for at := from; at < to && o.err == nil; at++ {
		m := o.members[at]
		o.between(at > from, depth+1)
		if !isList {
			o.buf = append(appendText(o.buf, o.d.raw(o.d.nodes[m.name]), o.s.Text), ':')
			if o.s.Layout != Compact {
				o.buf = append(o.buf, ' ')
			}
		}
		o.value(m.value, depth+1)
	}
	o.close(closing, to > from, depth)
	o.members = o.members[:from]
}

// between writes the separator in front of a value.
//
//nolint:revive // whether the value is the first is data, not a mode
func (o *writing) between(another bool, depth int) {
	if another {
		o.buf = append(o.buf, ',')
	}
	if o.s.Layout == Spaced && another {
		o.buf = append(o.buf, ' ')
	}
	o.line(depth)
}

// close writes a closing bracket, on a separate line unless the container is empty.
//
//nolint:revive // whether the container is empty is data, not a mode
func (o *writing) close(bracket byte, full bool, depth int) {
	if !full && bracket == ']' && o.s.Layout == IndentedRuby {
		o.buf = append(o.buf, '\n')
	}
	if full || o.s.Layout == IndentedRuby {
		o.line(depth)
	}
	o.buf = append(o.buf, bracket)
}

// line begins a new line, if the layout has lines.
func (o *writing) line(depth int) {
	step := o.s.Layout.step()
	if step == "" {
		return
	}
	o.buf = append(o.buf, '\n')
	for range depth {
		if len(o.buf) >= chunk {
			o.flush()
		}
		o.buf = append(o.buf, step...)
	}
}

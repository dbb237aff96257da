package jsontext

import (
	"bytes"
	"errors"
)

// Errors of Read.
var (
	ErrNotJSON = errors.New("it is not JSON")
	ErrTooMany = errors.New("it has too many values")
)

// maxNodes limits the index to 24 MiB. A text of 10 MiB comes near it only if its names and values take five bytes each.
const maxNodes = 2 << 20

// Document is a JSON text and an index of its values.
type Document struct {
	text  []byte
	nodes []node
	facts facts
}

// node is a value or a member's name, which precedes its value. The contents of a container follow it.
type node struct {
	from, to uint32 // in the text
	next     uint32 // index of the node after this one and its contents
}

// kind is the first byte of a value, or '0' for every number.
func (d *Document) kind(n node) byte {
	c := d.text[n.from]
	if c == '-' || isDigit(c) {
		return '0'
	}
	return c
}

// Read indexes a JSON text. The text must not change while the document is in use. The error is ErrNotJSON or ErrTooMany.
func Read(text []byte) (*Document, error) {
	if int64(len(text)) > 1<<31 {
		return nil, ErrNotJSON
	}
	d := &Document{text: text, nodes: make([]node, 0, min(mostValues(text), maxNodes))}
	if err := d.index(); err != nil {
		return nil, err
	}
	d.findFacts()
	return d, nil
}

// mostValues returns an upper bound for the number of values in a text: one, plus one for each comma, colon and opening bracket.
func mostValues(text []byte) int {
	n := 1
	for _, c := range []string{",", ":", "[", "{"} {
		n += bytes.Count(text, []byte(c))
	}
	return n
}

// index reads the text and fills nodes.
func (d *Document) index() error {
	var open []uint32
	s, end := NewScanner(d.text), 0
	for {
		t := s.Next()
		// Between two tokens there is at most one comma or colon; anything more is white space.
		between := d.text[end:t.From]
		if len(between) > 1 || len(between) == 1 && between[0] != ',' && between[0] != ':' {
			d.facts.spaced = true
		}
		end = t.To
		switch t.Kind {
		case Invalid:
			return ErrNotJSON
		case End:
			return nil
		case Close:
			last := open[len(open)-1]
			open = open[:len(open)-1]
			d.nodes[last].to, d.nodes[last].next = uint32(t.To), uint32(len(d.nodes)) // Read limits both
			continue
		}
		if len(d.nodes) == maxNodes {
			return ErrTooMany
		}
		n := node{from: uint32(t.From), to: uint32(t.To), next: uint32(len(d.nodes)) + 1} // Read limits both
		if t.Kind == Open {
			open = append(open, n.next-1)
		}
		d.nodes = append(d.nodes, n)
	}
}

// raw returns a node as written.
func (d *Document) raw(n node) []byte { return d.text[n.from:n.to] }

// Len returns the length of the text.
func (d *Document) Len() int { return len(d.text) }

package dialect

import (
	"bytes"
	"encoding/json"
	"errors"
)

// Reasons why a text can't be written again.
var (
	ErrNotJSON = errors.New("it is not JSON")
	ErrTooMany = errors.New("it holds too many values")
)

// maxNodes bounds the index to 24 MiB. A text of 10 MiB comes near it only if its names and values take five bytes each.
const maxNodes = 2 << 20

// Document is a JSON text and an index of its values.
type Document struct {
	text  []byte
	nodes []node
	facts facts
}

// node is a value, or a member's name, which stands before its value. A container's nodes follow it.
type node struct {
	from, to uint32 // in the text
	next     uint32 // the node behind this one and all within it
}

// kind is the first byte of a value, or '0' for every number.
func (d *Document) kind(n node) byte {
	c := d.text[n.from]
	if c == '-' || c >= '0' && c <= '9' {
		return '0'
	}
	return c
}

// Read makes the index of a JSON text. The text must not change while the document is in use.
func Read(text []byte) (*Document, error) {
	if int64(len(text)) > 1<<31 || !json.Valid(text) { // no deeper than encoding/json reads, 10,000 levels
		return nil, ErrNotJSON
	}
	d := &Document{text: text, nodes: make([]node, 0, min(mostValues(text), maxNodes))}
	if err := d.index(); err != nil {
		return nil, err
	}
	d.look()
	return d, nil
}

// mostValues is how many values a text holds at most: one, and one more for each comma, colon and opening bracket.
func mostValues(text []byte) int {
	n := 1
	for _, c := range []string{",", ":", "[", "{"} {
		n += bytes.Count(text, []byte(c))
	}
	return n
}

// index goes through a text that is known to be valid.
func (d *Document) index() error {
	var open []uint32
	for at := uint32(0); int(at) < len(d.text); {
		switch c := d.text[at]; c {
		case ' ', '\n', '\r', '\t':
			d.facts.spaced = true
			at++
		case ',', ':':
			at++
		case ']', '}':
			last := open[len(open)-1]
			open = open[:len(open)-1]
			at++
			d.nodes[last].to, d.nodes[last].next = at, uint32(len(d.nodes)) //nolint:gosec // bounded by maxNodes
		default:
			if len(d.nodes) == maxNodes {
				return ErrTooMany
			}
			n := node{from: at, next: uint32(len(d.nodes)) + 1} //nolint:gosec // bounded by maxNodes
			if c == '[' || c == '{' {
				open = append(open, n.next-1)
				n.to = at + 1
			} else {
				n.to = at + scalarLength(d.text[at:])
			}
			at = n.to
			d.nodes = append(d.nodes, n)
		}
	}
	return nil
}

// scalarLength is the length of the valid scalar that a text begins with.
func scalarLength(text []byte) uint32 {
	if text[0] != '"' {
		for i, c := range text {
			switch c {
			case ' ', '\n', '\r', '\t', ',', ':', ']', '}':
				return uint32(i) //nolint:gosec // Read bounds the text
			}
		}
		return uint32(len(text)) //nolint:gosec // Read bounds the text
	}
	for i := 1; ; i++ {
		switch text[i] {
		case '\\':
			i++
		case '"':
			return uint32(i) + 1 //nolint:gosec // Read bounds the text
		}
	}
}

// raw is a node as it is written.
func (d *Document) raw(n node) []byte { return d.text[n.from:n.to] }

// Len is the length of the text.
func (d *Document) Len() int { return len(d.text) }

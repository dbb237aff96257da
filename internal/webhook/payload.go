package webhook

import (
	"bytes"
	"encoding/json"
	"errors"
)

// Payload is the JSON object of a body, for looking into and editing.
//
// What is not edited stays as it was written: the order of the keys, a key that is there twice, every number and string literal.
// Only white space between them goes. What is set is written as JavaScript's JSON.stringify writes it, new keys where JavaScript
// would have them. So a payload that JSON.stringify wrote stays one that it would have written, and a handler that hashes
// JSON.stringify(req.body), as Vidiking's sample does, agrees with the signature of the edited bytes.
type Payload struct {
	text   []byte // a valid JSON object without white space; replaced whole, never written into
	marked bool   // the body begins with a byte order mark
}

// byteOrderMark is U+FEFF in UTF-8. Some senders write it in front of JSON, and most parsers skip it (RFC 8259, 8.1).
const byteOrderMark = "\ufeff"

// WithoutMark returns the text of a body behind a UTF-8 byte order mark. It copies nothing.
func WithoutMark(body []byte) []byte { return body[markLength(body):] }

func markLength(body []byte) int {
	if bytes.HasPrefix(body, []byte(byteOrderMark)) {
		return len(byteOrderMark)
	}
	return 0
}

// ParsePayload reads a body. It accepts exactly the objects that encoding/json does, and a byte order mark in front of them. The
// error is a *SyntaxError where b is no JSON, a *NotObjectError where it is JSON of another kind, and ErrTooDeep where nobody will
// read it.
func ParsePayload(b []byte) (*Payload, error) {
	mark := markLength(b)
	s := scanner{text: b, at: mark}
	if !s.document() {
		if s.tooDeep {
			return nil, ErrTooDeep
		}
		return nil, s.syntaxError()
	}
	if kind := kindOf(b[skipSpace(b, mark)]); kind != kindObject {
		return nil, &NotObjectError{Kind: string(kind)}
	}
	var compact bytes.Buffer
	compact.Grow(len(b))
	if err := json.Compact(&compact, b[mark:]); err != nil { // not after document has read it through
		return nil, err
	}
	return &Payload{text: compact.Bytes(), marked: mark > 0}, nil
}

// Bytes returns the payload without white space, behind the byte order mark that it came with.
func (p *Payload) Bytes() []byte {
	if p.marked {
		return append([]byte(byteOrderMark), p.text...)
	}
	return bytes.Clone(p.text)
}

// Get returns the JSON of what the path names, as it is written. Of a key that is there twice it is the last value, as for every
// parser. ok is false where the path is none, or names nothing.
func (p *Payload) Get(path string) (value []byte, ok bool) {
	steps, err := parsePath(path)
	if err != nil {
		return nil, false
	}
	at := span{0, len(p.text)}
	for _, step := range steps {
		c := childOf(p.text, at, step)
		if !c.found {
			return nil, false
		}
		at = c.value
	}
	return bytes.Clone(p.text[at.from:at.to]), true
}

// ErrTooLarge is the error of a payload that JSON.stringify can't give back: it would write null for the number.
var ErrTooLarge = errors.New("it has a number that is too large for JavaScript")

// Stringified returns the payload as JavaScript gives it back by JSON.stringify(JSON.parse(…)). The error is ErrTooLarge.
func (p *Payload) Stringified() ([]byte, error) {
	written, ok := appendStringified(nil, p.text)
	if !ok {
		return nil, ErrTooLarge
	}
	return written, nil
}

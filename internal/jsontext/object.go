package jsontext

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
)

// Object is a JSON object, for reading and editing.
//
// Edits keep everything else unchanged: the order of the keys, duplicate keys, and every number and string literal. Only white space is
// removed. New values have the format of JSON.stringify, and new keys the position that JavaScript would give them. Therefore the edited
// output of JSON.stringify is still a possible output of JSON.stringify. A handler that hashes JSON.stringify(req.body), as Vidiking's
// sample does, accepts the signature of the edited bytes.
type Object struct {
	text   []byte // a valid object without white space; replaced as a whole, never modified
	marked bool   // the text had a byte order mark
}

// NotObjectError indicates that a text is JSON but not an object.
type NotObjectError struct {
	Kind string // for example "a list", "a string" or "null"
}

func (e *NotObjectError) Error() string { return "it is " + e.Kind + ", not an object" }

// ErrTooLarge indicates a number for which JSON.stringify writes null.
var ErrTooLarge = errors.New("it contains a number that is too large for JavaScript")

// ParseObject parses an object. It accepts the same texts as encoding/json, with an optional byte order mark. It returns a *SyntaxError if
// the text is not JSON, a *NotObjectError if it is not an object, and ErrTooDeep if it is nested too deeply.
func ParseObject(b []byte) (*Object, error) {
	text := WithoutMark(b)
	if err := check(text); err != nil {
		return nil, explain(b, text, err)
	}
	if first := text[skipSpace(text, 0)]; first != '{' {
		return nil, &NotObjectError{Kind: kindOf(first)}
	}
	var compact bytes.Buffer
	compact.Grow(len(text))
	if err := json.Compact(&compact, text); err != nil { // check has parsed it
		return nil, err
	}
	return &Object{text: compact.Bytes(), marked: len(text) < len(b)}, nil
}

// explain improves a syntax error for a text that should be an object.
func explain(b, text []byte, err error) error {
	var syntax *SyntaxError
	if !errors.As(err, &syntax) {
		return err
	}
	expected := syntax.Expected
	switch {
	case bytes.HasPrefix(b, []byte("\xff\xfe")), bytes.HasPrefix(b, []byte("\xfe\xff")):
		expected = "UTF-8, not UTF-16" // a redirection in older versions of PowerShell writes UTF-16
	case syntax.Offset <= skipSpace(text, 0):
		expected = "{"
	}
	return newSyntaxError(b, syntax.Offset+len(b)-len(text), expected)
}

// Bytes returns the object without white space, after its byte order mark, if it had one.
func (o *Object) Bytes() []byte {
	if o.marked {
		return append([]byte(byteOrderMark), o.text...)
	}
	return bytes.Clone(o.text)
}

// Stringified returns the object as JSON.stringify(JSON.parse(…)) does. The error is that of Stringify.
func (o *Object) Stringified() ([]byte, error) { return Stringify(o.text) }

// Get returns the JSON at a path, as written. For duplicate keys it returns the last value, as all parsers do. ok is false if the path is
// invalid or does not exist.
func (o *Object) Get(path string) (value []byte, ok bool) {
	steps, err := parsePath(path)
	if err != nil {
		return nil, false
	}
	at := Span{0, len(o.text)}
	for _, step := range steps {
		c := childOf(o.text, at, step)
		if !c.found {
			return nil, false
		}
		at = c.Value
	}
	return bytes.Clone(at.Of(o.text)), true
}

// child is the result of a step of a path in a container.
type child struct {
	Element
	found   bool
	problem string // why a container of this kind cannot have such a child, without the container's name
}

// childOf follows one step into a value. For duplicate keys it returns the last.
func childOf(text []byte, in Span, to step) child {
	switch text[in.From] {
	case '{':
		return memberOf(text, in, to)
	case '[':
		return itemOf(text, in, to)
	default:
		return child{problem: "is " + kindOf(text[in.From]) + ", with nothing below it"}
	}
}

func memberOf(text []byte, in Span, to step) child {
	if to.name == nil {
		return child{problem: "is an object, not a list"}
	}
	var c child
	for _, e := range Elements(text, in.From) {
		if hasName(text, e, to.name) {
			c.Element, c.found = e, true
		}
	}
	return c
}

func itemOf(text []byte, in Span, to step) child {
	if to.index < 0 {
		return child{problem: "is a list, whose items have numbers"}
	}
	var c child
	count := 0
	for n, e := range Elements(text, in.From) {
		if n == to.index {
			c.Element, c.found = e, true
		}
		count = n + 1
	}
	if to.index > count {
		c.problem = fmt.Sprintf("has %d items, numbered from 0", count)
		if count == 1 {
			c.problem = "has 1 item, numbered 0"
		}
	}
	return c
}

// hasName reports whether an element has a name, given in the quotes of JSON.stringify.
func hasName(text []byte, e Element, quoted []byte) bool {
	name := e.Name.Of(text)
	return bytes.Equal(name, quoted) || bytes.Equal(requote(name), quoted)
}

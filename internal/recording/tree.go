package recording

import (
	"bytes"
	"encoding/json"

	"github.com/vidiking/vidiking-cli/internal/jsontext"
)

// tree is a JSON value for comparing.
type tree struct {
	kind     byte   // { [ " 0 for a number, t for true and false, n for null
	scalar   string // a string's characters, a number as it is written
	names    []string
	members  map[string]*tree // of a name that comes twice the last, as for every parser
	elements []*tree
	raw      []byte // as it is written
}

func (t *tree) element(i int) *tree {
	if i >= len(t.elements) {
		return nil
	}
	return t.elements[i]
}

// text is the value as it is written, without white space; nil for none.
func (t *tree) text() []byte {
	if t == nil {
		return nil
	}
	var b bytes.Buffer
	if json.Compact(&b, t.raw) != nil {
		return t.raw
	}
	return b.Bytes()
}

// parseTree reads a body; ok is false if it is not JSON.
func parseTree(body []byte) (t *tree, ok bool) {
	body = jsontext.WithoutMark(body)
	if !jsontext.Valid(body) {
		return nil, false
	}
	r := treeReader{body: body, scanner: jsontext.NewScanner(body)}
	return r.value(r.scanner.Next()), true
}

// treeReader reads a valid body once.
type treeReader struct {
	body    []byte
	scanner jsontext.Scanner
}

// value reads the value that a token begins. It recurses as deep as the value is nested, which jsontext bounds.
func (r *treeReader) value(first jsontext.Token) *tree {
	t := &tree{kind: r.body[first.From], raw: r.body[first.From:first.To]}
	switch first.Kind {
	case jsontext.Open:
		r.fill(t, first.From)
	case jsontext.String:
		t.scalar = jsontext.Unquote(t.raw)
	case jsontext.Number:
		t.kind, t.scalar = '0', string(t.raw)
	case jsontext.Word:
		t.scalar = string(t.raw)
		if t.kind == 'f' {
			t.kind = 't'
		}
	}
	return t
}

// fill reads what is in an object or a list, and its end.
func (r *treeReader) fill(t *tree, from int) {
	if t.kind == '{' {
		t.members = make(map[string]*tree)
	}
	for {
		token := r.scanner.Next()
		switch token.Kind {
		case jsontext.Close, jsontext.Invalid:
			t.raw = r.body[from:token.To]
			return
		case jsontext.Name:
			name := jsontext.Unquote(r.body[token.From:token.To])
			if t.members[name] == nil {
				t.names = append(t.names, name)
			}
			t.members[name] = r.value(r.scanner.Next())
		default:
			t.elements = append(t.elements, r.value(token))
		}
	}
}

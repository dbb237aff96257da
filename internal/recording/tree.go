package recording

import (
	"bytes"
	"encoding/json"

	"github.com/vidiking/vidiking-cli/internal/jsontext"
)

// tree is a parsed JSON value for comparison.
type tree struct {
	kind     byte   // { [ " 0 for a number, t for true and false, n for null
	scalar   string // the characters of a string, or a number as written
	names    []string
	members  map[string]*tree // the last member of duplicate names, as all parsers do
	elements []*tree
	raw      []byte // as written
}

func (t *tree) element(i int) *tree {
	if i >= len(t.elements) {
		return nil
	}
	return t.elements[i]
}

// text returns the compact value; nil for none.
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

// parseTree parses a body. ok is false if it is not JSON.
func parseTree(body []byte) (t *tree, ok bool) {
	body = jsontext.WithoutMark(body)
	if !jsontext.Valid(body) {
		return nil, false
	}
	r := treeReader{body: body, scanner: jsontext.NewScanner(body)}
	return r.value(r.scanner.Next()), true
}

// treeReader parses a valid body once.
type treeReader struct {
	body    []byte
	scanner jsontext.Scanner
}

// value parses the value that a token begins. Its recursion is as deep as the value, which jsontext limits.
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

// fill parses the contents and the end of an object or a list.
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

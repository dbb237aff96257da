package recording

import (
	"bytes"
	"encoding/json"

	"github.com/vidiking/vidiking-cli/internal/webhook"
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

// parseTree reads a body; ok is false where it is no JSON.
func parseTree(body []byte) (t *tree, ok bool) {
	body = webhook.WithoutMark(body)
	if !json.Valid(body) { // it bounds the depth too, which Token does not
		return nil, false
	}
	p := treeParser{body: body, decoder: json.NewDecoder(bytes.NewReader(body))}
	p.decoder.UseNumber()
	t, err := p.value()
	return t, err == nil
}

type treeParser struct {
	body    []byte
	decoder *json.Decoder
}

func (p *treeParser) value() (*tree, error) {
	from := p.decoder.InputOffset()
	token, err := p.decoder.Token()
	if err != nil {
		return nil, err
	}
	t := &tree{}
	switch v := token.(type) {
	case json.Delim:
		t.kind = byte(v)
		if err := p.fill(t); err != nil {
			return nil, err
		}
	case string:
		t.kind, t.scalar = '"', v
	case json.Number:
		t.kind, t.scalar = '0', v.String()
	case bool:
		t.kind, t.scalar = 't', map[bool]string{true: "true", false: "false"}[v]
	default:
		t.kind = 'n'
	}
	t.raw = bytes.TrimLeft(p.body[from:p.decoder.InputOffset()], " \t\r\n,:")
	return t, nil
}

// fill reads what is in an object or a list, and its end.
func (p *treeParser) fill(t *tree) error {
	if t.kind == '{' {
		t.members = make(map[string]*tree)
	}
	for p.decoder.More() {
		name := ""
		if t.kind == '{' {
			token, err := p.decoder.Token()
			if err != nil {
				return err
			}
			name, _ = token.(string)
		}
		child, err := p.value()
		if err != nil {
			return err
		}
		if t.kind == '[' {
			t.elements = append(t.elements, child)
			continue
		}
		if t.members[name] == nil {
			t.names = append(t.names, name)
		}
		t.members[name] = child
	}
	_, err := p.decoder.Token()
	return err
}

package editor

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"unicode/utf8"

	"github.com/vidiking/vidiking-cli/internal/jsontext"
)

// What is no edit to send.
var (
	ErrUnchanged = errors.New("nothing was changed")
	ErrEmpty     = errors.New("the file was saved empty")
)

// GivenUpError says that a fault was shown and the editor closed again without a change: whoever edits wants out, or is a program that
// would make the same fault for ever.
type AbandonedError struct {
	Err error // what was wrong with the text
}

func (e *AbandonedError) Error() string { return fmt.Sprintf("given up: %v", e.Err) }
func (e *AbandonedError) Unwrap() error { return e.Err }

// Draft is a body while a person changes it. Where it is a payload on one line, it is shown with two spaces a level, and what is
// sent is one line again. Where it is spread over lines already, it is shown and sent as it stands. What is no payload is edited as
// the text it is.
type Draft struct {
	body  []byte // what it began with
	shown []byte // how that was laid out
	form  form
	text  []byte // what the file holds now, without notes
	notes []byte
	fault error // in text
}

// form is how the body is made of the text.
type form int

const (
	formText      form = iota // no payload: any text, as it was saved
	formLines                 // a payload, as it was saved
	formCompact               // a payload without the white space, every number and string as it was written
	formStringify             // a payload as JSON.stringify writes it
)

// NewDraft begins with a body.
func NewDraft(body []byte) *Draft {
	d := &Draft{body: body, shown: body}
	payload, err := jsontext.ParseObject(body)
	switch {
	case err != nil:
	case bytes.ContainsAny(bytes.TrimSpace(body), "\r\n"):
		d.form = formLines
	default:
		d.form = formOf(payload)
		d.shown = indented(body)
	}
	d.text = d.shown
	return d
}

// formOf tells what a payload's sender writes. What JSON.stringify wrote has to stay one that it would have written, since there are
// handlers that hash JSON.stringify(req.body), as Vidiking's sample does. What it did not write could never match there, and
// loses by it: a number with more digits than JavaScript keeps becomes another one.
func formOf(p *jsontext.Object) form {
	if deeperThan(p.Bytes(), deepest) {
		return formCompact
	}
	written, err := p.Stringified()
	if err == nil && bytes.Equal(written, p.Bytes()) {
		return formStringify
	}
	return formCompact
}

// deepest is how deep a payload may be nested to be written as JSON.stringify does: that reads each level again, and what Vidiking
// sends has three.
const deepest = 100

// deeperThan reports whether JSON is nested deeper than that.
func deeperThan(text []byte, levels int) bool {
	depth, inString := 0, false
	for i := 0; i < len(text) && depth <= levels; i++ {
		switch c := text[i]; {
		case c == '"':
			inString = !inString
		case inString && c == '\\':
			i++
		case !inString && (c == '{' || c == '['):
			depth++
		case !inString && (c == '}' || c == ']'):
			depth--
		}
	}
	return depth > levels
}

func indented(body []byte) []byte {
	var out bytes.Buffer
	text := jsontext.WithoutMark(body)
	out.Write(body[:len(body)-len(text)])
	_ = json.Indent(&out, bytes.TrimSpace(text), "", "  ") // a payload can be indented
	out.WriteByte('\n')                                    // as editors end a file
	return out.Bytes()
}

// Text is what the file is to hold: the notes, and the text as it was saved last.
func (d *Draft) Text() []byte { return append(bytes.Clone(d.notes), d.text...) }

// Note puts lines on top of the text, behind a #, which JSON has no use for. Take takes them off again. They take the place of the
// notes before.
func (d *Draft) SetNotes(lines []string) {
	d.notes = nil
	for _, l := range lines {
		d.notes = append(d.notes, noteLine(l)...)
	}
}

// Take makes the body of what was saved. It returns ErrUnchanged or ErrEmpty where there is nothing to send; what is wrong with a
// payload, as jsontext.ParseObject says it of the text without notes; or, where the same fault was there before, a *GivenUpError.
func (d *Draft) Apply(saved []byte) ([]byte, error) {
	text := d.textOf(saved)
	if bytes.Equal(text, d.shown) {
		return nil, ErrUnchanged
	}
	if len(bytes.TrimSpace(text)) == 0 {
		return nil, ErrEmpty
	}
	again := d.fault != nil && bytes.Equal(text, d.text)
	d.text = text
	body, err := d.bodyOf(text)
	d.fault = err
	switch {
	case again && err != nil:
		return nil, &AbandonedError{err}
	case err != nil:
		return nil, err
	case bytes.Equal(body, d.body):
		return nil, ErrUnchanged // laid out in another way, which is not sent
	}
	return body, nil
}

// textOf is what was saved without what editors and Note add.
func (d *Draft) textOf(saved []byte) []byte {
	const mark = "\ufeff"
	if !bytes.HasPrefix(d.shown, []byte(mark)) {
		saved = bytes.TrimPrefix(saved, []byte(mark)) // of an editor that marks UTF-8
	}
	if d.form != formText {
		saved = withoutNotes(saved)
	}
	if !bytes.HasSuffix(d.shown, []byte("\n")) {
		saved = bytes.TrimSuffix(saved, []byte("\n")) // of an editor that ends every last line
	}
	return bytes.Clone(saved)
}

func (d *Draft) bodyOf(text []byte) ([]byte, error) {
	if d.form == formText {
		return text, nil
	}
	payload, err := jsontext.ParseObject(text)
	switch {
	case err != nil:
		return nil, err
	case d.form == formStringify:
		return payload.Stringified()
	case d.form == formCompact:
		return payload.Bytes(), nil
	default:
		return text, nil
	}
}

// Ending is that of the file, by which editors know what is in it.
func (d *Draft) Extension() string {
	if d.form == formText {
		return ".txt"
	}
	return ".json"
}

// IsText reports whether an editor can be trusted with the body: it is UTF-8 and holds no zero byte.
func IsText(body []byte) bool { return utf8.Valid(body) && bytes.IndexByte(body, 0) < 0 }

package editor

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"unicode/utf8"

	"github.com/vidiking/vidiking-cli/internal/jsontext"
)

// Reasons to send nothing.
var (
	ErrUnchanged = errors.New("nothing was changed")
	ErrEmpty     = errors.New("the file was saved empty")
)

// AbandonedError reports that the same invalid text was saved again after the error was shown. The user wants to quit, or the editor is a
// program that would repeat the error forever.
type AbandonedError struct {
	Err error // the problem in the text
}

func (e *AbandonedError) Error() string { return fmt.Sprintf("gave up editing: %v", e.Err) }
func (e *AbandonedError) Unwrap() error { return e.Err }

// Draft is a body that is being edited. A payload on one line is shown indented and sent as one line. A payload on several lines is shown
// and sent as it is. Anything else is edited as plain text.
type Draft struct {
	body  []byte // the original body
	shown []byte // the original body as shown
	form  form
	text  []byte // the current text without notes
	notes []byte
	fault error // error in text
}

// form tells how to convert the text to a body.
type form int

const (
	formText      form = iota // not a payload: the text as saved
	formLines                 // a payload as saved
	formCompact               // a payload without white space; numbers and strings unchanged
	formStringify             // a payload as JSON.stringify writes it
)

// NewDraft returns a Draft that starts with body.
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

// formOf finds out how the sender wrote a payload. If it matches JSON.stringify, the edited payload must match it too, because some
// handlers hash JSON.stringify(req.body), as Vidiking's sample code does. Other payloads stay compact: they could never match such a
// handler, and JSON.stringify would change numbers with more digits than JavaScript keeps.
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

// deepest is the maximum nesting for JSON.stringify's form, which reads each level again. Vidiking's payloads have three levels.
const deepest = 100

// deeperThan reports whether JSON text is nested deeper than levels.
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
	_ = json.Indent(&out, bytes.TrimSpace(text), "", "  ") // a payload is valid JSON
	out.WriteByte('\n')                                    // text files end with a newline
	return out.Bytes()
}

// Text returns the content for the file: the notes, then the last text.
func (d *Draft) Text() []byte { return append(bytes.Clone(d.notes), d.text...) }

// SetNotes replaces the lines shown above the text, each after a #, which cannot start JSON. Apply removes them.
func (d *Draft) SetNotes(lines []string) {
	d.notes = nil
	for _, l := range lines {
		d.notes = append(d.notes, noteLine(l)...)
	}
}

// Apply converts saved text to a body. It returns ErrUnchanged or ErrEmpty if there is nothing to send, an error of jsontext.ParseObject
// if the payload is invalid, and an *AbandonedError if the same invalid text was saved before.
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
		return nil, ErrUnchanged // only the layout changed, which is not sent
	}
	return body, nil
}

// textOf returns the saved text without the additions of editors and SetNotes.
func (d *Draft) textOf(saved []byte) []byte {
	const mark = "\ufeff"
	if !bytes.HasPrefix(d.shown, []byte(mark)) {
		saved = bytes.TrimPrefix(saved, []byte(mark)) // some editors add a byte order mark
	}
	if d.form != formText {
		saved = withoutNotes(saved)
	}
	if !bytes.HasSuffix(d.shown, []byte("\n")) {
		saved = bytes.TrimSuffix(saved, []byte("\n")) // some editors end the last line
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

// Extension returns the file name extension, which tells editors the content type.
func (d *Draft) Extension() string {
	if d.form == formText {
		return ".txt"
	}
	return ".json"
}

// IsText reports whether an editor can handle the body: valid UTF-8 without zero bytes.
func IsText(body []byte) bool { return utf8.Valid(body) && bytes.IndexByte(body, 0) < 0 }

package recording

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"unicode/utf8"

	"github.com/vidiking/vidiking-cli/internal/jsontext"
	"github.com/vidiking/vidiking-cli/internal/webhook"
)

// LineError describes a line of a recording that cannot be read.
type LineError struct {
	Line    int    // from 1
	Column  int    // from 1, in characters; 0 if the whole line is meant
	Problem string // for example: body_bytes is missing
	Syntax  *jsontext.SyntaxError
}

func (e *LineError) Error() string {
	if e.Column > 0 {
		return fmt.Sprintf("line %d, column %d: %s", e.Line, e.Column, e.Problem)
	}
	return fmt.Sprintf("line %d: %s", e.Line, e.Problem)
}

// NewerVersionError indicates that a newer version of this program wrote the line.
type NewerVersionError struct {
	Line, Version int
}

func (e *NewerVersionError) Error() string {
	return fmt.Sprintf("line %d has version %d, but this program reads version %d", e.Line, e.Version, lineVersion)
}

// Reader reads the output of a Writer, one delivery at a time. It ignores unknown fields, which later programs may add to lines of this
// version. It also ignores blank lines, Windows line ends and a byte order mark at the beginning.
type Reader struct {
	in     *bufio.Reader
	buf    []byte   // a line, or the beginning of a long one
	chunks [][]byte // the rest of a long line
	limits lineLimits
	line   int
}

const (
	readBuffer = 64 << 10
	pieceBytes = 1 << 20
)

// NewReader returns a Reader.
func NewReader(r io.Reader) *Reader {
	return &Reader{in: bufio.NewReaderSize(r, readBuffer)}
}

// Next returns the next delivery, or io.EOF at the end. It returns a *LineError or a *NewerVersionError for an invalid line, and errors of
// the underlying reader unchanged.
func (r *Reader) Next() (webhook.Delivery, error) {
	for {
		text, err := r.next()
		if err != nil {
			return webhook.Delivery{}, err
		}
		if len(bytes.TrimSpace(text)) == 0 {
			continue
		}
		return r.parse(text)
	}
}

// next returns a line without its end, valid until the next call. If a long line cannot be a delivery, it returns only the beginning.
func (r *Reader) next() ([]byte, error) {
	r.buf, r.chunks, r.limits = r.buf[:0], nil, lineLimits{text: r.limits.text}
	r.line++
	for {
		piece, err := r.in.ReadSlice('\n')
		if problem := r.limits.add(bytes.TrimSuffix(piece, []byte("\n"))); problem != "" {
			return nil, r.lineError("%s", problem)
		}
		r.keep(piece)
		isLong := errors.Is(err, bufio.ErrBufferFull)
		if isLong && len(bytes.TrimSpace(r.buf)) == 0 {
			r.buf = r.buf[:0]
		}
		switch {
		case err == nil, errors.Is(err, io.EOF) && len(r.buf) > 0, isLong && !r.isObject():
			return jsontext.WithoutMark(bytes.TrimSuffix(r.joined(), []byte("\n"))), nil
		case !isLong:
			return nil, err
		}
	}
}

// keep appends to the line. It keeps a long line in chunks, because a growing slice would be copied and need at least twice the memory.
func (r *Reader) keep(piece []byte) {
	if len(r.buf)+len(piece) <= pieceBytes {
		r.buf = append(r.buf, piece...)
		return
	}
	last := len(r.chunks) - 1
	if last < 0 || len(r.chunks[last])+len(piece) > cap(r.chunks[last]) {
		r.chunks = append(r.chunks, make([]byte, 0, pieceBytes))
		last++
	}
	r.chunks[last] = append(r.chunks[last], piece...)
}

func (r *Reader) joined() []byte {
	if r.chunks == nil {
		return r.buf
	}
	text := bytes.Join(append([][]byte{r.buf}, r.chunks...), nil)
	r.chunks = nil
	return text
}

// isObject reports whether the line begins like an object or is blank so far.
func (r *Reader) isObject() bool {
	start := bytes.TrimLeft(jsontext.WithoutMark(r.buf), " \t\r")
	return len(start) == 0 || start[0] == '{'
}

func (r *Reader) lineError(format string, args ...any) *LineError {
	return &LineError{Line: r.line, Problem: fmt.Sprintf(format, args...)}
}

func (r *Reader) parse(text []byte) (webhook.Delivery, error) {
	if r.line == 1 && (bytes.HasPrefix(text, []byte("\xff\xfe")) || bytes.HasPrefix(text, []byte("\xfe\xff"))) {
		return webhook.Delivery{}, r.lineError("the file is UTF-16, as > writes it in older versions of PowerShell, not UTF-8")
	}
	if at := firstInvalid(text); at >= 0 {
		e := r.lineError("invalid UTF-8")
		e.Column = utf8.RuneCount(text[:at]) + 1
		return webhook.Delivery{}, e
	}
	var l Line
	if err := json.Unmarshal(text, &l); err != nil || l.V != lineVersion || l.Type != deliveryType {
		return webhook.Delivery{}, r.explainParseError(text, err)
	}
	for i := range l.History {
		l.History[i].readOldNames()
	}
	if problem := l.check(); problem != "" {
		return webhook.Delivery{}, r.lineError("%s", problem)
	}
	return l.delivery(), nil
}

func firstInvalid(text []byte) int {
	if utf8.Valid(text) {
		return -1
	}
	at := 0
	for at < len(text) {
		r, size := utf8.DecodeRune(text[at:])
		if r == utf8.RuneError && size == 1 {
			break
		}
		at += size
	}
	return at
}

// explainParseError explains why a line cannot be parsed or is not a delivery of this version. A newer version may have any fields.
func (r *Reader) explainParseError(text []byte, err error) error {
	if syntax := syntaxError(text); syntax != nil {
		e := r.lineError("expected %s", syntax.Expected)
		e.Column, e.Syntax = syntax.Column, syntax
		return e
	}
	var begin struct {
		V    json.Number `json:"v"`
		Type string      `json:"type"`
	}
	if json.Unmarshal(text, &begin) == nil {
		version, _ := begin.V.Int64()
		switch {
		case begin.V == "":
			return r.lineError(`"v" is missing: this is not a recording`)
		case version > lineVersion:
			return &NewerVersionError{r.line, int(version)}
		case version < lineVersion:
			return r.lineError("unknown version %s", begin.V)
		case begin.Type != deliveryType:
			return r.lineError("this is a %.40q, not a delivery", begin.Type)
		}
	}
	var kind *json.UnmarshalTypeError
	if errors.As(err, &kind) && kind.Field != "" {
		return r.lineError("%s must not be a %s", kind.Field, kind.Value)
	}
	if err == nil {
		return r.lineError("this is not a delivery")
	}
	return r.lineError("this is not a delivery: %s", err)
}

func syntaxError(text []byte) *jsontext.SyntaxError {
	_, err := jsontext.ParseObject(text)
	var syntax *jsontext.SyntaxError
	if errors.As(err, &syntax) {
		return syntax
	}
	return nil
}

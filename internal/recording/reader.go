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

// LineError says which line of a recording cannot be read, and why.
type LineError struct {
	Line    int    // from 1
	Column  int    // from 1, in characters; 0 where it is about the line as a whole
	Problem string // as in: its body has 12 bytes, not 13
	Syntax  *jsontext.SyntaxError
}

func (e *LineError) Error() string {
	if e.Column > 0 {
		return fmt.Sprintf("line %d, column %d: %s", e.Line, e.Column, e.Problem)
	}
	return fmt.Sprintf("line %d: %s", e.Line, e.Problem)
}

// NewerVersionError says that a line was written by a version of this program that is yet to come.
type NewerVersionError struct {
	Line, Version int
}

func (e *NewerVersionError) Error() string {
	return fmt.Sprintf("line %d is of version %d, and this program reads %d", e.Line, e.Version, lineVersion)
}

// Reader reads what a Writer wrote, one delivery at a time. Fields that it does not know are left aside: what is added to lines of this
// version later can be done without. Blank lines, the ends of lines that Windows writes and a byte order mark at the start do no harm.
type Reader struct {
	in     *bufio.Reader
	buf    []byte   // a line, or the start of a long one
	more   [][]byte // the rest of a long line
	limits lineLimits
	line   int
}

const (
	readBuffer = 64 << 10
	pieceBytes = 1 << 20
)

// NewReader makes a Reader.
func NewReader(r io.Reader) *Reader {
	return &Reader{in: bufio.NewReaderSize(r, readBuffer)}
}

// Next returns the next delivery, io.EOF where there is none, a *DamageError or a *NewerError where a line is none, or the error of what
// it reads from.
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

// next reads a line without its end. It is valid until the next call. Of a long line that cannot be a delivery it returns the start.
func (r *Reader) next() ([]byte, error) {
	r.buf, r.more, r.limits = r.buf[:0], nil, lineLimits{text: r.limits.text}
	r.line++
	for {
		piece, err := r.in.ReadSlice('\n')
		if problem := r.limits.add(bytes.TrimSuffix(piece, []byte("\n"))); problem != "" {
			return nil, r.damage("%s", problem)
		}
		r.keep(piece)
		isLong := errors.Is(err, bufio.ErrBufferFull)
		if isLong && len(bytes.TrimSpace(r.buf)) == 0 {
			r.buf = r.buf[:0]
		}
		switch {
		case err == nil, errors.Is(err, io.EOF) && len(r.buf) > 0, isLong && !r.isObject():
			return jsontext.WithoutMark(bytes.TrimSuffix(r.whole(), []byte("\n"))), nil
		case !isLong:
			return nil, err
		}
	}
}

// keep adds to the line. A long line is kept in pieces, since one growing slice would be in memory twice or more.
func (r *Reader) keep(piece []byte) {
	if len(r.buf)+len(piece) <= pieceBytes {
		r.buf = append(r.buf, piece...)
		return
	}
	last := len(r.more) - 1
	if last < 0 || len(r.more[last])+len(piece) > cap(r.more[last]) {
		r.more = append(r.more, make([]byte, 0, pieceBytes))
		last++
	}
	r.more[last] = append(r.more[last], piece...)
}

func (r *Reader) whole() []byte {
	if r.more == nil {
		return r.buf
	}
	text := bytes.Join(append([][]byte{r.buf}, r.more...), nil)
	r.more = nil
	return text
}

// isObject reports whether the line begins as an object does, or is blank so far.
func (r *Reader) isObject() bool {
	start := bytes.TrimLeft(jsontext.WithoutMark(r.buf), " \t\r")
	return len(start) == 0 || start[0] == '{'
}

func (r *Reader) damage(format string, args ...any) *LineError {
	return &LineError{Line: r.line, Problem: fmt.Sprintf(format, args...)}
}

func (r *Reader) parse(text []byte) (webhook.Delivery, error) {
	if r.line == 1 && (bytes.HasPrefix(text, []byte("\xff\xfe")) || bytes.HasPrefix(text, []byte("\xfe\xff"))) {
		return webhook.Delivery{}, r.damage("it is UTF-16, which > writes in an older PowerShell, and not UTF-8")
	}
	if at := firstInvalid(text); at >= 0 {
		e := r.damage("a byte is no UTF-8")
		e.Column = utf8.RuneCount(text[:at]) + 1
		return webhook.Delivery{}, e
	}
	var l Line
	if err := json.Unmarshal(text, &l); err != nil || l.V != lineVersion || l.Type != deliveryType {
		return webhook.Delivery{}, r.notALine(text, err)
	}
	for i := range l.History {
		l.History[i].readOldNames()
	}
	if problem := l.check(); problem != "" {
		return webhook.Delivery{}, r.damage("%s", problem)
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

// notALine says why a line does not parse, or is no delivery of this version. A version that is yet to come may have any fields.
func (r *Reader) notALine(text []byte, err error) error {
	if syntax := syntaxError(text); syntax != nil {
		e := r.damage("expected %s", syntax.Expected)
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
			return r.damage(`it has no "v": it is not of a recording`)
		case version > lineVersion:
			return &NewerVersionError{r.line, int(version)}
		case version < lineVersion:
			return r.damage("there is no version %s", begin.V)
		case begin.Type != deliveryType:
			return r.damage("it is a %.40q, not a delivery", begin.Type)
		}
	}
	var kind *json.UnmarshalTypeError
	if errors.As(err, &kind) && kind.Field != "" {
		return r.damage("%s can't be a %s", kind.Field, kind.Value)
	}
	if err == nil {
		return r.damage("it is not a delivery")
	}
	return r.damage("it is not a delivery: %s", err)
}

func syntaxError(text []byte) *jsontext.SyntaxError {
	_, err := jsontext.ParseObject(text)
	var syntax *jsontext.SyntaxError
	if errors.As(err, &syntax) {
		return syntax
	}
	return nil
}

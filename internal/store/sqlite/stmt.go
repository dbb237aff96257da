package sqlite

import (
	"errors"
	"fmt"
	"time"

	"github.com/ncruces/go-sqlite3"
)

// Stmt is a prepared statement. It binds the parameters of one run from left to right, and keeps the first error until the run.
type Stmt struct {
	driver *sqlite3.Stmt
	row    Row
	param  int
	err    error
	texts  []boundText // by parameter
}

// boundText is the short text that was bound to a parameter last, if any. SQLite keeps it from run to run, and most columns of a delivery
// have the same text as in the previous one, so it is not bound again. SQLite would copy it into memory of its own.
type boundText struct {
	text    string
	isKnown bool
}

const maxKnownText = 128 // bytes

// Pointer is a Go value that only a Function or an Aggregate reads. SQL sees NULL.
type Pointer struct{ Value any }

// Bind binds values of the types that the store writes.
func (s *Stmt) Bind(args ...any) *Stmt {
	for _, arg := range args {
		switch v := arg.(type) {
		case int64:
			s.BindInt(v)
		case int:
			s.BindInt(int64(v))
		case bool:
			s.BindBool(v)
		case string:
			s.BindText(v)
		case Pointer:
			s.keep(s.driver.BindPointer(s.nextOther(), v.Value))
		default:
			s.keep(fmt.Errorf("sqlite: cannot bind a %T", arg))
		}
	}
	return s
}

// BindInt binds an integer.
func (s *Stmt) BindInt(v int64) *Stmt { return s.keep(s.driver.BindInt64(s.nextOther(), v)) }

// BindBool binds 0 or 1.
func (s *Stmt) BindBool(v bool) *Stmt { return s.keep(s.driver.BindBool(s.nextOther(), v)) }

// BindText binds a string.
func (s *Stmt) BindText(v string) *Stmt {
	i := s.next()
	for len(s.texts) < i {
		s.texts = append(s.texts, boundText{})
	}
	bound := &s.texts[i-1]
	if bound.isKnown && bound.text == v {
		return s
	}
	err := s.driver.BindText(i, v)
	*bound = boundText{}
	if err == nil && len(v) <= maxKnownText {
		*bound = boundText{v, true}
	}
	return s.keep(err)
}

// BindBlob binds bytes. It binds nil as an empty blob, never as NULL.
func (s *Stmt) BindBlob(v []byte) *Stmt {
	if len(v) == 0 {
		return s.keep(s.driver.BindZeroBlob(s.nextOther(), 0))
	}
	return s.keep(s.driver.BindBlob(s.nextOther(), v))
}

// BindTime binds a time as milliseconds since 1970.
func (s *Stmt) BindTime(t time.Time) *Stmt { return s.BindInt(t.UnixMilli()) }

func (s *Stmt) next() int {
	s.param++
	return s.param
}

// nextOther is next for a value that is not a text.
func (s *Stmt) nextOther() int {
	i := s.next()
	if i <= len(s.texts) {
		s.texts[i-1].isKnown = false
	}
	return i
}

func (s *Stmt) keep(err error) *Stmt {
	if s.err == nil {
		s.err = err
	}
	return s
}

// Run runs a statement that returns no rows.
func (s *Stmt) Run() error {
	if s.err != nil {
		return s.err
	}
	return s.driver.Exec()
}

// ErrStop makes Each return early, without an error, when its function returns it.
var ErrStop = errors.New("stop reading rows")

// Each runs the statement and calls f with each row, until f returns an error. It always resets the statement: an open one would keep a
// snapshot of the database.
func (s *Stmt) Each(f func(*Row) error) error {
	err := s.err
	for err == nil && s.driver.Step() {
		s.row.column = 0
		err = f(&s.row)
	}
	if err == nil {
		err = s.driver.Err()
	}
	resetErr := s.driver.Reset()
	switch {
	case errors.Is(err, ErrStop):
		return nil
	case err != nil:
		return err
	default:
		return resetErr
	}
}

// Row reads the columns of the current row from left to right.
type Row struct {
	driver *sqlite3.Stmt
	column int
}

func (r *Row) next() int {
	r.column++
	return r.column - 1
}

// Int reads an integer.
func (r *Row) Int() int64 { return r.driver.ColumnInt64(r.next()) }

// Bool reads an integer as a truth value.
func (r *Row) Bool() bool { return r.Int() != 0 }

// Text reads a string.
func (r *Row) Text() string { return r.driver.ColumnText(r.next()) }

// Raw reads the bytes of a string or blob. They are valid until the next row.
func (r *Row) Raw() []byte { return r.driver.ColumnRawBlob(r.next()) }

// Blob reads a copy of a blob.
func (r *Row) Blob() []byte { return r.driver.ColumnBlob(r.next(), nil) }

// IsNull reports whether the next column is NULL. It does not advance.
func (r *Row) IsNull() bool { return r.driver.ColumnType(r.column) == sqlite3.NULL }

// Duration reads nanoseconds.
func (r *Row) Duration() time.Duration { return time.Duration(r.Int()) }

// Time reads what BindTime wrote.
func (r *Row) Time() time.Time {
	if ms := r.Int(); ms != zeroTime {
		return time.UnixMilli(ms).UTC()
	}
	return time.Time{}
}

// zeroTime is time.Time{} in milliseconds since 1970.
const zeroTime = -62_135_596_800_000

package store

import (
	"errors"
	"fmt"
	"time"

	"github.com/ncruces/go-sqlite3"
)

// query binds the arguments of one run of a statement, and reads the columns of its rows from left to right.
type query struct {
	st    *sqlite3.Stmt
	param int
	col   int
	err   error
}

// bind binds values from the left. It takes what this package writes and no more.
func (q *query) bind(args ...any) *query {
	for _, arg := range args {
		switch v := arg.(type) {
		case int64:
			q.bindInt(v)
		case int:
			q.bindInt(int64(v))
		case bool:
			q.bindBool(v)
		case string:
			q.bindText(v)
		case texts, pattern:
			q.bindPointer(v)
		default:
			q.keep(fmt.Errorf("store: cannot bind a %T", arg))
		}
	}
	return q
}

func (q *query) bindInt(v int64) *query {
	q.param++
	q.keep(q.st.BindInt64(q.param, v))
	return q
}

// bindPointer binds what a function of this package understands; SQL itself sees NULL.
func (q *query) bindPointer(v any) *query {
	q.param++
	q.keep(q.st.BindPointer(q.param, v))
	return q
}

func (q *query) bindBool(v bool) *query {
	q.param++
	q.keep(q.st.BindBool(q.param, v))
	return q
}

func (q *query) bindText(v string) *query {
	q.param++
	q.keep(q.st.BindText(q.param, v))
	return q
}

// bindBlob binds bytes, where nil is no different from none.
func (q *query) bindBlob(v []byte) *query {
	q.param++
	if len(v) == 0 {
		q.keep(q.st.BindZeroBlob(q.param, 0))
		return q
	}
	q.keep(q.st.BindBlob(q.param, v))
	return q
}

func (q *query) bindTime(t time.Time) *query { return q.bindInt(t.UnixMilli()) }

func (q *query) keep(err error) {
	if q.err == nil {
		q.err = err
	}
}

func (q *query) run() error {
	if q.err != nil {
		return q.err
	}
	return q.st.Exec()
}

// each steps through the rows. The statement is reset whatever happens, since one left open would hold a view of the log.
func (q *query) each(row func(*query) error) error {
	err := q.err
	for err == nil && q.st.Step() {
		q.col = 0
		err = row(q)
	}
	if err == nil {
		err = q.st.Err()
	}
	resetErr := q.st.Reset()
	switch {
	case errors.Is(err, errStop):
		return nil
	case err != nil:
		return err
	default:
		return resetErr
	}
}

// errStop ends the rows early; it is no error.
var errStop = errors.New("no more rows wanted")

func (q *query) int() int64 {
	q.col++
	return q.st.ColumnInt64(q.col - 1)
}

func (q *query) bool() bool { return q.int() != 0 }

func (q *query) text() string {
	q.col++
	return q.st.ColumnText(q.col - 1)
}

// raw is a text or blob that is valid until the next row.
func (q *query) raw() []byte {
	q.col++
	return q.st.ColumnRawBlob(q.col - 1)
}

func (q *query) blob() []byte {
	q.col++
	return q.st.ColumnBlob(q.col-1, nil)
}

func (q *query) null() bool { return q.st.ColumnType(q.col) == sqlite3.NULL }

func (q *query) duration() time.Duration { return time.Duration(q.int()) }

func (q *query) time() time.Time {
	if ms := q.int(); ms != noTime {
		return time.UnixMilli(ms).UTC()
	}
	return time.Time{}
}

// noTime is how a time that is not set is stored: the milliseconds of time.Time{}.
const noTime = -62_135_596_800_000

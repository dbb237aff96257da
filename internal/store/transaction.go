package store

import (
	"errors"

	"github.com/vidiking/vidiking-cli/internal/store/sqlite"
)

// transaction writes one group of jobs. Its fields live for one run; they are kept between runs for their memory.
type transaction struct {
	conn    *sqlite.Conn
	last    int64 // the row of the newest change before this transaction
	begin   int64 // which that is where the log has none: the numbers go on where those of a log that was taken away ended
	changes []change
}

// change is one row of the change feed to be.
type change struct {
	kind     ChangeKind
	delivery int64
	attempt  int
}

func (t *transaction) run(c *sqlite.Conn, group []*job) error {
	t.conn = c
	t.changes = t.changes[:0]
	for _, j := range group {
		j.err = nil
	}
	if !writesAnything(group) {
		return nil
	}
	return c.Transact(func() error { return t.apply(group) })
}

func writesAnything(group []*job) bool {
	for _, j := range group {
		if j.kind != jobFlush {
			return true
		}
	}
	return false
}

func (t *transaction) apply(group []*job) (err error) {
	if t.last, err = t.conn.Number(lastChange); err != nil {
		return err
	}
	t.last = max(t.last, t.begin)
	for _, j := range group {
		switch j.kind {
		case jobRecord:
			err = t.record(j)
		case jobAttempt:
			err = t.attempt(j)
		case jobHold:
			err = t.hold(j)
		case jobAdopt:
			err = t.adopt(j.adoption)
		}
		if isOwn(err) {
			j.err, err = err, nil
		}
		if err != nil {
			return err
		}
	}
	return t.publish()
}

// isOwn reports whether an error concerns one job alone and has written nothing.
func isOwn(err error) bool {
	var notFound *NotFoundError
	return errors.Is(err, ErrDuplicateID) || errors.As(err, &notFound)
}

const (
	lastChange   = "SELECT max(row) FROM change"
	insertChange = "INSERT INTO change (row, seq, kind, delivery, attempt) VALUES (?, ?, ?, ?, ?)"
)

// next is the row that the next change of this transaction will have.
func (t *transaction) next() int64 { return t.last + int64(len(t.changes)) + 1 }

// publish writes the changes of this transaction, all of them under one number.
func (t *transaction) publish() error {
	seq := t.last + int64(len(t.changes))
	for i, ch := range t.changes {
		q, err := t.conn.Prepare(insertChange)
		if err != nil {
			return err
		}
		q.BindInt(t.last + int64(i) + 1).BindInt(seq).BindInt(int64(ch.kind)).BindInt(ch.delivery).BindInt(int64(ch.attempt))
		if err := q.Run(); err != nil {
			return err
		}
	}
	return nil
}

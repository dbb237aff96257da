package store

import (
	"errors"
	"slices"

	"github.com/vidiking/vidiking-cli/internal/store/sqlite"
)

// transaction writes one batch of jobs. The writer reuses it and its memory.
type transaction struct {
	conn    *sqlite.Conn
	last    int64 // the row of the newest change before this transaction
	minimum int64 // of last: the numbers of a new log continue after those of the log that it replaced
	changes []change
	counts  countDeltas
}

// change is a row for the change table.
type change struct {
	kind     ChangeKind
	delivery int64
	attempt  int
}

func (t *transaction) run(c *sqlite.Conn, batch []*job) error {
	t.conn = c
	t.changes = t.changes[:0]
	if t.counts == nil {
		t.counts = countDeltas{}
	}
	clear(t.counts) // a failed transaction leaves some
	for _, j := range batch {
		j.result = nil
	}
	if !slices.ContainsFunc(batch, func(j *job) bool { return j.kind != jobFlush }) {
		return nil
	}
	return c.Transact(func() error { return t.apply(batch) })
}

func (t *transaction) apply(batch []*job) (err error) {
	if t.last, err = t.conn.Number(lastChange); err != nil {
		return err
	}
	t.last = max(t.last, t.minimum)
	for _, j := range batch {
		switch j.kind {
		case jobRecord:
			err = t.record(j)
		case jobAttempts:
			err = t.addAttempts(j)
		case jobHold:
			err = hold(t.conn, j)
		case jobAdopt:
			err = adopt(t.conn, j.adoption)
		}
		if concernsOneJob(err) {
			j.result, err = err, nil
		}
		if err != nil {
			return err
		}
	}
	if err := t.counts.write(t.conn); err != nil {
		return err
	}
	return t.insertChanges()
}

// concernsOneJob reports whether an error belongs to one job, which has written nothing.
func concernsOneJob(err error) bool {
	var notFound *NotFoundError
	return errors.Is(err, ErrDuplicateID) || errors.As(err, &notFound)
}

const (
	lastChange   = "SELECT max(row) FROM change"
	insertChange = "INSERT INTO change (row, seq, kind, delivery, attempt) VALUES (?, ?, ?, ?, ?)"
)

func (t *transaction) add(ch change) { t.changes = append(t.changes, ch) }

// nextRow returns the row that the next change of this transaction will have.
func (t *transaction) nextRow() int64 { return t.last + int64(len(t.changes)) + 1 }

// insertChanges writes the changes of this transaction. All have the same seq.
func (t *transaction) insertChanges() error {
	seq := t.last + int64(len(t.changes))
	for i, ch := range t.changes {
		s, err := t.conn.Prepare(insertChange)
		if err != nil {
			return err
		}
		s.BindInt(t.last + int64(i) + 1).BindInt(seq).BindInt(int64(ch.kind)).BindInt(ch.delivery).BindInt(int64(ch.attempt))
		if err := s.Run(); err != nil {
			return err
		}
	}
	return nil
}

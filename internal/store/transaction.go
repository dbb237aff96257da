package store

import (
	"errors"

	"github.com/vidiking/vidiking-cli/internal/store/retention"
	"github.com/vidiking/vidiking-cli/internal/store/sqlite"
	"github.com/vidiking/vidiking-cli/internal/webhook"
)

// transaction writes one batch of entries or jobs. The writer reuses it and its memory.
type transaction struct {
	dir        string      // of the log
	isReplaced func() bool // reports whether the log's file is no longer at its path; nil: no
	conn       *sqlite.Conn
	last       int64 // the row of the newest change before this transaction
	minimum    int64 // of last: the numbers of a new log continue after those of the log that it replaced
	changes    []change
	counts     retention.Counts

	recent   recentChanges
	entry    job                       // the entry that is filed
	failures []failure                 // entries of this transaction that were not filed
	renamed  map[webhook.ID]webhook.ID // deliveries whose id was taken, by that id
	recorded map[webhook.ID]attempted  // deliveries of this transaction, whose attempts often follow
	outcomes map[webhook.ID]outcome    // of the deliveries of this batch
	early    map[int64][]early         // deliveries that were inserted with their outcome, by body hash
}

// change is a row for the change table.
type change struct {
	kind     ChangeKind
	delivery int64
	attempt  int
}

// begin prepares a transaction.
func (t *transaction) begin(c *sqlite.Conn) {
	t.conn = c
	t.changes = t.changes[:0]
	t.failures = t.failures[:0]
	if t.counts == nil {
		t.counts, t.recorded, t.outcomes = retention.Counts{}, map[webhook.ID]attempted{}, map[webhook.ID]outcome{}
		t.early = map[int64][]early{}
	}
	clear(t.counts) // a failed transaction leaves some
	clear(t.recorded)
	clear(t.early)
	t.recent.begin()
}

// run runs the jobs of callers.
func (t *transaction) run(c *sqlite.Conn, batch []*job) error {
	t.begin(c)
	for _, j := range batch {
		j.result = nil
	}
	return c.Transact(func() error { return t.apply(batch) })
}

func (t *transaction) apply(batch []*job) error {
	if err := t.readLast(); err != nil {
		return err
	}
	for _, j := range batch {
		var err error
		switch j.kind {
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
	return t.finish()
}

// readLast reads the number of the newest change.
func (t *transaction) readLast() (err error) {
	t.last, err = t.conn.Number(lastChange)
	t.last = max(t.last, t.minimum)
	t.recent.follow(t.last)
	return err
}

// finish writes the rows that summarize the transaction.
func (t *transaction) finish() error {
	if err := t.counts.Write(t.conn); err != nil {
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

package store

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"time"

	"github.com/vidiking/vidiking-cli/internal/store/database"
	"github.com/vidiking/vidiking-cli/internal/store/encoding"
	"github.com/vidiking/vidiking-cli/internal/store/journal"
	"github.com/vidiking/vidiking-cli/internal/store/sqlite"
	"github.com/vidiking/vidiking-cli/internal/webhook"
)

// filingInterval is how long an entry waits in the journal before it is filed. Readers that poll see a delivery within 50 ms.
const filingInterval = 25 * time.Millisecond

// filingBatch is what one transaction files.
var filingBatch = journal.Batch{Frames: 1000, Bytes: 4 << 20}

// frameSource reads the frames of a journal in order.
type frameSource interface {
	Read(after journal.Position, f func(end journal.Position, payload []byte) error) error
}

// filing is the state of moving the entries of one journal into the log.
type filing struct {
	journal string // its id
	source  frameSource
	applied journal.Position // everything before it is in the log
	begun   bool             // the table journal has a row
}

const (
	selectApplied = "SELECT file, position FROM journal WHERE id = ?"
	updateApplied = `INSERT INTO journal (id, file, position) VALUES (?, ?, ?)
		ON CONFLICT (id) DO UPDATE SET file = excluded.file, position = excluded.position`
	deleteRemoved = "DELETE FROM journal WHERE id NOT IN (SELECT value FROM json_each(?))"
)

// failure is an entry that could not be filed, and never can be.
type failure struct {
	id  webhook.ID
	err error
}

// fileBatch files entries in one transaction, together with the position after the last of them. Therefore an entry is filed exactly once,
// whenever the process dies. It reports whether the limit was reached, which means that there may be more.
func (t *transaction) fileBatch(c *sqlite.Conn, f *filing, limit journal.Batch) (more bool, err error) {
	t.begin(c)
	if err := t.readOutcomes(f, limit); err != nil {
		return false, err
	}
	end, frames, bytes := f.applied, 0, 0
	err = c.Transact(func() error {
		if err := t.readLast(); err != nil {
			return err
		}
		err := f.source.Read(f.applied, func(frameEnd journal.Position, payload []byte) error {
			if frames >= limit.Frames || bytes >= limit.Bytes {
				more = true
				return sqlite.ErrStop
			}
			frames++
			bytes += len(payload)
			end = frameEnd
			return t.fileEntry(payload)
		})
		if err != nil && !errors.Is(err, sqlite.ErrStop) {
			return err
		}
		if frames == 0 {
			return nil
		}
		// The entries may be younger than the last check: they must not be filed into a file that cannot be opened anymore.
		if t.isReplaced != nil && t.isReplaced() {
			return ErrReplaced
		}
		if err := t.writeApplied(f, end); err != nil {
			return err
		}
		return t.finish()
	})
	if err != nil {
		return false, err
	}
	f.applied, f.begun = end, f.begun || frames > 0
	t.recent.commit(t.last, t.last+int64(len(t.changes)))
	return more, nil
}

// outcome is what the attempts of a batch make of a delivery of the same batch.
type outcome struct {
	entries  int // with attempts
	attempts int // in the last entry

	// Of the deciding attempt. An Attempt is five times as large, and a batch has up to 1,000.
	status   webhook.Status
	target   string
	code     int
	duration time.Duration
	failure  webhook.Failure
}

// readOutcomes reads the outcomes of the deliveries in the next batch. With them, a delivery is inserted with its final status, because
// updating its row and its indexes would take as long as inserting it.
func (t *transaction) readOutcomes(f *filing, limit journal.Batch) error {
	clear(t.outcomes)
	frames, bytes := 0, 0
	err := f.source.Read(f.applied, func(_ journal.Position, payload []byte) error {
		if frames >= limit.Frames || bytes >= limit.Bytes {
			return sqlite.ErrStop
		}
		frames++
		bytes += len(payload)
		if len(payload) == 0 {
			return nil // fileEntry returns an error
		}
		switch d := (decoder{encoding.NewDecoder(payload[1:])}); payload[0] {
		case entryRecord:
			t.outcomes[webhook.ID(d.Text())] = outcome{}
		case entryAttempts:
			id := webhook.ID(d.Text())
			o, isRecorded := t.outcomes[id]
			if !isRecorded {
				return nil
			}
			t.entry.reset()
			if _, err := decodeEntry(payload, &t.entry); err != nil || len(t.entry.attempts.list) == 0 {
				return err
			}
			a := webhook.Deciding(t.entry.attempts.list)
			t.outcomes[id] = outcome{o.entries + 1, len(t.entry.attempts.list), a.Status(), a.Target, a.Code, a.Duration, a.Failure}
		}
		return nil
	})
	if errors.Is(err, sqlite.ErrStop) {
		return nil
	}
	return err
}

// applyOutcome gives a delivery the outcome of its attempts, if one entry of the batch has them all.
func (t *transaction) applyOutcome(j *job) {
	o := t.outcomes[j.id]
	if o.entries != 1 {
		return
	}
	d := j.record.delivery
	j.record.early = &early{id: j.id, status: d.Status, met: d.Met}
	d.Status, d.Attempts = o.status, o.attempts
	d.Target, d.Code, d.Duration, d.Failure = o.target, o.code, o.duration, o.failure
	d.Met = webhook.MeetsStatus(d.ExpectedStatus, o.code)
}

// early is a delivery that was inserted with the outcome of attempts that are filed later in the transaction.
type early struct {
	id     webhook.ID
	status webhook.Status // before the attempts
	met    bool
}

// withdrawOutcomes gives the deliveries with a body the status that they had before attempts that are not yet filed. What a delivery
// resolves depends on the order of attempts.
func (t *transaction) withdrawOutcomes(bodyHash int64) error {
	for _, e := range t.early[bodyHash] {
		d := t.recorded[e.id]
		if !d.hasOutcome {
			continue
		}
		if err := t.updateDelivery(d.n, webhook.Summary{Status: e.status, Met: e.met}); err != nil {
			return err
		}
		d.hasOutcome = false
		t.recorded[e.id] = d
	}
	delete(t.early, bodyHash)
	return nil
}

// skipEntry marks the next entry as filed, although it is not.
func (t *transaction) skipEntry(c *sqlite.Conn, f *filing) error {
	end := f.applied
	err := f.source.Read(f.applied, func(frameEnd journal.Position, _ []byte) error {
		end = frameEnd
		return sqlite.ErrStop
	})
	if err != nil && !errors.Is(err, sqlite.ErrStop) {
		return err
	}
	t.conn = c
	if err := c.Transact(func() error { return t.writeApplied(f, end) }); err != nil {
		return err
	}
	f.applied, f.begun = end, true
	return nil
}

// writeApplied writes the position up to which a journal is filed. The first time, it also deletes the rows of journals that no longer
// exist. A journal exists before its row is written, so no other process can lose its row.
func (t *transaction) writeApplied(f *filing, p journal.Position) error {
	if !f.begun && t.dir != "" {
		ids, err := journal.IDs(t.dir)
		if err != nil {
			return err
		}
		list, err := json.Marshal(append(ids, f.journal))
		if err != nil {
			return err
		}
		if err := t.conn.Exec(deleteRemoved, string(list)); err != nil {
			return err
		}
	}
	return t.conn.Exec(updateApplied, f.journal, p.File, p.Offset)
}

// fileEntry writes one entry. Errors that belong to the entry alone are added to t.failures.
func (t *transaction) fileEntry(payload []byte) error {
	j := &t.entry
	j.reset()
	if _, err := decodeEntry(payload, j); err != nil {
		return err
	}
	switch payload[0] {
	case entryRecord:
		t.applyOutcome(j)
		return t.fileRecord(j)
	case entryState:
		return writeStates(t.conn, j.record.state)
	case entryAttempts:
		if id, ok := t.renamed[j.id]; ok {
			j.id = id
		}
		err := t.addAttempts(j)
		if concernsOneJob(err) {
			t.fail(j, err)
			err = nil
		}
		return err
	}
	return nil
}

// fileRecord writes a delivery. If its id is taken, the delivery gets another one, because it was acknowledged and must not be lost.
func (t *transaction) fileRecord(j *job) error {
	err := t.record(j)
	if !errors.Is(err, ErrDuplicateID) {
		return err
	}
	taken := j.id
	if j.id, err = webhook.NewID(rand.Reader); err != nil {
		return err
	}
	j.record.delivery.ID = j.id
	if err := t.record(j); err != nil {
		return err
	}
	if t.renamed == nil {
		t.renamed = map[webhook.ID]webhook.ID{}
	}
	t.renamed[taken] = j.id
	t.failures = append(t.failures, failure{taken, fmt.Errorf("%w: %s is recorded as %s", ErrDuplicateID, taken, j.id)})
	return nil
}

// fail notes attempts that cannot be filed. The entry's memory is reused, so it copies them.
func (t *transaction) fail(j *job, err error) {
	attempts := slices.Clone(j.attempts.list)
	for i := range attempts {
		attempts[i].Response = slices.Clone(attempts[i].Response)
	}
	t.failures = append(t.failures, failure{j.id, &AttemptError{ID: j.id, Attempts: attempts, Err: err}})
}

// isPermanent reports whether an entry can never be filed. Everything else can end: a lock, a full disk, even damage.
func isPermanent(err error) bool { return errors.Is(err, sqlite.ErrPanic) || sqlite.IsTooBig(err) }

// fileNext files the next entries in a transaction of limited size. An entry that can never be filed is skipped. It returns the entries that
// were not filed.
func (t *transaction) fileNext(c *sqlite.Conn, f *filing) (more bool, failed []failure, err error) {
	file := func(limit journal.Batch) error {
		return sqlite.Protect(c, func() (err error) {
			more, err = t.fileBatch(c, f, limit)
			return err
		})
	}
	if err = file(filingBatch); err == nil {
		return more, t.failures, nil
	}
	if !isPermanent(err) {
		return false, nil, err // the failures were rolled back, too
	}
	for { // one by one, up to the entry with the error
		err := file(journal.Batch{Frames: 1, Bytes: filingBatch.Bytes})
		failed = append(failed, t.failures...)
		if isPermanent(err) {
			failed = append(failed, failure{t.entry.id, fmt.Errorf("file %s: %w", t.entry.id, err)})
			return true, failed, t.skipEntry(c, f)
		}
		if err != nil || !more {
			return more, failed, err
		}
	}
}

// readIdentity reads the identity of the log.
func readIdentity(c *sqlite.Conn) (id journal.Identity, err error) {
	err = c.Rows("SELECT identity FROM log", nil, func(r *sqlite.Row) error {
		copy(id[:], r.Raw())
		return nil
	})
	return id, err
}

// recoverJournals files the entries that dead processes have left. If another process locks the log for too long, or the disk is full, the
// entries stay in their journals until the next process opens the log.
func recoverJournals(ctx context.Context, c *sqlite.Conn, path string, report func(error)) error {
	dir := filepath.Dir(path)
	err := journal.Recover(ctx, dir, func(d *journal.Dead) error {
		f, err := filingOf(c, d)
		if err != nil {
			return err
		}
		t := transaction{dir: dir}
		for more := true; more; {
			var failed []failure
			if more, failed, err = t.fileNext(c, f); err != nil {
				return err
			}
			for _, entry := range failed {
				report(entry.err)
			}
		}
		return database.SyncWAL(path)
	})
	if err = sqlite.Classify(err); errors.Is(err, ErrBusy) || errors.Is(err, ErrFull) {
		report(err)
		return nil
	}
	return err
}

func encodeFiled(p journal.Position) []byte {
	e := encoder{}
	e.filed(p)
	return e.Entry()
}

// filingOf returns where to continue with the journal of a dead process: after the position that the log has or, if the log was replaced
// by another one, after the last position that the journal itself has.
func filingOf(c *sqlite.Conn, d *journal.Dead) (*filing, error) {
	f := &filing{journal: d.ID, source: d}
	err := c.Rows(selectApplied, []any{d.ID}, func(r *sqlite.Row) error {
		f.applied = journal.Position{File: r.Int(), Offset: r.Int()}
		f.begun = true
		return nil
	})
	if err != nil || f.begun {
		return f, err
	}
	identity, err := readIdentity(c)
	if err != nil || identity == d.Identity {
		return f, err
	}
	return f, d.Read(journal.Position{}, func(_ journal.Position, payload []byte) error {
		if payload[0] != entryFiled {
			return nil
		}
		var j job
		p, err := decodeEntry(payload, &j)
		f.applied = p
		return err
	})
}

package store

import (
	"bytes"
	"slices"
	"sync"
	"sync/atomic"

	"github.com/vidiking/vidiking-cli/internal/store/encoding"
	"github.com/vidiking/vidiking-cli/internal/store/search"
	"github.com/vidiking/vidiking-cli/internal/webhook"
)

const (
	recentBytes     = 1 << 20 // of the changes that are kept in memory
	recentOpen      = 256     // deliveries without an attempt whose summary is kept
	recentOpenBytes = 4 << 10 // of such a summary
)

// recent keeps the newest changes that this process has written in memory, so a live view of the same process need not read them from the
// log. It has whole transactions that follow each other without one of another process in between.
type recent struct {
	wanted atomic.Bool // somebody reads

	mu    sync.Mutex
	after int64 // the changes follow this row
	list  []committed
	bytes int
}

// committed is a transaction.
type committed struct {
	seq     int64
	changes []recentChange
	bytes   int
}

// recentChange is a change without what the changes of one delivery in one transaction share. Nobody changes it after the commit.
type recentChange struct {
	kind    ChangeKind
	row     *Row
	attempt *webhook.Attempt // nil unless kind is ChangeAttempted
}

// rowBytes returns about how many bytes a delivery takes. What comes from a request can be long.
func rowBytes(s *webhook.Summary) int {
	const fixed = 1 << 10
	return fixed + len(s.Path) + len(s.Rest) + len(s.Query) + len(s.Host)
}

// attemptBytes returns about how many bytes an attempt takes, with its encoded header.
func attemptBytes(a *webhook.Attempt, header []byte) int {
	const fixed = 512
	return fixed + len(a.URL) + len(a.Target) + len(a.Error) + len(a.Response) + 2*len(header)
}

// add appends a transaction that followed the row after.
func (r *recent) add(after int64, c committed) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if n := len(r.list); n == 0 || r.list[n-1].seq != after {
		r.after, r.list, r.bytes = after, nil, 0
	}
	r.list = append(r.list, c)
	r.bytes += c.bytes
	dropped := 0
	for ; r.bytes > recentBytes; dropped++ {
		r.after, r.bytes = r.list[dropped].seq, r.bytes-r.list[dropped].bytes
	}
	kept := copy(r.list, r.list[dropped:])
	clear(r.list[kept:]) // the array would keep them
	r.list = r.list[:kept]
}

// reset drops everything, because the log was replaced.
func (r *recent) reset() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.list, r.bytes = nil, 0
}

// hasAfter reports whether memory has the next change after a row.
func (r *recent) hasAfter(row int64) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	n := len(r.list)
	return n > 0 && row >= r.after && r.list[n-1].seq > row
}

// read returns about limit changes after a row, in whole transactions, or none if the log must be read. Matches is not set.
func (r *recent) read(after int64, limit int) (all []Change) {
	r.wanted.Store(true)
	r.mu.Lock()
	defer r.mu.Unlock()
	if after < r.after {
		return nil
	}
	for _, c := range r.list {
		if c.seq <= after || len(all) >= limit {
			continue
		}
		all = slices.Grow(all, len(c.changes))
		for _, ch := range c.changes {
			all = append(all, Change{Seq: c.seq, Kind: ch.kind, Summary: ch.row.Summary, Cursor: ch.row.Cursor})
			if ch.attempt != nil {
				all[len(all)-1].Attempt = *ch.attempt
			}
		}
	}
	return all
}

// recentOf returns about limit changes from memory, or none if the log must be read.
func (r *Reader) recentOf(q Query, after int64, limit int) []Change {
	if r.recent == nil || search.Compile(q.Filter).Text != "" {
		return nil
	}
	changes := r.recent.read(after, limit)
	for i := range changes {
		changes[i].Matches = q.selectsWithoutFilter(&changes[i].Summary)
	}
	return changes
}

// recentChanges collects the changes of one transaction for recent.
type recentChanges struct {
	to         *recent
	off        bool  // nobody reads
	incomplete bool  // the transaction has changes that only the log has
	resolved   bool  // the transaction has resolved deliveries, maybe open ones
	seq        int64 // of the previous transaction
	batch      committed
	rows       map[webhook.ID]*Row // deliveries that this transaction has changed
	open       map[webhook.ID]*Row // deliveries of earlier transactions without an attempt
}

func (r *recentChanges) begin() {
	r.off = r.to == nil || !r.to.wanted.Load()
	r.incomplete, r.resolved, r.batch = false, false, committed{}
	if r.open == nil {
		r.rows, r.open = map[webhook.ID]*Row{}, map[webhook.ID]*Row{}
	}
	clear(r.rows)
}

// record adds a delivery that was recorded.
func (r *recentChanges) record(n int64, rec *recordedBody) {
	if r.off {
		return
	}
	d := rec.delivery
	row := &Row{d.Summary, CursorAt(d.ReceivedAt, n)}
	row.SameBodyAs = rec.sameBodyAs
	r.rows[d.ID] = row
	r.add(recentChange{kind: ChangeRecorded, row: row}, rowBytes(&row.Summary))
}

// attempt adds attempts at a delivery, which give it an outcome.
func (r *recentChanges) attempt(id webhook.ID, made *attemptsToAdd, outcome webhook.Summary) {
	if r.off {
		return
	}
	row := r.rows[id]
	if row == nil {
		earlier := r.open[id]
		if earlier == nil {
			r.incomplete = true
			return
		}
		changed := *earlier
		row = &changed
		r.rows[id] = row
		r.batch.bytes += rowBytes(&row.Summary)
	}
	row.Status, row.Met, row.Attempts = outcome.Status, outcome.Met, outcome.Attempts
	row.Target, row.Code, row.Duration, row.Failure = outcome.Target, outcome.Code, outcome.Duration, outcome.Failure
	for i, a := range made.list {
		header, err := encoding.DecodeHeader(made.headers[i])
		r.incomplete = r.incomplete || err != nil
		a.Header, a.Response = header, bytes.Clone(a.Response) // the entry's memory is reused
		r.add(recentChange{ChangeAttempted, row, &a}, attemptBytes(&a, made.headers[i]))
	}
}

func (r *recentChanges) add(ch recentChange, size int) {
	r.batch.bytes += size
	if r.incomplete = r.incomplete || r.batch.bytes > recentBytes; r.incomplete {
		r.batch.changes = nil
		return
	}
	r.batch.changes = append(r.batch.changes, ch)
}

// follow is called at the start of a transaction with the row of the newest change. If another process has written since the previous
// transaction, it may have resolved open deliveries.
func (r *recentChanges) follow(last int64) {
	if last != r.seq {
		clear(r.open)
	}
}

// reset forgets everything, because the log was replaced.
func (r *recentChanges) reset() {
	clear(r.open)
	if r.to != nil {
		r.to.reset()
	}
}

// commit keeps the changes of a transaction that followed the row after and has the number seq.
func (r *recentChanges) commit(after, seq int64) {
	r.seq = seq
	if r.resolved {
		clear(r.open)
		clear(r.rows)
	}
	for id, row := range r.rows {
		if row.Status == webhook.StatusPending && len(r.open) < recentOpen && rowBytes(&row.Summary) <= recentOpenBytes {
			r.open[id] = row
		} else {
			delete(r.open, id)
		}
	}
	if r.off || r.incomplete || len(r.batch.changes) == 0 {
		return
	}
	r.batch.seq = seq
	r.to.add(after, r.batch)
}

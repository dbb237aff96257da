package store

import (
	"math"
	"time"

	"github.com/vidiking/vidiking-cli/internal/store/sqlite"
)

// plan is what the writer is to prune, in small steps and in this order.
type plan struct {
	rejected Place // rejected deliveries up to here; zero: none
	probes   Place // probes up to here; zero: none
	all      Place // deliveries of any kind up to here; zero: none
	changes  int64 // rows of the change feed up to here
	vacuum   int64 // pages to give back to the disk
	urgent   bool  // so much that it may not wait for a quiet moment
	opened   int64 // which log it is of: see place
	finished chan<- error

	quotaBytes int64 // how much the first two steps will free, roughly
}

func (p *plan) nothingLeft() bool {
	return p.rejected == Place{} && p.probes == Place{} && p.all == Place{} && p.changes == 0 && p.vacuum == 0
}

// done reports whether nobody waits for it either.
func (p *plan) done() bool { return p.nothingLeft() && p.finished == nil }

const (
	quotaShare      = 16   // of Bytes, for rejected deliveries, and for probes
	changesPerEach  = 4    // recorded, attempted, perhaps again, mended: how many changes are kept for each delivery
	worthVacuuming  = 4096 // free pages, 16 MiB; and a quarter of the file. Fewer are soon used again
	leftFree        = 1024
	planChanges     = 5000 // some 2,500 deliveries
	planInterval    = time.Hour
	rowsPerDelivery = 2048 // what a delivery takes beside its body, roughly: its rows, headers, attempts, index entries
)

// planWhenDue plans when enough was written, here or by another process, or time has passed. Counting reads an index of all
// deliveries, some milliseconds for 100,000, so it is not done for each of them.
func (u *upkeep) planWhenDue() error {
	newest, err := u.conn.Number(lastChange)
	if err != nil {
		return err
	}
	used, _, err := u.pages()
	if err != nil {
		return err
	}
	switch {
	case u.planAgain:
	case newest-u.plannedRow >= int64(min(planChanges, u.retention.Deliveries/20+1)):
	case (used-u.plannedPages)*sqlite.PageBytes >= u.retention.Bytes/32:
	case u.now().Sub(u.plannedAt) >= planInterval:
	default:
		return nil
	}
	p, err := u.plan()
	if err != nil || p.done() {
		return err
	}
	select {
	case u.writer.plans <- p:
	case <-u.stop:
	}
	return nil
}

// planAndWait plans now and returns when the writer has pruned and there is nothing left to plan.
func (u *upkeep) planAndWait() error {
	for {
		if err := u.follow(); err != nil {
			return err
		}
		p, err := u.plan()
		if err != nil || p.done() {
			return err
		}
		finished := make(chan error, 1)
		p.finished = finished
		if err := u.handOver(p, finished); err != nil {
			return err
		}
	}
}

func (u *upkeep) handOver(p plan, finished <-chan error) error {
	plans := u.writer.plans
	for {
		select {
		case plans <- p:
			plans = nil
		case err := <-finished:
			return err
		case <-u.writer.full:
			u.report(u.checkpoint())
		case <-u.stop:
			return ErrClosed
		}
	}
}

func (u *upkeep) plan() (p plan, err error) {
	p.opened = u.opened
	if u.plannedRow, err = u.conn.Number(lastChange); err != nil {
		return p, err
	}
	if u.plannedPages, _, err = u.pages(); err != nil {
		return p, err
	}
	u.plannedAt = u.now()
	for _, step := range []func(*plan) error{u.planRejected, u.planProbes, u.planCount, u.planAge, u.planBytes, u.planChanges, u.planVacuum} {
		if err := step(&p); err != nil {
			return p, err
		}
	}
	u.planAgain = !p.nothingLeft() // what is pruned may free pages to give back, and bytes are a guess
	return p, nil
}

// The deliveries with a quota of their own, by a partial index each.
const (
	isRejected = "status = 'rejected'"
	isProbe    = "probe"
)

func (u *upkeep) planRejected(p *plan) (err error) {
	p.rejected, err = u.planQuota(p, isRejected, u.retention.Rejected)
	return err
}

func (u *upkeep) planProbes(p *plan) (err error) {
	p.probes, err = u.planQuota(p, isProbe, u.retention.Probes)
	return err
}

// planQuota keeps the newest deliveries of a kind, as far as their number and their bytes allow. It returns the place up to which they
// go; the zero Place if all stay.
func (u *upkeep) planQuota(p *plan, kind string, most int) (upTo Place, err error) {
	kept, bytes := 0, int64(0)
	newestFirst := "SELECT received_at, n, body_bytes FROM delivery WHERE " + kind + " ORDER BY received_at DESC, n DESC"
	err = u.conn.Rows(newestFirst, nil, func(q *sqlite.Row) error {
		m := Place{q.Int(), q.Int()}
		bytes += q.Int()
		if kept == most || bytes > u.retention.Bytes/quotaShare {
			upTo = m
			return sqlite.ErrStop
		}
		kept++
		return nil
	})
	if err != nil || upTo == (Place{}) {
		return upTo, err
	}
	beyond := "SELECT count(*), sum(body_bytes) FROM delivery WHERE " + kind + " AND (received_at, n) <= (?, ?)"
	return upTo, u.conn.Rows(beyond, []any{upTo.receivedAt, upTo.n}, func(q *sqlite.Row) error {
		excess := q.Int()
		p.quotaBytes += q.Int() + excess*rowsPerDelivery
		p.urgent = p.urgent || excess > int64(most)
		return nil
	})
}

// planCount counts rejected deliveries and probes beside the others, so that they never cost one of those.
func (u *upkeep) planCount(p *plan) error {
	const beyond = `SELECT received_at, n FROM delivery ORDER BY received_at DESC, n DESC
		LIMIT 1 OFFSET ? + (SELECT count(*) FROM delivery WHERE ` + isRejected + `)
		+ (SELECT count(*) FROM delivery WHERE ` + isProbe + ` AND NOT ` + isRejected + `)`
	err := u.conn.Rows(beyond, []any{u.retention.Deliveries}, func(q *sqlite.Row) error {
		p.all = Place{q.Int(), q.Int()}
		return nil
	})
	if err != nil || p.all == (Place{}) {
		return err
	}
	const count = "SELECT count(*) FROM delivery WHERE (received_at, n) <= (?, ?)"
	excess, err := u.conn.Number(count, p.all.receivedAt, p.all.n)
	p.urgent = p.urgent || excess > int64(u.retention.Deliveries)/10
	return err
}

func (u *upkeep) planAge(p *plan) error {
	oldest := u.now().Add(-u.retention.Age).UnixMilli()
	exists, err := u.conn.Number("SELECT 1 FROM delivery WHERE received_at < ? LIMIT 1", oldest)
	if m := (Place{oldest - 1, math.MaxInt64}); err == nil && exists == 1 && p.all.Before(m) {
		p.all = m
	}
	return err
}

// planBytes guesses how many of the oldest make up for what is too much. Other plans follow until it is enough.
func (u *upkeep) planBytes(p *plan) error {
	used, _, err := u.pages()
	if err != nil {
		return err
	}
	over := used*sqlite.PageBytes - u.retention.Bytes
	p.urgent = p.urgent || over > u.retention.Bytes/10
	over -= p.quotaBytes
	if over <= 0 {
		return nil
	}
	const oldestFirst = "SELECT received_at, n, body_bytes FROM delivery ORDER BY received_at, n"
	return u.conn.Rows(oldestFirst, nil, func(q *sqlite.Row) error {
		m := Place{q.Int(), q.Int()}
		if p.all.Before(m) {
			p.all = m
		}
		if over -= q.Int() + rowsPerDelivery; over <= 0 {
			return sqlite.ErrStop
		}
		return nil
	})
}

// planChanges keeps the newest of the feed. The very newest, which the next change is numbered after, is always among them.
func (u *upkeep) planChanges(p *plan) error {
	oldest, err := u.conn.Number("SELECT min(row) FROM change")
	if upTo := u.plannedRow - int64(u.retention.Deliveries)*changesPerEach; oldest <= upTo {
		p.changes = upTo
	}
	return err
}

func (u *upkeep) planVacuum(p *plan) error {
	used, free, err := u.pages()
	if free > worthVacuuming && free > used/3 {
		p.vacuum = free - leftFree
	}
	return err
}

// pages counts those of the log's file.
func (u *upkeep) pages() (used, free int64, err error) {
	all, err := u.conn.Number("PRAGMA page_count")
	if err != nil {
		return 0, 0, err
	}
	free, err = u.conn.Number("PRAGMA freelist_count")
	return all - free, free, err
}

package store

import (
	"math"
	"time"

	"github.com/vidiking/vidiking-cli/internal/store/sqlite"
)

// Retention limits the log. Deliveries within all limits are never pruned. Beyond a limit, the writer prunes the oldest ones while it is
// idle, except those that are still to be sent. A field that is not positive has its default.
type Retention struct {
	Deliveries int           // without rejected deliveries and probes
	Bytes      int64         // used by the log's file
	Age        time.Duration // since ReceivedAt
	Rejected   int           // rejected deliveries; together they use at most a sixteenth of Bytes
	Probes     int           // probes, with the same limit
}

// DefaultRetention keeps at least 100,000 deliveries, 1 GiB and 30 days. It keeps only the newest 1,000 rejected deliveries, because
// strangers must not displace real ones, and the newest 1,000 probes.
func DefaultRetention() Retention {
	return Retention{Deliveries: 100_000, Bytes: 1 << 30, Age: 30 * 24 * time.Hour, Rejected: 1000, Probes: 1000}
}

func (r Retention) orDefault() Retention {
	d := DefaultRetention()
	return Retention{
		Deliveries: positive(r.Deliveries, d.Deliveries),
		Bytes:      positive(r.Bytes, d.Bytes),
		Age:        positive(r.Age, d.Age),
		Rejected:   positive(r.Rejected, d.Rejected),
		Probes:     positive(r.Probes, d.Probes),
	}
}

func positive[T int | int64 | time.Duration](v, otherwise T) T {
	if v > 0 {
		return v
	}
	return otherwise
}

// plan lists what the writer is to prune, in small steps and in this order.
type plan struct {
	rejected Cursor // rejected deliveries up to here; zero: none
	probes   Cursor // probes up to here; zero: none
	all      Cursor // deliveries of any kind up to here; zero: none
	changes  int64  // rows of the change table up to here
	vacuum   int64  // pages to give back to the disk
	urgent   bool   // too much to wait until the writer is idle

	generation int64 // of the log file that the plan was made for
	quotaBytes int64 // roughly how much the first two steps free
}

func (p *plan) isEmpty() bool {
	return p.rejected == Cursor{} && p.probes == Cursor{} && p.all == Cursor{} && p.changes == 0 && p.vacuum == 0
}

const (
	quotaShare         = 16   // the part of Bytes that rejected deliveries, and that probes, may use
	changesPerDelivery = 4    // recorded, attempted, perhaps attempted again, resolved
	vacuumPages        = 4096 // 16 MiB. Fewer free pages are soon used again
	vacuumReserve      = 1024 // free pages that remain
	planChanges        = 5000 // about 2,500 deliveries
	planInterval       = time.Hour
	planRows           = 5000 // deliveries that a plan reads to estimate bytes, which takes about 10 ms
	rowBytes           = 2048 // rough size of a delivery without its body: rows, headers, attempts, index entries
)

// planner compares the log with its retention.
type planner struct {
	conn      *sqlite.Conn
	retention Retention
	now       func() time.Time
	maxRows   int // of deliveries that a plan may read to estimate their bytes; negative: all
	last      planState
}

// planState is the state of the log when the last plan was made.
type planState struct {
	at     time.Time
	row    int64 // of the newest change
	pages  int64 // in use
	pruned bool  // the plan was not empty
}

// isDue reports whether enough was written since the last plan, by this or another process, or enough time has passed. A plan reads an
// index of all deliveries, which takes a few milliseconds for 100,000, so it is not made for each of them.
func (p *planner) isDue() (bool, error) {
	newest, err := p.conn.Number(lastChange)
	if err != nil {
		return false, err
	}
	used, _, err := countPages(p.conn)
	if err != nil {
		return false, err
	}
	return p.last.pruned ||
		newest-p.last.row >= int64(min(planChanges, p.retention.Deliveries/20+1)) ||
		(used-p.last.pages)*sqlite.PageBytes >= p.retention.Bytes/32 ||
		p.now().Sub(p.last.at) >= planInterval, nil
}

// makePlan reads one state of the log: while the writer prunes, a plan that read several would prune too much.
func (p *planner) makePlan() (todo plan, err error) {
	err = p.conn.Snapshot(func() error { return p.planAll(&todo) })
	p.last.pruned = !todo.isEmpty() // plan again afterwards: pruning may free pages, and the bytes are an estimate
	return todo, err
}

func (p *planner) planAll(todo *plan) (err error) {
	if p.last.row, err = p.conn.Number(lastChange); err != nil {
		return err
	}
	if p.last.pages, _, err = countPages(p.conn); err != nil {
		return err
	}
	p.last.at = p.now()
	for _, step := range []func(*plan) error{
		p.planRejected, p.planProbes, p.planCount, p.planAge, p.planBytes, p.keepDue, p.planChanges, p.planVacuum,
	} {
		if err := step(todo); err != nil {
			return err
		}
	}
	return nil
}

// The deliveries that have their own quota. Each kind has a partial index.
const (
	isRejected = "status = 'rejected'"
	isProbe    = "probe"
)

func (p *planner) planRejected(todo *plan) (err error) {
	todo.rejected, err = p.planQuota(todo, isRejected, p.retention.Rejected)
	return err
}

func (p *planner) planProbes(todo *plan) (err error) {
	todo.probes, err = p.planQuota(todo, isProbe, p.retention.Probes)
	return err
}

// planQuota keeps the newest deliveries of a kind, within a number and a share of the bytes. It returns the cursor up to which the others
// are pruned, or the zero Cursor.
func (p *planner) planQuota(todo *plan, kind string, limit int) (end Cursor, err error) {
	kept, bytes := 0, int64(0)
	newestFirst := "SELECT received_at, n, body_bytes FROM delivery WHERE " + kind + " ORDER BY received_at DESC, n DESC"
	err = p.conn.Rows(newestFirst, nil, func(r *sqlite.Row) error {
		at := Cursor{r.Int(), r.Int()}
		bytes += r.Int()
		if kept == limit || bytes > p.retention.Bytes/quotaShare {
			end = at
			return sqlite.ErrStop
		}
		kept++
		return nil
	})
	if err != nil || end == (Cursor{}) {
		return end, err
	}
	excess := "SELECT count(*), sum(body_bytes) FROM delivery WHERE " + kind + " AND (received_at, n) <= (?, ?)"
	return end, p.conn.Rows(excess, []any{end.receivedAt, end.n}, func(r *sqlite.Row) error {
		count := r.Int()
		todo.quotaBytes += r.Int() + count*rowBytes
		todo.urgent = todo.urgent || count > int64(limit)
		return nil
	})
}

// planCount limits the number of deliveries. Rejected deliveries and probes are not counted, because they must never displace another one.
func (p *planner) planCount(todo *plan) error {
	const firstBeyond = `SELECT received_at, n FROM delivery ORDER BY received_at DESC, n DESC
		LIMIT 1 OFFSET ? + (SELECT count(*) FROM delivery WHERE ` + isRejected + `)
		+ (SELECT count(*) FROM delivery WHERE ` + isProbe + ` AND NOT ` + isRejected + `)`
	err := p.conn.Rows(firstBeyond, []any{p.retention.Deliveries}, func(r *sqlite.Row) error {
		todo.all = Cursor{r.Int(), r.Int()}
		return nil
	})
	if err != nil || todo.all == (Cursor{}) {
		return err
	}
	// Counting all of them could take long.
	const count = "SELECT count(*) FROM (SELECT 1 FROM delivery WHERE (received_at, n) <= (?, ?) LIMIT ?)"
	enough := int64(p.retention.Deliveries)/10 + 1
	excess, err := p.conn.Number(count, todo.all.receivedAt, todo.all.n, enough)
	todo.urgent = todo.urgent || excess == enough
	return err
}

func (p *planner) planAge(todo *plan) error {
	oldest := p.now().Add(-p.retention.Age).UnixMilli()
	exists, err := p.conn.Number("SELECT 1 FROM delivery WHERE received_at < ? LIMIT 1", oldest)
	if end := (Cursor{oldest - 1, math.MaxInt64}); err == nil && exists == 1 && todo.all.Before(end) {
		todo.all = end
	}
	return err
}

// planBytes estimates how many of the oldest deliveries free enough bytes. If they do not, or there are too many for one plan, the next
// plan prunes more.
func (p *planner) planBytes(todo *plan) error {
	used, _, err := countPages(p.conn)
	if err != nil {
		return err
	}
	excess := used*sqlite.PageBytes - p.retention.Bytes
	todo.urgent = todo.urgent || excess > p.retention.Bytes/10
	excess -= todo.quotaBytes
	if excess <= 0 {
		return nil
	}
	const oldestFirst = "SELECT received_at, n, body_bytes FROM delivery ORDER BY received_at, n LIMIT ?"
	return p.conn.Rows(oldestFirst, []any{p.maxRows}, func(r *sqlite.Row) error {
		at := Cursor{r.Int(), r.Int()}
		if todo.all.Before(at) {
			todo.all = at
		}
		if excess -= r.Int() + rowBytes; excess <= 0 {
			return sqlite.ErrStop
		}
		return nil
	})
}

// keepDue drops the cursor if all deliveries up to it are still to be sent. Otherwise, the next plan would be the same.
func (p *planner) keepDue(todo *plan) error {
	if todo.all == (Cursor{}) {
		return nil
	}
	const exists = "SELECT 1 FROM delivery WHERE (received_at, n) <= (?, ?) AND " + isNotDue + " LIMIT 1"
	n, err := p.conn.Number(exists, todo.all.receivedAt, todo.all.n)
	if err == nil && n == 0 {
		todo.all, todo.urgent = Cursor{}, false
	}
	return err
}

// planChanges keeps the newest rows of the change table. They always include the very newest, after which the next one is numbered.
func (p *planner) planChanges(todo *plan) error {
	oldest, err := p.conn.Number("SELECT min(row) FROM change")
	if end := p.last.row - int64(p.retention.Deliveries)*changesPerDelivery; oldest <= end {
		todo.changes = end
	}
	return err
}

func (p *planner) planVacuum(todo *plan) error {
	used, free, err := countPages(p.conn)
	if free > vacuumPages && free > used/3 {
		todo.vacuum = free - vacuumReserve
	}
	return err
}

// countPages counts the pages of the log's file.
func countPages(c *sqlite.Conn) (used, free int64, err error) {
	all, err := c.Number("PRAGMA page_count")
	if err != nil {
		return 0, 0, err
	}
	free, err = c.Number("PRAGMA freelist_count")
	return all - free, free, err
}

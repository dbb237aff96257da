// Package retention decides what the delivery log prunes, and prunes it in small steps.
package retention

import (
	"math"
	"time"

	"github.com/vidiking/vidiking-cli/internal/store/sqlite"
)

// Limits limit the log. All of them are positive.
type Limits struct {
	Deliveries int           // without rejected deliveries and probes
	Bytes      int64         // used by the log's file
	Age        time.Duration // since a delivery was received
	Rejected   int           // rejected deliveries
	Probes     int           // probes
}

// Position is a position in the order of the log: by the time when a delivery was received, in milliseconds, and its number.
type Position struct{ ReceivedAt, N int64 }

// before reports whether p is closer to the oldest delivery.
func (p Position) before(o Position) bool {
	return p.ReceivedAt < o.ReceivedAt || p.ReceivedAt == o.ReceivedAt && p.N < o.N
}

// Plan lists what is to be pruned, in small steps and in this order. Step carries it out.
type Plan struct {
	Rejected Position // rejected deliveries up to here; zero: none
	Probes   Position // probes up to here; zero: none
	All      Position // deliveries of any kind up to here; zero: none
	changes  int64    // rows of the change table up to here
	vacuum   int64    // pages to give back to the disk

	Urgent     bool  // too much to wait until the writer is idle
	Generation int64 // of the log file that the plan was made for; set by the caller
	quotaBytes int64 // roughly how much the first two steps free
}

// IsEmpty reports whether nothing is to be pruned.
func (p *Plan) IsEmpty() bool {
	return p.Rejected == Position{} && p.Probes == Position{} && p.All == Position{} && p.changes == 0 && p.vacuum == 0
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

const newestChange = "SELECT max(row) FROM change"

// Planner compares a log with its limits.
type Planner struct {
	Conn     *sqlite.Conn
	Limits   Limits
	Now      func() time.Time
	Complete bool  // read all deliveries beyond the limit of bytes, not only some of them
	Last     State // when the last plan was made
}

// State is the state of the log when a plan was made.
type State struct {
	At     time.Time
	row    int64 // of the newest change
	pages  int64 // in use
	Pruned bool  // the plan was not empty, so another one is due
}

// IsDue reports whether enough was written since the last plan, by this or another process, or enough time has passed. A plan reads an
// index of all deliveries, which takes a few milliseconds for 100,000, so it is not made for each of them.
func (p *Planner) IsDue() (bool, error) {
	newest, err := p.Conn.Number(newestChange)
	if err != nil {
		return false, err
	}
	used, _, err := sqlite.CountPages(p.Conn)
	if err != nil {
		return false, err
	}
	return p.Last.Pruned ||
		newest-p.Last.row >= int64(min(planChanges, p.Limits.Deliveries/20+1)) ||
		(used-p.Last.pages)*sqlite.PageBytes >= p.Limits.Bytes/32 ||
		p.Now().Sub(p.Last.At) >= planInterval, nil
}

// MakePlan reads one state of the log: while the writer prunes, a plan that read several would prune too much.
func (p *Planner) MakePlan() (todo Plan, err error) {
	err = p.Conn.Snapshot(func() error { return p.planAll(&todo) })
	p.Last.Pruned = !todo.IsEmpty() // plan again afterwards: pruning may free pages, and the bytes are an estimate
	return todo, err
}

func (p *Planner) planAll(todo *Plan) (err error) {
	if p.Last.row, err = p.Conn.Number(newestChange); err != nil {
		return err
	}
	if p.Last.pages, _, err = sqlite.CountPages(p.Conn); err != nil {
		return err
	}
	p.Last.At = p.Now()
	for _, step := range []func(*Plan) error{
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

func (p *Planner) planRejected(todo *Plan) (err error) {
	todo.Rejected, err = p.planQuota(todo, isRejected, p.Limits.Rejected)
	return err
}

func (p *Planner) planProbes(todo *Plan) (err error) {
	todo.Probes, err = p.planQuota(todo, isProbe, p.Limits.Probes)
	return err
}

// planQuota keeps the newest deliveries of a kind, within a number and a share of the bytes. It returns the cursor up to which the others
// are pruned, or the zero Position.
func (p *Planner) planQuota(todo *Plan, kind string, limit int) (end Position, err error) {
	kept, bytes := 0, int64(0)
	newestFirst := "SELECT received_at, n, body_bytes FROM delivery WHERE " + kind + " ORDER BY received_at DESC, n DESC"
	err = p.Conn.Rows(newestFirst, nil, func(r *sqlite.Row) error {
		at := Position{r.Int(), r.Int()}
		bytes += r.Int()
		if kept == limit || bytes > p.Limits.Bytes/quotaShare {
			end = at
			return sqlite.ErrStop
		}
		kept++
		return nil
	})
	if err != nil || end == (Position{}) {
		return end, err
	}
	excess := "SELECT count(*), sum(body_bytes) FROM delivery WHERE " + kind + " AND (received_at, n) <= (?, ?)"
	return end, p.Conn.Rows(excess, []any{end.ReceivedAt, end.N}, func(r *sqlite.Row) error {
		count := r.Int()
		todo.quotaBytes += r.Int() + count*rowBytes
		todo.Urgent = todo.Urgent || count > int64(limit)
		return nil
	})
}

// planCount limits the number of deliveries. Rejected deliveries and probes are not counted, because they must never displace another one.
func (p *Planner) planCount(todo *Plan) error {
	const firstBeyond = `SELECT received_at, n FROM delivery ORDER BY received_at DESC, n DESC
		LIMIT 1 OFFSET ? + (SELECT count(*) FROM delivery WHERE ` + isRejected + `)
		+ (SELECT count(*) FROM delivery WHERE ` + isProbe + ` AND NOT ` + isRejected + `)`
	err := p.Conn.Rows(firstBeyond, []any{p.Limits.Deliveries}, func(r *sqlite.Row) error {
		todo.All = Position{r.Int(), r.Int()}
		return nil
	})
	if err != nil || todo.All == (Position{}) {
		return err
	}
	// Counting all of them could take long.
	const count = "SELECT count(*) FROM (SELECT 1 FROM delivery WHERE (received_at, n) <= (?, ?) LIMIT ?)"
	enough := int64(p.Limits.Deliveries)/10 + 1
	excess, err := p.Conn.Number(count, todo.All.ReceivedAt, todo.All.N, enough)
	todo.Urgent = todo.Urgent || excess == enough
	return err
}

func (p *Planner) planAge(todo *Plan) error {
	oldest := p.Now().Add(-p.Limits.Age).UnixMilli()
	exists, err := p.Conn.Number("SELECT 1 FROM delivery WHERE received_at < ? LIMIT 1", oldest)
	if end := (Position{oldest - 1, math.MaxInt64}); err == nil && exists == 1 && todo.All.before(end) {
		todo.All = end
	}
	return err
}

// planBytes estimates how many of the oldest deliveries free enough bytes. If they do not, or there are too many for one plan, the next
// plan prunes more.
func (p *Planner) planBytes(todo *Plan) error {
	used, _, err := sqlite.CountPages(p.Conn)
	if err != nil {
		return err
	}
	excess := used*sqlite.PageBytes - p.Limits.Bytes
	todo.Urgent = todo.Urgent || excess > p.Limits.Bytes/10
	excess -= todo.quotaBytes
	if excess <= 0 {
		return nil
	}
	limit := planRows
	if p.Complete {
		limit = -1
	}
	const oldestFirst = "SELECT received_at, n, body_bytes FROM delivery ORDER BY received_at, n LIMIT ?"
	return p.Conn.Rows(oldestFirst, []any{limit}, func(r *sqlite.Row) error {
		at := Position{r.Int(), r.Int()}
		if todo.All.before(at) {
			todo.All = at
		}
		if excess -= r.Int() + rowBytes; excess <= 0 {
			return sqlite.ErrStop
		}
		return nil
	})
}

// keepDue drops the cursor if all deliveries up to it are still to be sent. Otherwise, the next plan would be the same.
func (p *Planner) keepDue(todo *Plan) error {
	if todo.All == (Position{}) {
		return nil
	}
	const exists = "SELECT 1 FROM delivery WHERE (received_at, n) <= (?, ?) AND " + isNotDue + " LIMIT 1"
	n, err := p.Conn.Number(exists, todo.All.ReceivedAt, todo.All.N)
	if err == nil && n == 0 {
		todo.All, todo.Urgent = Position{}, false
	}
	return err
}

// planChanges keeps the newest rows of the change table. They always include the very newest, after which the next one is numbered.
func (p *Planner) planChanges(todo *Plan) error {
	oldest, err := p.Conn.Number("SELECT min(row) FROM change")
	if end := p.Last.row - int64(p.Limits.Deliveries)*changesPerDelivery; oldest <= end {
		todo.changes = end
	}
	return err
}

func (p *Planner) planVacuum(todo *Plan) error {
	used, free, err := sqlite.CountPages(p.Conn)
	if free > vacuumPages && free > used/3 {
		todo.vacuum = free - vacuumReserve
	}
	return err
}

package store

import (
	"errors"
	"time"

	"github.com/vidiking/vidiking-cli/internal/store/database"
	"github.com/vidiking/vidiking-cli/internal/store/retention"
	"github.com/vidiking/vidiking-cli/internal/store/sqlite"
)

// maintenance checkpoints the WAL and plans what the writer prunes. It has its own goroutine and connection, because the writer must never
// wait for either.
type maintenance struct {
	*coordination
	planner  retention.Planner
	file     *logFile
	recorder *recorder
	stop     chan struct{}

	next       *retention.Plan // for the writer, which has not yet taken it
	generation int64           // of the log file that the connection belongs to
	idleTicks  int             // ticks without a commit
	seen       int64           // transactions at the last tick
}

const (
	maintenanceInterval    = time.Second
	maintenanceBusyTimeout = 20 * time.Millisecond // a checkpoint that meets a lock is tried again later

	// Maintenance copies the WAL into the database each time it has grown by 20 MiB, and makes it start over. Few, large checkpoints
	// write a page once that many transactions change. At 48 MiB the writer waits, because the WAL must stay below 64 MB.
	checkpointPages = 5000
	stallPages      = 12_000

	// After ten idle seconds, a WAL of at least this many pages is truncated.
	truncateTicks = 10
	truncatePages = 1000
)

func newMaintenance(c *sqlite.Conn, file *logFile, r *recorder, shared *coordination, o Options) *maintenance {
	return &maintenance{
		coordination: shared, file: file, recorder: r, generation: file.generation.Load(), stop: make(chan struct{}),
		planner: retention.Planner{Conn: c, Limits: o.Retention.limits(), Now: o.Now},
	}
}

// openMaintenance opens the connection that checkpoints the log and plans what to prune.
func openMaintenance(path string) (*sqlite.Conn, error) {
	c, err := database.Open(path, sqlite.Options{})
	if err != nil {
		return nil, err
	}
	c.SetBusyTimeout(maintenanceBusyTimeout)
	if err := c.Script("PRAGMA synchronous = NORMAL; PRAGMA cache_size = -500"); err != nil {
		return nil, errors.Join(err, c.Close())
	}
	return c, nil
}

func (m *maintenance) run() {
	tick := time.NewTicker(maintenanceInterval)
	defer tick.Stop()
	for {
		var plans chan<- retention.Plan // nil unless there is a plan
		var next retention.Plan
		if m.next != nil {
			plans, next = m.plans, *m.next
		}
		select {
		case <-m.stop:
			return
		case plans <- next:
			m.next = nil
		case <-m.checkpointDue:
			m.report(m.checkpoint())
		case <-tick.C:
			m.report(m.followFile())
			m.report(m.keepJournal())
			m.report(m.truncateWhenIdle())
			m.report(m.planWhenDue())
		}
	}
}

// report passes an error to the writer, which calls OnError. It ignores locks of other processes.
func (m *maintenance) report(err error) {
	err = sqlite.Classify(err)
	if err == nil || errors.Is(err, ErrBusy) {
		return
	}
	select {
	case m.failures <- err:
	case <-m.stop:
	}
}

// followFile opens the log file that the writer has opened. If the writer still has one that was replaced, followFile wakes it.
func (m *maintenance) followFile() error {
	generation := m.file.generation.Load()
	if generation == m.generation {
		m.checkFile()
		return nil
	}
	c, err := openMaintenance(m.file.path)
	if err != nil {
		return err
	}
	detach(m.planner.Conn)
	m.planner.Conn, m.generation = c, generation
	m.planner.Last = retention.State{Pruned: true}
	return nil
}

func (m *maintenance) checkFile() {
	m.txMu.Lock()
	isReplaced := m.file.isReplaced()
	m.txMu.Unlock()
	if !isReplaced {
		return
	}
	select {
	case m.sawReplaced <- struct{}{}:
	default: // the writer has not yet handled the last one
	}
}

// keepJournal syncs the journal, for the case of a power cut, and removes the files whose entries are all filed.
func (m *maintenance) keepJournal() error {
	j := m.recorder.get()
	if j == nil {
		return nil
	}
	applied := j.applied.Load()
	if applied == nil || !j.writer.HasFiled(*applied) {
		return j.writer.Sync()
	}
	return errors.Join(j.writer.Sync(), database.SyncWAL(m.file.path), j.writer.RemoveFiled(*applied))
}

// checkpoint copies the WAL into the database and makes it start over, unless a reader uses it. It copies most of it while the writer
// continues, and then stops the writer only for the rest.
func (m *maintenance) checkpoint() error {
	m.checkpointMu.Lock()
	defer m.checkpointMu.Unlock()
	err := m.planner.Conn.Checkpoint(sqlite.Passive)
	if err == nil {
		err = m.checkpointExclusively(sqlite.Restart)
	}
	m.checkpointAt.Store(m.walPages.Load() + checkpointPages)
	return err
}

// checkpointExclusively runs a checkpoint between two transactions.
func (m *maintenance) checkpointExclusively(mode sqlite.CheckpointMode) error {
	m.txMu.Lock()
	defer m.txMu.Unlock()
	return m.planner.Conn.Checkpoint(mode)
}

// truncateWhenIdle gives the disk space of a long WAL back once nothing has been written for a while.
func (m *maintenance) truncateWhenIdle() error {
	transactions := m.transactions.Load()
	if transactions != m.seen {
		m.seen = transactions
		m.idleTicks = 0
		return nil
	}
	m.idleTicks++
	if m.idleTicks < truncateTicks || m.walPages.Load() < truncatePages {
		return nil
	}
	err := m.planner.Conn.Checkpoint(sqlite.Passive)
	if err == nil {
		err = m.checkpointExclusively(sqlite.Truncate)
	}
	if err == nil {
		m.walPages.Store(0)
		m.checkpointAt.Store(checkpointPages)
	}
	return err
}

// planWhenDue makes a plan for the writer if there is something to prune. While the writer prunes, maintenance continues to checkpoint.
func (m *maintenance) planWhenDue() error {
	if m.next != nil {
		return nil
	}
	due, err := m.planner.IsDue()
	if err != nil || !due {
		return err
	}
	p, err := m.planner.MakePlan()
	if err != nil || p.IsEmpty() {
		return err
	}
	p.Generation = m.generation
	m.next = &p
	return nil
}

package store

import (
	"errors"
	"time"

	"github.com/vidiking/vidiking-cli/internal/store/sqlite"
)

// upkeep keeps the log in bounds, away from the writer: it has a connection of its own, checkpoints with it, and counts with it what
// the writer is to prune.
type upkeep struct {
	conn      *sqlite.Conn
	writer    *writer
	retention Retention
	now       func() time.Time

	stop chan struct{}
	asks chan chan error // plan now, and say when it is done

	opened       int64 // which log the connection is to: see place
	idleTicks    int   // for how many ticks nothing was committed
	commits      int64 // the writer's, at the last tick
	planAgain    bool  // the last plan had something to prune
	plannedRow   int64 // the newest change, when the last plan was made
	plannedPages int64 // how many pages were in use then
	plannedAt    time.Time
}

const (
	upkeepTick             = time.Second
	maintenanceBusyTimeout = 20 * time.Millisecond // a checkpoint that meets a lock is tried again later, not waited for

	// The WAL is copied into the log whenever it has grown by 8 MiB, and made to start over at 24 MiB. Fewer, larger checkpoints write
	// the pages that every transaction touches once. At 48 MiB the writer waits for the disk, since the WAL must not pass 64 MB.
	checkpointPages = 2000
	restartPages    = 6000
	stallPages      = 12_000

	// Ten quiet seconds, and a WAL that is worth it, give the disk its space back.
	truncateTicks = 10
	truncatePages = 1000
)

func newUpkeep(c *sqlite.Conn, w *writer, o Options) *upkeep {
	return &upkeep{
		conn: c, writer: w, opened: w.place.opened.Load(), retention: o.Retention.orDefault(), now: o.Now,
		stop: make(chan struct{}), asks: make(chan chan error),
	}
}

func (u *upkeep) run() {
	tick := time.NewTicker(upkeepTick)
	defer tick.Stop()
	for {
		select {
		case <-u.stop:
			return
		case <-u.writer.full:
			u.report(u.checkpoint())
		case <-tick.C:
			u.report(u.follow())
			u.report(u.truncateWhenIdle())
			u.report(u.planWhenDue())
		case answer := <-u.asks:
			answer <- u.planAndWait()
		}
	}
}

// report hands a failure to the writer, which tells OnError. That another process holds a lock is none.
func (u *upkeep) report(err error) {
	if err == nil || errors.Is(sqlite.Classify(err), ErrBusy) {
		return
	}
	select {
	case u.writer.reports <- sqlite.Classify(err):
	case <-u.stop:
	}
}

// checkpoint copies the WAL into the log while the writer goes on. A WAL that has grown long is made to start over, which has to
// happen between two transactions: so the bulk is copied before, and the writer waits for the rest only.
func (u *upkeep) checkpoint() error {
	u.writer.copying.Lock()
	defer u.writer.copying.Unlock()
	err := u.conn.Checkpoint(sqlite.Passive)
	if err == nil && u.writer.walPages.Load() >= restartPages {
		err = u.checkpointBetween(sqlite.Restart)
	}
	u.writer.checkpointAt.Store(u.writer.walPages.Load() + checkpointPages)
	return err
}

// checkpointBetween keeps the writer from beginning a transaction meanwhile.
func (u *upkeep) checkpointBetween(mode sqlite.CheckpointMode) error {
	u.writer.turn.Lock()
	defer u.writer.turn.Unlock()
	err := u.conn.Checkpoint(mode)
	return err
}

func (u *upkeep) truncateWhenIdle() error {
	commits := u.writer.commits.Load()
	if commits != u.commits {
		u.commits = commits
		u.idleTicks = 0
		return nil
	}
	u.idleTicks++
	if u.idleTicks < truncateTicks || u.writer.walPages.Load() < truncatePages {
		return nil
	}
	err := u.conn.Checkpoint(sqlite.Passive)
	if err == nil {
		err = u.checkpointBetween(sqlite.Truncate)
	}
	if err == nil {
		u.writer.walPages.Store(0)
		u.writer.checkpointAt.Store(checkpointPages)
	}
	return err
}

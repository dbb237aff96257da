package store

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"runtime"
	"sync/atomic"
	"syscall"

	"github.com/vidiking/vidiking-cli/internal/store/sqlite"
)

// place is where the log is, and which file was found there. Somebody may take the log away while it is written: what is acknowledged
// after that would be in a file that nobody can open any more.
type place struct {
	dir, path string
	file      fs.FileInfo  // the writer's; guarded by its turn
	opened    atomic.Int64 // how many logs were opened here so far
	changed   func()       // another one was opened
}

// open opens the log for writing and makes it where there is none.
func (p *place) open(ctx context.Context) (*sqlite.Conn, error) {
	if _, err := createFile(p.dir); err != nil {
		return nil, err
	}
	file, err := os.Stat(p.path)
	if err != nil {
		return nil, err
	}
	c, err := openWriting(ctx, p.path)
	if err != nil {
		return nil, err
	}
	p.file = file
	p.opened.Add(1)
	keepReserve(p.dir)
	return c, nil
}

// canBeTaken says whether a file that is open can be taken away: not on Windows.
const canBeTaken = runtime.GOOS != "windows"

// isLeft reports whether the file is not at its place any more.
func (p *place) isLeft() bool {
	if !canBeTaken {
		return false
	}
	now, err := os.Stat(p.path)
	return errors.Is(err, fs.ErrNotExist) || errors.Is(err, syscall.ENOTDIR) || err == nil && !os.SameFile(p.file, now)
}

// stay has the writer write the log that is at its place. It holds the turn.
func (w *writer) stay() error {
	if !w.place.isLeft() {
		return nil
	}
	newest, err := w.conn.Number(lastChange)
	if err != nil {
		newest = w.tx.last + int64(len(w.tx.changes))
	}
	c, err := w.place.open(context.Background())
	if err != nil {
		return err
	}
	leave(w.conn)
	w.use(c)
	w.tx.begin = max(w.tx.begin, newest) // who follows the changes goes on
	w.forgetPlan()
	w.place.changed()
	w.onError(ErrTakenAway)
	return nil
}

// keepPlace is stay between two transactions. Where it fails, so does the next transaction, and whoever waits for that is told.
func (w *writer) keepPlace() {
	w.turn.Lock()
	defer w.turn.Unlock()
	_ = w.stay()
}

// leave closes a connection to a log that was taken away. Closing the last one would remove the -wal file by its name, which another
// log has by now.
func leave(c *sqlite.Conn) {
	if err := c.CheckpointOnClose(false); err == nil {
		_ = c.Close() // there is nothing left to lose
	}
}

// plan takes what upkeep has planned, unless it is for another log.
func (w *writer) plan(p plan) {
	w.todo = p
	if p.opened != w.place.opened.Load() {
		w.forgetPlan()
	}
}

func (w *writer) forgetPlan() {
	if w.todo.finished != nil {
		w.todo.finished <- nil
	}
	w.todo = plan{}
}

// follow has upkeep keep the log that the writer writes, and the writer look where it is not at its place.
func (u *upkeep) follow() error {
	p := u.writer.place
	opened := p.opened.Load()
	if opened == u.opened {
		u.look()
		return nil
	}
	c, err := openMaintenance(p.path)
	if err != nil {
		return err
	}
	leave(u.conn)
	u.conn, u.opened = c, opened
	u.planAgain, u.plannedRow, u.plannedPages = true, 0, 0
	return nil
}

func (u *upkeep) look() {
	u.writer.turn.Lock()
	left := u.writer.place.isLeft()
	u.writer.turn.Unlock()
	if !left {
		return
	}
	select {
	case u.writer.moved <- struct{}{}:
	default: // it was told already
	}
}

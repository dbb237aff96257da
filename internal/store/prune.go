package store

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/vidiking/vidiking-cli/internal/store/database"
	"github.com/vidiking/vidiking-cli/internal/store/retention"
	"github.com/vidiking/vidiking-cli/internal/store/sqlite"
	"github.com/vidiking/vidiking-cli/internal/webhook"
)

// prunePause is how many times as long as a step of pruning the writer waits before the next one: deliveries need the processor and the
// disk more.
const prunePause = 4

// prune runs one small step of the plan. It does not wait for other processes: they prune the same log, and the next plan covers the
// rest.
func (w *writer) prune() {
	started := time.Now()
	defer func() { w.pruneAt = time.Now().Add(prunePause * time.Since(started)) }()
	w.txMu.Lock()
	w.conn.SetBusyTimeout(0)
	err := sqlite.Classify(sqlite.Protect(w.conn, func() error { return w.plan.Step(w.conn) }))
	w.conn.SetBusyTimeout(database.BusyTimeout)
	w.txMu.Unlock()
	if err == nil {
		w.limitWAL()
		return
	}
	w.plan = retention.Plan{}
	if !errors.Is(err, ErrBusy) {
		w.onError(fmt.Errorf("prune the delivery log: %w", err))
	}
}

// Pruned is the result of Prune.
type Pruned struct {
	Deliveries int
	Freed      int64 // how much smaller the log's files are; less than what was deleted if other processes use them
}

// Prune deletes deliveries from the log in dir and gives the space back to the disk, also the space of an import that was killed. It
// ignores ids that the log does not have. It works in short transactions, between which a running listen can write. If it is
// interrupted, some of the deliveries are deleted.
//
// If the disk is full, Prune deletes the log's reserve and works in steps that fit into that space.
func Prune(ctx context.Context, dir string, ids []webhook.ID) (Pruned, error) {
	path, err := logPath(dir)
	if err != nil {
		return Pruned{}, err
	}
	before := database.Size(path)
	d := retention.NewDeletion(ids)
	err = sqlite.Classify(prune(ctx, dir, path, d))
	if errors.Is(err, ErrFull) {
		database.ReleaseReserve(dir)
		d.UseLittleSpace()
		err = sqlite.Classify(prune(ctx, dir, path, d))
	}
	database.KeepReserve(dir)
	done := Pruned{Deliveries: d.Deleted, Freed: max(0, before-database.Size(path))}
	if err != nil {
		return done, fmt.Errorf("prune the delivery log: %w", err)
	}
	return done, nil
}

// prune deletes deliveries and shrinks the files. After an error, it can be called again and continues.
func prune(ctx context.Context, dir, path string, d *retention.Deletion) error {
	c, err := database.OpenWriting(ctx, path)
	if err != nil {
		return fmt.Errorf("open it: %w", err)
	}
	c.SetInterrupt(ctx)
	err = recoverJournals(ctx, c, path, func(error) {})
	if err == nil {
		err = d.Run(ctx, c)
	}
	if err == nil {
		err = cleanUpDeadImport(ctx, c, dir)
	}
	if err == nil {
		err = d.Shrink(ctx, c)
	}
	c.SetInterrupt(context.Background())
	return errors.Join(err, c.Close())
}

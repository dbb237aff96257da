package store

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"

	"github.com/vidiking/vidiking-cli/internal/store/database"
	"github.com/vidiking/vidiking-cli/internal/store/journal"
	"github.com/vidiking/vidiking-cli/internal/store/sqlite"
)

// openReading opens a connection for reading. It returns ErrNoLog if there is no log. If a process has died and left a journal, openReading
// files it first.
func openReading(ctx context.Context, path string) (*sqlite.Conn, error) {
	if err := database.CheckFile(path); err != nil {
		return nil, err
	}
	unfiled, err := recoverForReading(ctx, path)
	if err != nil {
		return nil, err
	}
	c, err := database.OpenReading(ctx, path)
	if err == nil && unfiled != nil {
		if err = checkFiled(c, unfiled); err != nil {
			return nil, errors.Join(err, c.Close())
		}
	}
	return c, err
}

// recoverForReading files the journals of dead processes. On a read-only disk it returns the first of them instead. If the log is busy or
// the disk is full, the entries stay in the journal, and the reader does without them.
func recoverForReading(ctx context.Context, path string) (unfiled *journal.Dead, err error) {
	dead, err := journal.FirstDead(ctx, filepath.Dir(path))
	if err != nil || dead == nil {
		return nil, err
	}
	c, err := database.OpenWriting(ctx, path)
	if err == nil {
		err = errors.Join(recoverJournals(ctx, c, path, func(error) {}), c.Close())
	}
	switch err = sqlite.Classify(err); {
	case errors.Is(err, ErrReadOnly):
		return dead, nil
	case errors.Is(err, ErrBusy), errors.Is(err, ErrFull):
		return nil, nil
	}
	return nil, err
}

// checkFiled returns an error if a journal has entries that are not in the log.
func checkFiled(c *sqlite.Conn, d *journal.Dead) error {
	f, err := filingOf(c, d)
	if err != nil {
		return err
	}
	return d.Read(f.applied, func(_ journal.Position, payload []byte) error {
		if payload[0] == entryFiled {
			return nil
		}
		return fmt.Errorf("%w, but it was not closed cleanly and needs a recovery", ErrReadOnly)
	})
}

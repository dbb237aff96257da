package store

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
	"time"

	"github.com/vidiking/vidiking-cli/internal/store/journal"
	"github.com/vidiking/vidiking-cli/internal/store/schema"
	"github.com/vidiking/vidiking-cli/internal/store/search"
	"github.com/vidiking/vidiking-cli/internal/store/sqlite"
)

// busyTimeout is how long a transaction waits for one of another process. After that the sender gets 503, well within the 10 s that
// Vidiking waits for a response (docs: Webhooks, Delivery).
const busyTimeout = 5 * time.Second

func openConn(path string, o sqlite.Options) (*sqlite.Conn, error) {
	return sqlite.Open(path, o, search.Functions(), search.Aggregates())
}

// openWriting opens a connection for writing, and creates or migrates the schema. It checks the version before it changes anything.
func openWriting(ctx context.Context, path string) (*sqlite.Conn, error) {
	version, err := sqlite.UserVersion(path)
	if err != nil {
		return nil, err
	}
	if err := schema.Supports(version); err != nil {
		return nil, err
	}
	c, err := openConn(path, sqlite.Options{})
	if err != nil {
		return nil, err
	}
	if err := prepareWriting(ctx, c, path); err != nil {
		if sqlite.IsInterrupted(err) && ctx.Err() != nil {
			err = ctx.Err()
		}
		return nil, errors.Join(err, c.Close())
	}
	return c, nil
}

func prepareWriting(ctx context.Context, c *sqlite.Conn, path string) error {
	c.SetInterrupt(ctx)
	defer c.SetInterrupt(context.Background())
	c.SetBusyTimeout(busyTimeout)
	// Closing the connection must not checkpoint a log of a newer version.
	if err := c.CheckpointOnClose(false); err != nil {
		return err
	}
	version, err := schema.Check(c)
	if err != nil {
		return err
	}
	if err := c.CheckpointOnClose(true); err != nil {
		return err
	}
	if err := makePrivate(path); err != nil {
		return err
	}
	if err := schema.Migrate(ctx, c, version); err != nil {
		return err
	}
	if err := makePrivate(path); err != nil { // switching to WAL mode created -wal and -shm
		return err
	}
	// 4 MB of pages hold the inner pages of all indexes of a full log.
	return c.Script("PRAGMA cache_size = -4000")
}

// openMaintenance opens the connection that checkpoints the log and plans what to prune.
func openMaintenance(path string) (*sqlite.Conn, error) {
	c, err := openConn(path, sqlite.Options{})
	if err != nil {
		return nil, err
	}
	c.SetBusyTimeout(maintenanceBusyTimeout)
	if err := c.Script("PRAGMA synchronous = NORMAL; PRAGMA cache_size = -500"); err != nil {
		return nil, errors.Join(err, c.Close())
	}
	return c, nil
}

// openReading opens a connection for reading. It returns ErrNoLog if there is no log. If a process has died and left a journal, openReading
// files it first.
func openReading(ctx context.Context, path string) (*sqlite.Conn, error) {
	version, err := sqlite.UserVersion(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, ErrNoLog
	case err != nil:
		return nil, err
	}
	if err := schema.Supports(version); err != nil {
		return nil, err
	}
	unfiled, err := recoverForReading(ctx, path)
	if err != nil {
		return nil, err
	}
	c, err := openFiled(ctx, path)
	if err == nil && unfiled != nil {
		if err = checkFiled(c, unfiled); err != nil {
			return nil, errors.Join(err, c.Close())
		}
	}
	return c, err
}

// openFiled opens a connection that reads what is filed.
func openFiled(ctx context.Context, path string) (*sqlite.Conn, error) {
	c, err := openConn(path, sqlite.Options{ReadOnly: true})
	if err != nil {
		return nil, err
	}
	err = prepareReading(c, path)
	if err == nil {
		return c, nil
	}
	err = errors.Join(err, c.Close())
	switch {
	case errors.Is(err, errOldSchema):
		return openMigrated(ctx, path)
	case IsFull(err):
		return openExclusive(ctx, path)
	case !sqlite.IsWriteNeeded(err):
		return nil, err
	case hasNoWAL(path):
		return openImmutable(path)
	default:
		return nil, fmt.Errorf("%w, but it was not closed cleanly and needs a recovery: %w", ErrReadOnly, err)
	}
}

// recoverForReading files the journals of dead processes. On a read-only disk it returns the first of them instead. If the log is busy or
// the disk is full, the entries stay in the journal, and the reader does without them.
func recoverForReading(ctx context.Context, path string) (unfiled *journal.Dead, err error) {
	dead, err := journal.FirstDead(ctx, filepath.Dir(path))
	if err != nil || dead == nil {
		return nil, err
	}
	c, err := openWriting(ctx, path)
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

func prepareReading(c *sqlite.Conn, path string) error {
	c.SetBusyTimeout(busyTimeout)
	version, err := schema.Check(c)
	if err != nil {
		return err
	}
	switch {
	case version == 0: // a writer is about to create the schema
		return ErrNoLog
	case version < schema.Version:
		return errOldSchema
	}
	// SQLite may have created -wal and -shm. On a read-only disk their mode stays as it is.
	if err := makePrivate(path); err != nil && !errors.Is(err, fs.ErrPermission) && !errors.Is(err, syscall.EROFS) {
		return err
	}
	return nil
}

// errOldSchema reports that the log needs a migration.
var errOldSchema = errors.New("the delivery log has an older schema")

// openMigrated migrates a log by opening it for writing once, then opens it for reading. Processes that have the log open go on. If ctx
// ends, the migration is rolled back.
func openMigrated(ctx context.Context, path string) (*sqlite.Conn, error) {
	w, err := openWriting(ctx, path)
	if err != nil {
		return nil, fmt.Errorf("migrate the delivery log: %w", err)
	}
	if err := w.Close(); err != nil {
		return nil, err
	}
	return openReading(ctx, path)
}

// hasNoWAL reports whether the database file holds all of the log.
func hasNoWAL(path string) bool {
	info, err := os.Stat(path + "-wal")
	return errors.Is(err, fs.ErrNotExist) || err == nil && info.Size() == 0
}

// openImmutable opens a log on a read-only disk, where SQLite cannot create a -shm file. No process can write the log there.
func openImmutable(path string) (*sqlite.Conn, error) {
	c, err := openConn(path, sqlite.Options{ReadOnly: true, Immutable: true})
	if err != nil {
		return nil, err
	}
	version, err := schema.Check(c)
	switch {
	case err == nil && version == 0:
		err = ErrNoLog
	case err == nil && version < schema.Version:
		err = fmt.Errorf("%w, but an older version of this program wrote it and it needs a migration", ErrReadOnly)
	}
	if err != nil {
		return nil, errors.Join(err, c.Close())
	}
	return c, nil
}

// openExclusive opens a log on a full disk, where SQLite cannot create a -shm file. The connection keeps all other processes away, so the
// Reader closes it after each call. If another process has the log open, the -shm file exists and openExclusive is not needed.
func openExclusive(ctx context.Context, path string) (*sqlite.Conn, error) {
	c, err := openConn(path, sqlite.Options{Exclusive: true})
	if err != nil {
		return nil, err
	}
	c.SetInterrupt(ctx)
	err = prepareReading(c, path)
	if errors.Is(err, errOldSchema) {
		err = fmt.Errorf("%w: the log needs a migration first", ErrFull)
	}
	if err != nil {
		return nil, errors.Join(err, c.Close())
	}
	return c, nil
}

package database

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"syscall"
	"time"

	"github.com/vidiking/vidiking-cli/internal/store/search"
	"github.com/vidiking/vidiking-cli/internal/store/sqlite"
)

// BusyTimeout is how long a transaction waits for one of another process. After that the sender gets 503, well within the 10 s that
// Vidiking waits for a response (docs: Webhooks, Delivery).
const BusyTimeout = 5 * time.Second

// Open opens a connection to the log at path. It changes nothing.
func Open(path string, o sqlite.Options) (*sqlite.Conn, error) {
	return sqlite.Open(path, o, search.Functions(), search.Aggregates())
}

// CheckFile returns ErrNoLog if there is no log at path, and ErrNewerSchema if it has a newer schema. A process that was killed while it
// created the log may have left a file without content, which SQLite cannot open for reading only.
func CheckFile(path string) error {
	version, err := sqlite.UserVersion(path)
	if errors.Is(err, fs.ErrNotExist) {
		return ErrNoLog
	}
	if err != nil {
		return err
	}
	if journal, err := os.Stat(path + "-journal"); version == 0 && err == nil && journal.Size() > 0 {
		return ErrNoLog // only a log in creation has a rollback journal
	}
	return supports(version)
}

// IsOutdated reports whether opening the log at path will migrate it.
func IsOutdated(path string) bool {
	version, err := sqlite.UserVersion(path)
	return err == nil && version > 0 && version < Version
}

// OpenWriting opens a connection for writing, and creates or migrates the schema. It checks the version before it changes anything.
func OpenWriting(ctx context.Context, path string) (*sqlite.Conn, error) {
	version, err := sqlite.UserVersion(path)
	if err != nil {
		return nil, err
	}
	if err := supports(version); err != nil {
		return nil, err
	}
	c, err := Open(path, sqlite.Options{})
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
	c.SetBusyTimeout(BusyTimeout)
	// Closing the connection must not checkpoint a log of a newer version.
	if err := c.CheckpointOnClose(false); err != nil {
		return err
	}
	version, err := check(c)
	if err != nil {
		return err
	}
	if err := c.CheckpointOnClose(true); err != nil {
		return err
	}
	if err := makePrivate(path); err != nil {
		return err
	}
	if err := migrate(ctx, c, version); err != nil {
		return err
	}
	if err := makePrivate(path); err != nil { // switching to WAL mode created -wal and -shm
		return err
	}
	// 4 MB of pages hold the inner pages of all indexes of a full log.
	return c.Script("PRAGMA cache_size = -4000")
}

// OpenReading opens a connection for reading, and migrates an older schema.
func OpenReading(ctx context.Context, path string) (*sqlite.Conn, error) {
	c, err := Open(path, sqlite.Options{ReadOnly: true})
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
	case sqlite.IsFull(err):
		return openExclusive(ctx, path)
	case !sqlite.IsWriteNeeded(err):
		return nil, err
	case hasNoWAL(path):
		return openImmutable(path)
	default:
		return nil, fmt.Errorf("%w, but it was not closed cleanly and needs a recovery: %w", sqlite.ErrReadOnly, err)
	}
}

func prepareReading(c *sqlite.Conn, path string) error {
	c.SetBusyTimeout(BusyTimeout)
	version, err := check(c)
	if err != nil {
		return err
	}
	switch {
	case version == 0: // a writer is about to create the schema
		return ErrNoLog
	case version < Version:
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
	w, err := OpenWriting(ctx, path)
	if err != nil {
		return nil, fmt.Errorf("migrate the delivery log: %w", err)
	}
	if err := w.Close(); err != nil {
		return nil, err
	}
	return OpenReading(ctx, path)
}

// hasNoWAL reports whether the database file holds all of the log.
func hasNoWAL(path string) bool {
	info, err := os.Stat(path + "-wal")
	return errors.Is(err, fs.ErrNotExist) || err == nil && info.Size() == 0
}

// openImmutable opens a log on a read-only disk, where SQLite cannot create a -shm file. No process can write the log there.
func openImmutable(path string) (*sqlite.Conn, error) {
	c, err := Open(path, sqlite.Options{ReadOnly: true, Immutable: true})
	if err != nil {
		return nil, err
	}
	version, err := check(c)
	switch {
	case err == nil && version == 0:
		err = ErrNoLog
	case err == nil && version < Version:
		err = fmt.Errorf("%w, but an older version of this program wrote it and it needs a migration", sqlite.ErrReadOnly)
	}
	if err != nil {
		return nil, errors.Join(err, c.Close())
	}
	return c, nil
}

// openExclusive opens a log on a full disk, where SQLite cannot create a -shm file. The connection keeps all other processes away, so the
// Reader closes it after each call. If another process has the log open, the -shm file exists and openExclusive is not needed.
func openExclusive(ctx context.Context, path string) (*sqlite.Conn, error) {
	c, err := Open(path, sqlite.Options{Exclusive: true})
	if err != nil {
		return nil, err
	}
	c.SetInterrupt(ctx)
	err = prepareReading(c, path)
	if errors.Is(err, errOldSchema) {
		err = fmt.Errorf("%w: the log needs a migration first", sqlite.ErrFull)
	}
	if err != nil {
		return nil, errors.Join(err, c.Close())
	}
	return c, nil
}

// makePrivate removes all rights of other users from the log's files. The driver creates -wal and -shm with the mode that the umask
// allows; makePrivate runs before anything is written to them.
func makePrivate(path string) error {
	for _, name := range []string{path, path + "-wal", path + "-shm"} {
		info, err := os.Stat(name)
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err == nil && info.Mode().Perm()&^sqlite.FileMode != 0 {
			err = os.Chmod(name, sqlite.FileMode)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

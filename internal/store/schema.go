package store

import (
	"context"
	"embed"
	"fmt"

	"github.com/vidiking/vidiking-cli/internal/store/sqlite"
)

const (
	schemaVersion = 7          // the number of migrations, and the user_version of a log that has all of them
	applicationID = 0x56444b4c // "VDKL", set by the first migration
)

// migrations are numbered from 1 without gaps: 0001_log.sql migrates version 0, an empty file, to version 1.
//
//go:embed migrations/*.sql
var migrations embed.FS

// checkVersion returns the version of the log's schema. It changes nothing.
func checkVersion(c *sqlite.Conn) (int, error) {
	version, err := c.Number("PRAGMA user_version")
	if err != nil {
		return 0, err
	}
	if version > schemaVersion {
		return 0, newerSchema(int(version))
	}
	id, err := c.Number("PRAGMA application_id")
	if err != nil {
		return 0, err
	}
	if version > 0 && id != applicationID {
		return 0, fmt.Errorf("%w: it is another program's database", ErrCorrupt)
	}
	return int(version), nil
}

func newerSchema(version int) error {
	return fmt.Errorf("%w: its schema is version %d, and this program supports up to %d", ErrNewerSchema, version, schemaVersion)
}

// migrate switches the log to WAL mode and runs the migrations that it needs. Several processes may do so at the same time.
func migrate(ctx context.Context, c *sqlite.Conn, version int) error {
	if version == 0 {
		// After the first table exists, this would need a VACUUM (sqlite.org/pragma.html#pragma_auto_vacuum).
		if err := c.Script("PRAGMA auto_vacuum = INCREMENTAL"); err != nil {
			return err
		}
	}
	if err := sqlite.UseWAL(ctx, c); err != nil {
		return err
	}
	// In WAL mode, NORMAL syncs only at checkpoints: a commit survives the death of the process, and a power cut may lose the last ones.
	if err := c.Script("PRAGMA synchronous = NORMAL"); err != nil {
		return err
	}
	for version < schemaVersion {
		if err := migrateTo(c, version+1); err != nil {
			return fmt.Errorf("migrate to version %d: %w", version+1, err)
		}
		version++
	}
	return nil
}

// migrateTo migrates the log from the previous version in one transaction, unless another process has already done it.
func migrateTo(c *sqlite.Conn, version int) error {
	script, err := migrationScript(version)
	if err != nil {
		return err
	}
	return c.Transact(func() error {
		current, err := checkVersion(c)
		if err != nil || current >= version {
			return err
		}
		return c.Script(fmt.Sprintf("%s; PRAGMA user_version = %d", script, version))
	})
}

func migrationScript(version int) (string, error) {
	entries, err := migrations.ReadDir("migrations")
	if err != nil {
		return "", err
	}
	script, err := migrations.ReadFile("migrations/" + entries[version-1].Name())
	return string(script), err
}

// Outdated reports whether opening the log in dir will migrate it, and the log's size. Migrating a large log takes seconds.
func Outdated(dir string) (outdated bool, size int64) {
	path, err := logPath(dir)
	if err != nil {
		return false, 0
	}
	version, err := sqlite.UserVersion(path)
	return err == nil && version > 0 && version < schemaVersion, diskSize(path)
}

package store

import (
	"context"
	"embed"
	"fmt"

	"github.com/vidiking/vidiking-cli/internal/store/sqlite"
)

const (
	schemaVersion = 4          // how many migrations there are; PRAGMA user_version of a log that has them all
	applicationID = 0x56444b4c // "VDKL", set by the first migration
)

// migrations are numbered from 1 without a gap: 0001_log.sql makes version 1 of version 0, an empty file.
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
		return 0, fmt.Errorf("%w: it is some other program's database", ErrCorrupt)
	}
	return int(version), nil
}

func newerSchema(version int) error {
	return fmt.Errorf("%w: its schema is version %d, and this program knows %d", ErrNewerSchema, version, schemaVersion)
}

// setUp brings the log into the shape that this program works with. Several processes may do so at the same moment.
func migrate(ctx context.Context, c *sqlite.Conn, version int) error {
	if version == 0 {
		// Before the first table, or it would take a whole VACUUM (sqlite.org/pragma.html#pragma_auto_vacuum).
		if err := c.Script("PRAGMA auto_vacuum = INCREMENTAL"); err != nil {
			return err
		}
	}
	if err := sqlite.UseWAL(ctx, c); err != nil {
		return err
	}
	// In WAL mode NORMAL syncs at checkpoints only: a commit survives the process, and a power cut may take the last ones.
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

// migrate makes version out of the one before it, in one transaction. Where another process was quicker it does nothing.
func migrateTo(c *sqlite.Conn, version int) error {
	script, err := migrationScript(version)
	if err != nil {
		return err
	}
	return c.Transact(func() error {
		have, err := checkVersion(c)
		if err != nil || have >= version {
			return err
		}
		return c.Script(fmt.Sprintf("%s; PRAGMA user_version = %d", script, version))
	})
}

// Outdated reports whether the log in dir has to be migrated when it is opened next, and how large it is. A large log takes seconds.
func Outdated(dir string) (outdated bool, size int64) {
	path, err := logPath(dir)
	if err != nil {
		return false, 0
	}
	version, err := sqlite.UserVersion(path)
	return err == nil && version > 0 && version < schemaVersion, diskSize(path)
}

func migrationScript(version int) (string, error) {
	entries, err := migrations.ReadDir("migrations")
	if err != nil {
		return "", err
	}
	script, err := migrations.ReadFile("migrations/" + entries[version-1].Name())
	return string(script), err
}

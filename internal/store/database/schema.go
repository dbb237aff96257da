// Package database opens the database of the delivery log, whose files only the user can read, and migrates older schemas.
package database

import (
	"context"
	"embed"
	"errors"
	"fmt"

	"github.com/vidiking/vidiking-cli/internal/store/sqlite"
)

// Version is the number of migrations, and the user_version of a log that has all of them.
const Version = 7

const applicationID = 0x56444b4c // "VDKL", set by the first migration

// Errors that callers distinguish with errors.Is.
var (
	ErrNoLog       = errors.New("there is no delivery log")
	ErrNewerSchema = errors.New("the delivery log was written by a newer version of this program")
)

// migrations are numbered from 1 without gaps: 0001_log.sql migrates version 0, an empty file, to version 1.
//
//go:embed migrations/*.sql
var migrations embed.FS

// check returns the version of a log's schema, or ErrNewerSchema. It changes nothing.
func check(c *sqlite.Conn) (int, error) {
	version, err := c.Number("PRAGMA user_version")
	if err != nil {
		return 0, err
	}
	if err := supports(int(version)); err != nil {
		return 0, err
	}
	id, err := c.Number("PRAGMA application_id")
	if err != nil {
		return 0, err
	}
	if version > 0 && id != applicationID {
		return 0, fmt.Errorf("%w: it is another program's database", sqlite.ErrCorrupt)
	}
	return int(version), nil
}

// supports returns ErrNewerSchema if a version is newer than this program knows.
func supports(version int) error {
	if version <= Version {
		return nil
	}
	return fmt.Errorf("%w: its schema is version %d, and this program supports up to %d", ErrNewerSchema, version, Version)
}

// migrate switches a log to WAL mode and runs the migrations after a version. Several processes may do so at the same time.
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
	for version < Version {
		if err := MigrateTo(c, version+1); err != nil {
			return fmt.Errorf("migrate to version %d: %w", version+1, err)
		}
		version++
	}
	return nil
}

// MigrateTo migrates a log from the previous version in one transaction, unless another process has already done it.
func MigrateTo(c *sqlite.Conn, version int) error {
	script, err := migrationScript(version)
	if err != nil {
		return err
	}
	return c.Transact(func() error {
		current, err := check(c)
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

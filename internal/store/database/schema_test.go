package database

import (
	"path/filepath"
	"testing"

	"github.com/vidiking/vidiking-cli/internal/store/sqlite"
)

func TestVersionIsTheNumberOfMigrations(t *testing.T) {
	files, err := migrations.ReadDir("migrations")
	if err != nil || len(files) != Version {
		t.Errorf("%d migrations, %v, want Version, which is %d", len(files), err, Version)
	}
}

func TestFailedMigrationChangesNothing(t *testing.T) {
	path := filepath.Join(t.TempDir(), "log.db")
	c, err := sqlite.Open(path, sqlite.Options{Create: true}, nil, nil)
	if err == nil {
		err = c.Script("CREATE TABLE part (in_the_way)")
	}
	if err != nil {
		t.Fatal(err)
	}
	if err := MigrateTo(c, 1); err == nil {
		t.Error("migrate got no error, want one about an existing table")
	}
	for text, want := range map[string]int64{
		"PRAGMA user_version": 0, "PRAGMA application_id": 0, "SELECT count(*) FROM sqlite_schema": 1,
	} {
		if got, err := c.Number(text); err != nil || got != want {
			t.Errorf("%s gives %d, %v, want %d", text, got, err, want)
		}
	}
	if err := c.Close(); err != nil {
		t.Error(err)
	}
}

package store

import (
	"context"
	"errors"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/vidiking/vidiking-cli/internal/store/database"
	"github.com/vidiking/vidiking-cli/internal/store/sqlite"
	"github.com/vidiking/vidiking-cli/internal/webhook"
)

func TestMaskedNamesAreKept(t *testing.T) {
	l := openLog(t, t.TempDir(), Options{})
	names := []string{"Cookie", webhook.SignatureHeader}
	d := newSource(1).next(func(d *webhook.Delivery) { d.Masked = names })
	record(t, l, d)
	a := answered(200)
	a.Masked = []string{"Set-Cookie"}
	attempt(t, l, d.ID, a)
	got := get(t, l.Reader(), d.ID)
	if diff := cmp.Diff(names, got.Masked); diff != "" {
		t.Errorf("the delivery's masked names (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(a.Masked, got.History[0].Masked); diff != "" {
		t.Errorf("the attempt's masked names (-want +got):\n%s", diff)
	}
}

// olderLog creates a log with schema 1, one delivery and one attempt.
func olderLog(t *testing.T, dir string) {
	t.Helper()
	path, err := createFile(dir)
	if err != nil {
		t.Fatal(err)
	}
	c, err := database.Open(path, sqlite.Options{})
	if err != nil {
		t.Fatal(err)
	}
	err = errors.Join(
		c.Script("PRAGMA auto_vacuum = INCREMENTAL; PRAGMA journal_mode = WAL"), database.MigrateTo(c, 1),
		c.Script(`INSERT INTO delivery VALUES (1, 'dlv_0000000001', '', 1000, 'local', 'render.complete', '', 'delivered', 'valid', '',
			'', '', '', 2, 0, 1, 'http://localhost:3000/', 200, 1000000, '');
			INSERT INTO content VALUES (1, x'', CAST('{}' AS BLOB));
			INSERT INTO attempt VALUES (1, 1, 'http://localhost:3000/', 1000, 200, '', '', 1000000, 0, 0, 2, 0, x'', CAST('ok' AS BLOB));
			INSERT INTO change VALUES (1, 1, 1, 1, 0), (2, 2, 2, 1, 1)`),
		c.Close())
	if err != nil {
		t.Fatal(err)
	}
}

func TestOlderLogIsReadAndWritten(t *testing.T) {
	t.Run("by a reader first", func(t *testing.T) {
		dir := filepath.Join(t.TempDir(), "data")
		olderLog(t, dir)
		d := get(t, openReader(t, dir), "dlv_0000000001")
		if string(d.Body) != "{}" || len(d.History) != 1 || string(d.History[0].Response) != "ok" || d.Masked != nil || d.History[0].Masked != nil {
			t.Errorf("read %+v, want the delivery of the older version", d)
		}
		checkIntegrity(t, dir)
	})
	t.Run("by a writer first", func(t *testing.T) {
		dir := filepath.Join(t.TempDir(), "data")
		olderLog(t, dir)
		l := openLog(t, dir, Options{})
		record(t, l, newSource(1).next())
		if got, err := l.Reader().Count(context.Background(), Query{}); err != nil || got != 2 {
			t.Errorf("Count = %d, %v, want the old and the new delivery", got, err)
		}
	})
}

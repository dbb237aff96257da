package store

import (
	"context"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"testing"

	"github.com/vidiking/vidiking-cli/internal/webhook"
)

func logSize(t *testing.T, dir string) int64 {
	t.Helper()
	info, err := os.Stat(filepath.Join(dir, FileName))
	if err != nil {
		t.Fatal(err)
	}
	return info.Size()
}

func TestPruneDeletesWhatIsChosenAndGivesTheSpaceBack(t *testing.T) {
	dir := t.TempDir()
	all := recorded(1, 1500)
	importAll(t, dir, atStart(), all...)
	var chosen, kept []webhook.ID
	for i, d := range all {
		if i%10 == 0 {
			kept = append(kept, d.ID)
			continue
		}
		chosen = append(chosen, d.ID)
	}
	before := logSize(t, dir)
	done, err := Prune(t.Context(), dir, append(chosen, "dlv_zzzzzzzzzz"))
	if err != nil || done.Deliveries != len(chosen) {
		t.Fatalf("Prune = %+v, %v, want %d deleted", done, err, len(chosen))
	}
	after := logSize(t, dir)
	if after > before/4 || done.Freed < before/2 {
		t.Errorf("the log had %d bytes and has %d; Prune says %d were given back", before, after, done.Freed)
	}
	r := openReader(t, dir)
	if got := list(t, r, Query{}); !slices.Equal(got, kept) {
		t.Errorf("the log has %d deliveries, want the %d that were not chosen", len(got), len(kept))
	}
	wantNothingAhead(t, r, int64(len(kept)))
	checkIntegrity(t, dir)
}

func TestPruneDoesNotDisturbAListen(t *testing.T) {
	dir := t.TempDir()
	all := recorded(2, 2000)
	importAll(t, dir, atStart(), all...)
	l := openLog(t, dir, atStart())
	before := logSize(t, dir)
	ctx, stop := context.WithCancel(t.Context())
	var both sync.WaitGroup
	live, during := newSource(9), 0
	both.Go(func() {
		for ctx.Err() == nil {
			if err := l.Record(context.Background(), live.next()); err != nil {
				t.Errorf("Record while it is pruned: %v", err)
				return
			}
			during++
		}
	})
	var ids []webhook.ID
	for _, d := range all {
		ids = append(ids, d.ID)
	}
	done, err := Prune(t.Context(), dir, ids)
	stop()
	both.Wait()
	if err != nil || done.Deliveries != len(ids) {
		t.Errorf("Prune = %+v, %v, want %d", done, err, len(ids))
	}
	if n, err := l.Reader().Count(t.Context(), Query{}); err != nil || n != during || during < 5 {
		t.Errorf("the log has %d, %v, want the %d that came meanwhile, 5 at least", n, err, during)
	}
	t.Logf("%d came meanwhile; the log had %d bytes, and has %d", during, before, logSize(t, dir))
	checkIntegrity(t, dir)
}

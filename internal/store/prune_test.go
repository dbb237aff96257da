package store

import (
	"os"
	"path/filepath"
	"slices"
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

func TestPruneDeletesTheChosenDeliveriesAndShrinksTheFile(t *testing.T) {
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

func TestPruneDoesNotBlockAListen(t *testing.T) {
	dir := t.TempDir()
	l := openLog(t, dir, atStart())
	other := newBystander(t, l)
	for seed := byte(10); seed < 20 && other.few.Load(); seed++ { // on a slow machine, one import may be too short
		all := recorded(seed, 2000)
		importAll(t, dir, atStart(), all...)
		var ids []webhook.ID
		for _, d := range all {
			ids = append(ids, d.ID)
		}
		other.runWhileRecording(func() {
			if done, err := Prune(t.Context(), dir, ids); err != nil || done.Deliveries != len(ids) {
				t.Errorf("Prune = %+v, %v, want %d", done, err, len(ids))
			}
		})
	}
	other.stop()
	if n, err := l.Reader().Count(t.Context(), Query{}); err != nil || n != other.recorded || other.during < 5 {
		t.Errorf("the log has %d, %v, want %d; %d were recorded while pruning, want at least 5", n, err, other.recorded, other.during)
	}
	checkIntegrity(t, dir)
}

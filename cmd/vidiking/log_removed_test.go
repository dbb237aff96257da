package main

import (
	"net/http"
	"os"
	"runtime"
	"strings"
	"testing"

	"github.com/vidiking/vidiking-cli/internal/store"
)

// If the data directory is deleted while listen runs, only deliveries answered before that are lost.
func TestListenStartsANewLogIfItsLogIsDeleted(t *testing.T) {
	t.Parallel()
	if runtime.GOOS == "windows" {
		t.Skip("open files cannot be deleted here")
	}
	w := newTestHome(t)
	l := w.startListen(t, "vidiking", echoing(t).URL()+"/webhooks/vidiking")
	if code, _ := send(t, l.url, sized(50)); code != http.StatusOK {
		t.Fatalf("got %d, want 200", code)
	}
	l.await("it is shown", func() bool { return strings.Contains(l.said(l.stdout), "dlv_") }) // unrecorded rows would be lost with the log
	if err := os.RemoveAll(w.dir); err != nil {
		t.Fatal(err)
	}
	after := sized(60)
	if code, _ := send(t, l.url, after); code != http.StatusOK {
		t.Fatalf("after that: got %d, want 200", code)
	}
	l.await("there is a new log", func() bool {
		r, err := store.OpenReader(t.Context(), w.dir)
		if err != nil {
			return false
		}
		defer func() { _ = r.Close() }()
		return len(bodies(t, r)) > 0
	})
	if found := bodies(t, openLog(t, w.dir)); len(found) != 1 || found[string(after)] != 1 {
		t.Errorf("the new log has %d bodies, want the one that was answered", len(found))
	}
	l.await("it can be found again", l.announced)
	l.await("it is said", func() bool { return strings.Contains(l.said(l.stderr), "The delivery log was removed.") })
	if code, _, stderr := w.run(t, "vidiking", "trigger", "wallet.deposit"); code != 0 {
		t.Errorf("trigger ended with %d: %s", code, stderr)
	}
	if n := count(t, openLog(t, w.dir), store.Query{}); n != 2 {
		t.Errorf("the new log has %d deliveries, want 2", n)
	}
	if code := l.interrupt(); code != 0 {
		t.Errorf("got exit code %d, want 0; stderr:\n%s", code, l.said(l.stderr))
	}
	// Later deliveries are shown like earlier ones.
	if said := l.said(l.stdout); !strings.Contains(said, "wallet.deposit") || strings.Count(said, "dlv_") != 3 {
		t.Errorf("got\n%s\nwant three deliveries", said)
	}
}

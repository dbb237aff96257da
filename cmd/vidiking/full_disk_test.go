package main

import (
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/vidiking/vidiking-cli/internal/store"
)

// On a full disk, listen accepts no delivery that it cannot record: it responds 503, so the provider retries, and prints the reason once.
// When there is space again it continues, and earlier records are intact.
func TestListenOnAFullDiskRejectsDeliveriesItCannotRecord(t *testing.T) {
	t.Parallel()
	onOwnDisk(t, "size=16m", func(*testHome) {}, func(w *testHome) { fullDisk(t, w) })
}

func fullDisk(t *testing.T, w *testHome) {
	t.Helper()
	handler := startHandler(t, nil)
	l := w.startListen(t, "vidiking", handler.handler())
	d := &disk{t: t, l: l, s: dialAll(t, l.url, 1)[0]}

	r := openLog(t, l.dir)
	settled := func() bool { return count(t, r, store.Query{}) == d.taken && count(t, r, pending()) == 0 }
	d.sends(http.StatusOK, 20)
	l.await("every attempt is in the log", settled)
	rest := fillUp(t, l.dir)
	d.until(http.StatusServiceUnavailable)
	d.sends(http.StatusServiceUnavailable, 5)
	l.await("listen says why", func() bool { return d.told() > 0 })
	if err := os.Remove(rest); err != nil {
		t.Fatal(err)
	}
	d.until(http.StatusOK)
	d.sends(http.StatusOK, 20)

	if n := d.told(); n != 1 {
		t.Errorf("listen said %d times that the disk is full, want once; stderr:\n%s", n, l.said(l.stderr))
	}
	l.await("every attempt is in the log", settled)
	if got := len(bodies(t, r)); got != d.taken || count(t, r, store.Query{}) != d.taken {
		t.Errorf("%d in the log, want the %d that were taken", got, d.taken)
	}
	if got := handler.calls(); got != d.taken {
		t.Errorf("the handler was called %d times, want %d: unrecorded deliveries must not be forwarded", got, d.taken)
	}
	if code := l.interrupt(); code != 0 {
		t.Errorf("listen ended with %d, want 0; stderr:\n%s", code, l.said(l.stderr))
	}
}

// disk sends deliveries, one after the other, to a listen whose data directory is on a small disk.
type disk struct {
	t     *testing.T
	l     *listening
	s     *sender
	next  int64
	taken int // answered with 200
}

func (d *disk) send() int {
	d.t.Helper()
	d.next++
	resp, err := d.s.send(numberedBody(d.next))
	if err != nil {
		d.t.Fatalf("delivery %d: %v; stderr of listen:\n%s", d.next, err, d.l.said(d.l.stderr))
	}
	switch after := resp.Header.Get("Retry-After"); {
	case resp.StatusCode == http.StatusOK:
		d.taken++
	case resp.StatusCode == http.StatusServiceUnavailable && after == "":
		d.t.Errorf("delivery %d got 503 without Retry-After", d.next)
	}
	return resp.StatusCode
}

// sends sends n deliveries and expects the same status code for each.
func (d *disk) sends(code, n int) {
	d.t.Helper()
	for range n {
		if got := d.send(); got != code {
			d.t.Errorf("delivery %d got %d, want %d", d.next, got, code)
		}
	}
}

// until sends until the status code changes to code. That may take several deliveries, because the log may have reserved space.
func (d *disk) until(code int) {
	d.t.Helper()
	const most = 20_000 // 20 MB, more than the disk has
	for range most {
		if d.send() == code {
			return
		}
	}
	d.t.Fatalf("no answer %d in %d deliveries; stderr of listen:\n%s", code, most, d.l.said(d.l.stderr))
}

// told returns how often listen reported a full disk.
func (d *disk) told() int { return strings.Count(d.l.said(d.l.stderr), "disk is full") }

// fillUp fills the disk of dir. Removing the file that it returns frees the space.
func fillUp(t *testing.T, dir string) string {
	t.Helper()
	rest := filepath.Join(dir, "rest")
	f, err := os.Create(rest)
	if err != nil {
		t.Fatal(err)
	}
	block := make([]byte, 4096) // small, so even the last page is filled
	for err == nil {
		_, err = f.Write(block)
	}
	if err = errors.Join(ignore(err, syscall.ENOSPC), f.Close()); err != nil {
		t.Fatal(fmt.Errorf("fill the disk: %w", err))
	}
	return rest
}

func ignore(err, expected error) error {
	if errors.Is(err, expected) {
		return nil
	}
	return err
}

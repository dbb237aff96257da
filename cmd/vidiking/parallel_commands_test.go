package main

import (
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/vidiking/vidiking-cli/internal/store"
)

// Two listens write one log while two loops of `webhooks list` read it. No delivery is lost, and no command fails.
func TestTwoListensAndReadersShareALog(t *testing.T) {
	t.Parallel()
	const each, connections = 300, 4
	w, handler := newTestHome(t), startHandler(t, nil)
	listens := []*listening{w.startListen(t, "vidiking", handler.handler()), w.startListen(t, "vidiking", handler.handler())}
	stop := make(chan struct{})
	var readers, writers sync.WaitGroup
	for range 2 {
		readers.Go(func() { w.listUntil(t, stop) })
	}
	var next atomic.Int64
	for _, l := range listens {
		senders := dialAll(t, l.url, connections)
		writers.Go(func() { sendWhile(t, senders, &next, upTo(each)) })
	}
	writers.Wait()
	close(stop)
	readers.Wait()
	for _, l := range listens {
		if code := l.interrupt(); code != 0 {
			t.Errorf("listen ended with %d, want 0; stderr:\n%s", code, l.said(l.stderr))
		}
		if said := l.said(l.stderr); strings.Contains(said, "record") {
			t.Errorf("listen had trouble with the log:\n%s", said)
		}
	}
	r := openLog(t, w.dir)
	found := bodies(t, r)
	for n := int64(1); n <= next.Load(); n++ {
		if body := numberedBody(n); found[string(body)] != 1 || handler.came[string(body)] != 1 {
			t.Errorf("delivery %d is %d times in the log and came %d times to the handler, want once", n, found[string(body)], handler.came[string(body)])
		}
	}
	if all, left := count(t, r, store.Query{}), count(t, r, pending()); all != 2*each || left != 0 {
		t.Errorf("%d in the log, %d of them pending, want %d and none", all, left, 2*each)
	}
}

// listUntil lists the whole log repeatedly and checks that it only grows.
func (w *testHome) listUntil(t *testing.T, stop <-chan struct{}) {
	t.Helper()
	for before := 0; ; {
		select {
		case <-stop:
			return
		default:
		}
		code, stdout, stderr := w.run(t, "vidiking", "webhooks", "list", "-o", "json", "--limit", "0")
		now := strings.Count(stdout, "\n")
		if code != 0 || now < before || strings.Contains(stderr, "error") {
			t.Errorf("webhooks list ended with %d, %d rows after %d; stderr:\n%s", code, now, before, stderr)
			return
		}
		before = now
	}
}

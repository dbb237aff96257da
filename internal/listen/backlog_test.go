package listen

import (
	"crypto/rand"
	"testing"
	"time"

	"github.com/vidiking/vidiking-cli/internal/dispatch"
	"github.com/vidiking/vidiking-cli/internal/relay"
	"github.com/vidiking/vidiking-cli/internal/retry"
	"github.com/vidiking/vidiking-cli/internal/session"
	"github.com/vidiking/vidiking-cli/internal/store"
	"github.com/vidiking/vidiking-cli/internal/webhook"
)

func TestSessionResumesPendingDeliveries(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name    string
		o       HandlerOptions
		resumed int
		pending relay.Pending
	}{
		{"without both, nothing is sent", HandlerOptions{}, 0, relay.Pending{NeverSent: 1, Unknown: 1}},
		{"hold sends held deliveries", HandlerOptions{Hold: true}, 1, relay.Pending{Unknown: 1}},
		{"retry also sends retries", HandlerOptions{Retry: &retry.Schedule{Speed: 1}}, 2, relay.Pending{Unknown: 1}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			log, err := store.Open(t.Context(), dir, store.Options{})
			if err != nil {
				t.Fatal(err)
			}
			defer log.Close()
			now := time.Now()
			for i, id := range []webhook.ID{"dlv_heldheldhe", "dlv_laterlater", "dlv_sendingsen"} {
				d := webhook.Delivery{Summary: webhook.Summary{ID: id, Session: "ses_dead", ReceivedAt: now.Add(time.Duration(i) * time.Second)}}
				if err := log.Record(t.Context(), &d); err != nil {
					t.Fatal(err)
				}
			}
			refused := webhook.Attempt{Target: "http://localhost:3000/", StartedAt: now, Code: 500}
			if err := log.Hold(store.Due{ID: "dlv_heldheldhe", Target: refused.Target}, ""); err != nil {
				t.Fatal(err)
			}
			due := []store.Due{{ID: "dlv_laterlater", Target: refused.Target, At: now.Add(time.Hour)}}
			if _, err := log.AddAttempts("dlv_laterlater", []webhook.Attempt{refused}, due); err != nil {
				t.Fatal(err)
			}
			info, err := session.NewInfo(rand.Reader)
			if err != nil {
				t.Fatal(err)
			}
			target, err := dispatch.ParseTarget(refused.Target, "/")
			if err != nil {
				t.Fatal(err)
			}
			r := relay.New(relay.Options{Log: log, Backlog: log.Reader(), Routes: relay.To(target), Hold: tc.o.Hold, Now: time.Now})
			defer r.Close()
			r.Drain() // nothing is sent
			s := &Session{o: &Options{Handler: tc.o, Log: LogOptions{Dir: dir}}, log: sessionLog{Log: log}, relay: forwarder{Relay: r}, announce: session.New(dir, info)}
			defer func() { _ = s.announce.Close() }()
			if err := s.resume(t.Context()); err != nil {
				t.Fatal(err)
			}
			if s.backlog.resumed.Deliveries != tc.resumed || s.backlog.pending != tc.pending {
				t.Errorf("resumed %+v, pending %+v; want %d, %+v", s.backlog.resumed, s.backlog.pending, tc.resumed, tc.pending)
			}
		})
	}
}

// A session keeps its deliveries until it ends, even before it is announced.
func TestStartingSessionKeepsItsDeliveries(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	log, err := store.Open(t.Context(), dir, store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer log.Close()
	info, err := session.NewInfo(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	starting := session.New(dir, info)
	if err := starting.Lock(); err != nil {
		t.Fatal(err)
	}
	d := webhook.Delivery{Summary: webhook.Summary{ID: "dlv_heldheldhe", Session: info.ID, Project: "/p/shop"}}
	if err := log.Record(t.Context(), &d); err != nil {
		t.Fatal(err)
	}
	if err := log.Hold(store.Due{ID: d.ID, Target: "http://localhost:3000/"}, ""); err != nil {
		t.Fatal(err)
	}
	adopted := func(project string) int {
		t.Helper()
		due, err := relay.AdoptPending(t.Context(), log, dir, "ses_other", project, true)
		if err != nil {
			t.Fatal(err)
		}
		return len(due)
	}
	if n := adopted("/p/shop"); n != 0 {
		t.Errorf("another session adopted %d of its deliveries, want 0", n)
	}
	if err := starting.Close(); err != nil {
		t.Fatal(err)
	}
	if n := adopted("/p/flaskapp"); n != 0 {
		t.Errorf("a session of another project adopted %d of its deliveries, want 0", n)
	}
	for project, want := range map[string]int{"/p/shop": 1, "/p/flaskapp": 0} {
		if left, err := relay.CountPending(t.Context(), log.Reader(), dir, project); err != nil || left.NeverSent != want {
			t.Errorf("left pending for %s: %+v, %v; want %d", project, left, err, want)
		}
	}
	if n := adopted("/p/shop"); n != 1 {
		t.Errorf("after it ended, another session adopted %d of its deliveries, want 1", n)
	}
}

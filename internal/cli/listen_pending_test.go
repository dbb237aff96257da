package cli

import (
	"crypto/rand"
	"testing"
	"time"

	"github.com/vidiking/vidiking-cli/internal/session"
	"github.com/vidiking/vidiking-cli/internal/store"
	"github.com/vidiking/vidiking-cli/internal/webhook"
)

func TestAListenTakesOverWhatItIsToldToSend(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name string
		o    listenOptions
		want []webhook.ID
	}{
		{"hold sends what was held, and tries nothing again", listenOptions{hold: true}, []webhook.ID{"dlv_heldheldhe"}},
		{"retry sends both", listenOptions{retry: true}, []webhook.ID{"dlv_heldheldhe", "dlv_laterlater"}},
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
			for i, id := range []webhook.ID{"dlv_heldheldhe", "dlv_laterlater"} {
				d := webhook.Delivery{Summary: webhook.Summary{ID: id, Session: "ses_dead", ReceivedAt: now.Add(time.Duration(i) * time.Second)}}
				if err := log.Record(t.Context(), &d); err != nil {
					t.Fatal(err)
				}
			}
			refused := webhook.Attempt{Target: "http://localhost:3000/", StartedAt: now, Code: 500}
			due := []store.Due{{ID: "dlv_laterlater", Target: refused.Target, At: now.Add(time.Hour)}}
			if _, err := log.AddAttempts("dlv_laterlater", []webhook.Attempt{refused}, due); err != nil {
				t.Fatal(err)
			}
			info, err := session.NewInfo(rand.Reader)
			if err != nil {
				t.Fatal(err)
			}
			l := &listener{o: &tc.o, dataDir: dir, log: log, session: session.New(dir, info)}
			if err := l.takeOver(t.Context()); err != nil {
				t.Fatal(err)
			}
			var got []webhook.ID
			for _, d := range l.owed {
				got = append(got, d.ID)
			}
			if len(got) != len(tc.want) || got[0] != tc.want[0] {
				t.Errorf("it says that it sends %q, want %q", got, tc.want)
			}
		})
	}
}

package cmdutil

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/vidiking/vidiking-cli/internal/store"
	"github.com/vidiking/vidiking-cli/internal/webhook"
)

func TestResolveAllReturnsEachDeliveryOnce(t *testing.T) {
	t.Parallel()
	log, err := store.Open(t.Context(), t.TempDir(), store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer log.Close()
	now := time.Now()
	for id, at := range map[webhook.ID]time.Time{"dlv_aaaaaaaaaa": now, "dlv_bbbbbbbbbb": now, "dlv_cccccccccc": now.Add(-time.Second)} {
		if err := log.Record(t.Context(), &webhook.Delivery{Summary: webhook.Summary{ID: id, ReceivedAt: at}}); err != nil {
			t.Fatal(err)
		}
	}
	rows, err := ResolveAll(t.Context(), log.Reader(), []string{"aaaa", "bbbb", "dlv_aaaaaaaaaa", "cccc", "b"}, "")
	var got []webhook.ID
	for _, s := range rows {
		got = append(got, s.ID)
	}
	if diff := cmp.Diff([]webhook.ID{"dlv_cccccccccc", "dlv_aaaaaaaaaa", "dlv_bbbbbbbbbb"}, got); diff != "" || err != nil {
		t.Errorf("got %q, %v; want each once, as received: %s", got, err, diff)
	}
}

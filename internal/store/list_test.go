package store

import (
	"context"
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/vidiking/vidiking-cli/internal/filter"
	"github.com/vidiking/vidiking-cli/internal/store/sqlite"
	"github.com/vidiking/vidiking-cli/internal/webhook"
)

// variety records deliveries that differ in the fields that a Query selects by, and returns their names.
func variety(t *testing.T, l *Log) map[webhook.ID]string {
	t.Helper()
	src := newSource(1)
	names := map[webhook.ID]string{}
	add := func(name string, set func(*webhook.Delivery), outcome ...webhook.Attempt) *webhook.Delivery {
		d := src.next(set)
		record(t, l, d)
		for _, a := range outcome {
			attempt(t, l, d.ID, a)
		}
		names[d.ID] = name
		return d
	}
	plain := func(*webhook.Delivery) {}
	event := func(name string) func(*webhook.Delivery) { return func(d *webhook.Delivery) { d.Event = name } }
	add("done", plain, answered(200))
	refused := add("refused", event("render.failed"), answered(401))
	add("down", event("ai.complete"), unanswered(webhook.FailureRefused))
	add("slow", event("ai.[x]"), unanswered(webhook.FailureTimeout))
	add("replay", func(d *webhook.Delivery) {
		d.Origin, d.ReplayOf, d.Body = webhook.OriginReplay, refused.ID, refused.Body
	}, answered(200))
	add("trigger", func(d *webhook.Delivery) { d.Origin, d.Session = webhook.OriginTrigger, "" })
	add("stranger", func(d *webhook.Delivery) { d.Status, d.Event = webhook.StatusRejected, "" })
	add("early", func(d *webhook.Delivery) { d.ReceivedAt = start.Add(-time.Hour) }, answered(200))
	add("same moment", func(d *webhook.Delivery) { d.ReceivedAt = start.Add(6 * time.Second) })
	return names
}

func TestListSelectsByQuery(t *testing.T) {
	l := openLog(t, t.TempDir(), Options{})
	names := variety(t, l)
	all := []string{"early", "done", "refused", "down", "slow", "replay", "trigger", "stranger", "same moment"}
	for name, c := range map[string]struct {
		query Query
		want  []string
	}{
		"everything, oldest first": {Query{}, all},
		"the newest":               {Query{Limit: 2}, all[7:]},
		"more than there are":      {Query{Limit: 100}, all},
		"an event":                 {where(`event:render.failed`), []string{"refused"}},
		"events":                   {where(`event:render.failed,ai.complete`), []string{"refused", "down"}},
		"events with a star":       {where(`event:ai.*`), []string{"down", "slow"}},
		"a name and a pattern":     {where(`event:ai.*,render.failed`), []string{"refused", "down", "slow"}},
		"a star within":            {newest(3, `event:*.comp*e`), []string{"replay", "trigger", "same moment"}},
		"other signs are literal":  {where(`event:"ai.[x]*"`), []string{"slow"}},
		"a ? is literal":           {where(`event:"ai.?x?*"`), nil},
		"no event":                 {where(`event:""`), []string{"stranger"}},
		"an unknown event":         {where(`event:"nothing"`), nil},
		"a status":                 {where(`status:delivered`), []string{"early", "done", "replay"}},
		"statuses": {
			where(`status:rejected,pending`), []string{"trigger", "stranger", "same moment"},
		},
		"failed and not mended":   {where(`status:failed`), []string{"down", "slow"}},
		"refused, mended or not":  {where(`status:refused`), []string{"refused"}},
		"an origin":               {where(`origin:replay`), []string{"replay"}},
		"origins":                 {where(`origin:replay,trigger`), []string{"replay", "trigger"}},
		"a session":               {Query{Session: "ses_7k3mq9z0ab", Filter: filter.Failed()}, []string{"down", "slow"}},
		"another session":         {Query{Session: "ses_0"}, nil},
		"since, with that moment": {where(`since:2026-11-23T12:00:05Z`), []string{"trigger", "stranger", "same moment"}},
		"since a bit later":       {where(`since:2026-11-23T12:00:05.000000001Z`), []string{"stranger", "same moment"}},
		"until, without it":       {where(`until:2026-11-23T12:00:01Z`), []string{"early", "done"}},
		"until a bit later":       {where(`until:2026-11-23T12:00:01.000000001Z`), []string{"early", "done", "refused"}},
		"since, until and newest": {newest(1, `since:2026-11-23T12:00:00Z until:2026-11-23T12:01:00Z`), []string{"same moment"}},
		"everything at once":      {newest(1, `event:ai.* status:failed origin:tunnel`), []string{"slow"}},
	} {
		t.Run(name, func(t *testing.T) {
			var got []string
			for _, id := range list(t, l.Reader(), c.query) {
				got = append(got, names[id])
			}
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Errorf("List(%+v) (-want +got):\n%s", c.query, diff)
			}
			count, err := l.Reader().Count(t.Context(), c.query)
			if err != nil || count != len(c.want) {
				t.Errorf("Count(%+v) got %d, %v, want %d", c.query, count, err, len(c.want))
			}
			var each []string
			err = l.Reader().Each(t.Context(), c.query, func(d webhook.Delivery) error {
				each = append(each, names[d.ID])
				return nil
			})
			if diff := cmp.Diff(c.want, each); diff != "" || err != nil {
				t.Errorf("Each(%+v) got %v (-want +got):\n%s", c.query, err, diff)
			}
		})
	}
}

func TestListReturnsStoredSummaries(t *testing.T) {
	l, d := openLog(t, t.TempDir(), Options{}), newSource(1).next()
	record(t, l, d)
	got, err := l.Reader().List(t.Context(), Query{})
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]webhook.Summary{d.Summary}, got); diff != "" {
		t.Errorf("List (-want +got):\n%s", diff)
	}
}

func TestEachReturnsCompleteDeliveriesWithoutASnapshot(t *testing.T) {
	l, src := openLog(t, t.TempDir(), Options{}), newSource(1)
	var recorded []webhook.Delivery
	for range 5 {
		d := src.next()
		record(t, l, d)
		recorded = append(recorded, *d)
	}
	var got []webhook.Delivery
	err := l.Reader().Each(t.Context(), Query{}, func(d webhook.Delivery) error {
		got = append(got, d)
		record(t, l, src.next()) // Each leaves out new deliveries
		if len(got) == 1 {       // and deliveries that were pruned since
			if err := l.erase(recorded[3].ID); err != nil {
				t.Fatal(err)
			}
		}
		if n := len(list(t, l.Reader(), Query{})); n < 5 {
			t.Errorf("%d deliveries during Each, want the new ones to be visible", n)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(slices.Delete(recorded, 3, 4), got, whole()); diff != "" {
		t.Errorf("Each (-want +got):\n%s", diff)
	}
}

// erase deletes a delivery, as pruning does.
func (l *Log) erase(id webhook.ID) error {
	l.writer.txMu.Lock()
	defer l.writer.txMu.Unlock()
	return l.writer.conn.Exec("DELETE FROM delivery WHERE id = ?", string(id))
}

func TestEachReturnsTheCallbacksError(t *testing.T) {
	l, src := openLog(t, t.TempDir(), Options{}), newSource(1)
	record(t, l, src.next(), src.next())
	enough, calls := errors.New("enough"), 0
	err := l.Reader().Each(t.Context(), Query{}, func(webhook.Delivery) error {
		calls++
		return enough
	})
	if !errors.Is(err, enough) || calls != 1 {
		t.Errorf("Each got %v after %d calls, want the callback's error after 1", err, calls)
	}
}

func TestReadsEndWithTheirContext(t *testing.T) {
	l, src := openLog(t, t.TempDir(), Options{}), newSource(1)
	record(t, l, src.next())
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	r := l.Reader()
	_, listErr := r.List(ctx, Query{})
	_, getErr := r.Get(ctx, "dlv_0000000000")
	_, changesErr := r.Changes(ctx, 0, 1)
	for name, err := range map[string]error{
		"List": listErr, "Get": getErr, "Changes": changesErr, "Wait": r.Wait(ctx, 100),
		"Each": r.Each(ctx, Query{}, func(webhook.Delivery) error { return nil }),
	} {
		if !errors.Is(err, context.Canceled) {
			t.Errorf("%s got %v, want context.Canceled", name, err)
		}
	}
	if got := list(t, r, Query{}); len(got) != 1 {
		t.Errorf("afterwards the reader lists %v, want the delivery", got)
	}
}

func TestLongReadIsInterrupted(t *testing.T) {
	l, src := openLog(t, t.TempDir(), Options{}), newSource(1)
	record(t, l, src.next())
	ctx, cancel := context.WithCancel(t.Context())
	err := l.Reader().with(ctx, func(c *sqlite.Conn) error {
		const endless = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT i FROM n"
		return c.Rows(endless, nil, func(q *sqlite.Row) error {
			if q.Int() == 100 {
				cancel()
			}
			return nil
		})
	})
	if !errors.Is(err, context.Canceled) {
		t.Errorf("got %v, want context.Canceled", err)
	}
}

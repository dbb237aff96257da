package store

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/vidiking/vidiking-cli/internal/webhook"
)

const (
	shop  = "http://localhost:3000/webhooks/vidiking" // the target of answered
	flask = "http://localhost:5000/webhooks/vidiking"
)

func routed(d *webhook.Delivery) { d.Routed, d.Project = true, "/p/shop" }

// at returns an attempt at a target.
func at(target string, code int) webhook.Attempt {
	a := answered(code)
	a.Target = target
	return a
}

func wantResolved(t *testing.T, l *Log, want map[*webhook.Delivery]webhook.ID) {
	t.Helper()
	for d, by := range want {
		if got := get(t, l.Reader(), d.ID).ResolvedBy; got != by {
			t.Errorf("%s is resolved by %q, want %q", d.ID, got, by)
		}
	}
}

func TestDeliveredReplayResolvesItsOriginals(t *testing.T) {
	l, src := openLog(t, t.TempDir(), Options{}), newSource(1)
	replayOf := func(parent *webhook.Delivery) func(*webhook.Delivery) {
		return func(d *webhook.Delivery) { d.ReplayOf, d.Body = parent.ID, parent.Body }
	}
	first := src.next()
	second := src.next(replayOf(first))
	worked := src.next(replayOf(second)) // delivered, so there is nothing to resolve
	third := src.next(replayOf(worked))
	last := src.next(replayOf(third))
	bystander := src.next()
	record(t, l, first, second, worked, third, last, bystander)
	for _, d := range []*webhook.Delivery{first, second, third, last, bystander} {
		attempt(t, l, d.ID, answered(500))
	}
	reader := l.Reader()
	failed := func() []webhook.ID { return list(t, reader, where("status:failed")) }
	if diff := cmp.Diff([]webhook.ID{first.ID, second.ID, third.ID, last.ID, bystander.ID}, failed()); diff != "" {
		t.Errorf("failed before (-want +got):\n%s", diff)
	}

	attempt(t, l, worked.ID, answered(200)) // resolves first and second
	cursor, err := reader.LastSeq(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	attempt(t, l, last.ID, answered(200)) // resolves third; the others are resolved already

	for d, want := range map[*webhook.Delivery]webhook.ID{
		first: worked.ID, second: worked.ID, worked: "", third: last.ID, last: "", bystander: "",
	} {
		if got := get(t, reader, d.ID).ResolvedBy; got != want {
			t.Errorf("ResolvedBy of %s is %q, want %q", d.ID, got, want)
		}
	}
	if diff := cmp.Diff([]webhook.ID{bystander.ID}, failed()); diff != "" {
		t.Errorf("failed after (-want +got):\n%s", diff)
	}
	seen := changes(t, reader, cursor, 10)
	if len(seen) != 2 || seen[0].Kind != ChangeAttempted || seen[1].Kind != ChangeResolved || seen[1].Summary.ID != third.ID || seen[0].Seq != seen[1].Seq {
		t.Errorf("changes %+v, want attempted and resolved in one transaction", seen)
	}
}

func TestRoutedReplayResolvesSiblingsAndPendingDeliveries(t *testing.T) {
	l, src := openLog(t, t.TempDir(), Options{}), newSource(1)
	original := src.next() // recorded by a dead session, never sent
	again := func(d *webhook.Delivery) { d.ReplayOf, d.Body = original.ID, original.Body }
	sibling, worked, later := src.next(again), src.next(again, routed), src.next(again)
	record(t, l, original, sibling, worked, later)
	attempt(t, l, sibling.ID, answered(500))
	attempt(t, l, later.ID, answered(500))
	attempt(t, l, worked.ID, answered(200))
	for d, want := range map[*webhook.Delivery]webhook.ID{original: worked.ID, sibling: worked.ID, worked: "", later: ""} {
		if got := get(t, l.Reader(), d.ID).ResolvedBy; got != want {
			t.Errorf("ResolvedBy of %s is %q, want %q", d.ID, got, want)
		}
	}
}

func TestEditedReplayResolvesOnlyTheSameBytes(t *testing.T) {
	l, src := openLog(t, t.TempDir(), Options{}), newSource(1)
	original := src.next()
	edited := src.next(func(d *webhook.Delivery) { d.ReplayOf = original.ID })
	again := src.next(func(d *webhook.Delivery) { d.ReplayOf, d.Body = edited.ID, edited.Body })
	asItWas := src.next(func(d *webhook.Delivery) { d.ReplayOf, d.Body = edited.ID, original.Body })
	record(t, l, original, edited, again, asItWas)
	attempt(t, l, original.ID, answered(500))
	attempt(t, l, edited.ID, answered(500))
	attempt(t, l, again.ID, answered(200))
	if diff := cmp.Diff([]webhook.ID{original.ID}, list(t, l.Reader(), where("status:failed"))); diff != "" {
		t.Errorf("failed after the edited one was delivered (-want +got):\n%s", diff)
	}
	attempt(t, l, asItWas.ID, answered(200))
	if got := get(t, l.Reader(), original.ID).ResolvedBy; got != asItWas.ID {
		t.Errorf("ResolvedBy of the original is %q, want %s", got, asItWas.ID)
	}
}

func TestDeliveryIsResolvedAtTheTargetThatAcceptedItsBytes(t *testing.T) {
	l, src := openLog(t, t.TempDir(), Options{}), newSource(1)
	failed := src.next(func(d *webhook.Delivery) { d.Project = "/p/flask" })
	same := func(d *webhook.Delivery) { d.Body = failed.Body }
	again := func(d *webhook.Delivery) { d.ReplayOf, d.Body = failed.ID, failed.Body }
	elsewhere := src.next(again)            // with --to
	otherProject := src.next(again, routed) // through the listen of another project
	other := src.next(same)                 // the provider's own retry, to another target
	retry := src.next(same)                 // to the same
	record(t, l, failed, elsewhere, otherProject, other, retry)
	attempt(t, l, failed.ID, at(flask, 500))
	attempt(t, l, elsewhere.ID, at(shop, 200))
	attempt(t, l, otherProject.ID, at(shop, 200))
	attempt(t, l, other.ID, at(shop, 200))
	wantResolved(t, l, map[*webhook.Delivery]webhook.ID{failed: ""})
	attempt(t, l, retry.ID, at(flask, 200))
	wantResolved(t, l, map[*webhook.Delivery]webhook.ID{failed: retry.ID})
}

func TestTargetsAreResolvedSeparately(t *testing.T) {
	l, src := openLog(t, t.TempDir(), Options{}), newSource(1)
	failed := src.next(routed)
	again := func(d *webhook.Delivery) { d.ReplayOf, d.Body = failed.ID, failed.Body }
	half, rest := src.next(again, routed), src.next(again)
	record(t, l, failed, half, rest)
	attempts := func(d *webhook.Delivery, made ...webhook.Attempt) {
		if _, err := l.AddAttempts(d.ID, made, nil); err != nil {
			t.Fatal(err)
		}
	}
	attempts(failed, at(shop, 500), at(flask, 500))
	attempts(half, at(shop, 200), at(flask, 500))
	got := get(t, l.Reader(), failed.ID)
	if got.ResolvedBy != "" || !got.Failed() {
		t.Errorf("after one of two targets: resolved by %q, want it to be still failed", got.ResolvedBy)
	}
	if diff := cmp.Diff(map[string]webhook.ID{shop: half.ID}, got.Resolutions); diff != "" {
		t.Errorf("resolutions (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]string{flask}, got.ReplayTargets()); diff != "" {
		t.Errorf("targets of a replay (-want +got):\n%s", diff)
	}
	attempt(t, l, rest.ID, at(flask, 200))
	wantResolved(t, l, map[*webhook.Delivery]webhook.ID{failed: rest.ID})
}

func TestRoutedReplayResolvesAtRemovedTargets(t *testing.T) {
	l, src := openLog(t, t.TempDir(), Options{}), newSource(1)
	failed, old := src.next(routed), src.next() // old: of no known project
	replayOf := func(parent *webhook.Delivery) func(*webhook.Delivery) {
		return func(d *webhook.Delivery) { d.ReplayOf, d.Body = parent.ID, parent.Body }
	}
	moved, oldMoved := src.next(replayOf(failed), routed), src.next(replayOf(old), routed)
	record(t, l, failed, old, moved, oldMoved)
	attempt(t, l, failed.ID, at(shop, 500))
	attempt(t, l, old.ID, at(shop, 500))
	attempt(t, l, moved.ID, at(flask, 200))
	attempt(t, l, oldMoved.ID, at(flask, 200))
	wantResolved(t, l, map[*webhook.Delivery]webhook.ID{failed: moved.ID, old: oldMoved.ID})
}

func TestProbesResolveNothingAndAreNotCounted(t *testing.T) {
	l, src := openLog(t, t.TempDir(), Options{}), newSource(1)
	failed := src.next(routed)
	probe := src.next(func(d *webhook.Delivery) { d.ReplayOf, d.Body, d.Probe = failed.ID, failed.Body, true }, routed)
	refused := src.next(func(d *webhook.Delivery) { d.Probe = true })
	record(t, l, failed, probe, refused)
	attempt(t, l, failed.ID, at(shop, 401))
	attempt(t, l, probe.ID, at(shop, 200))
	attempt(t, l, refused.ID, at(shop, 401))
	wantResolved(t, l, map[*webhook.Delivery]webhook.ID{failed: ""})
	if diff := cmp.Diff([]webhook.ID{failed.ID}, list(t, l.Reader(), where("status:failed"))); diff != "" {
		t.Errorf("failed (-want +got):\n%s", diff)
	}
	if got, err := l.Reader().Resolve(t.Context(), "last", ""); err != nil || got.ID != failed.ID {
		t.Errorf("last is %s, %v; want %s", got.ID, err, failed.ID)
	}
	for q, want := range map[*Query]int{{}: 1, {Probes: true}: 3, {Filter: where("status:refused").Filter}: 1} {
		if got, err := l.Reader().Count(t.Context(), *q); err != nil || got != want {
			t.Errorf("Count(%+v) = %d, %v; want %d", *q, got, err, want)
		}
	}
}

func TestDeliveryThatMetItsExpectationHasNotFailed(t *testing.T) {
	l, src := openLog(t, t.TempDir(), Options{}), newSource(1)
	expecting := func(d *webhook.Delivery) { d.ExpectedStatus = "401 403" }
	met, other, unreachable := src.next(expecting), src.next(expecting), src.next(expecting)
	record(t, l, met, other, unreachable)
	attempt(t, l, met.ID, at(shop, 401))
	attempt(t, l, other.ID, at(shop, 500))
	attempt(t, l, unreachable.ID, webhook.Attempt{Target: shop, StartedAt: start, Failure: webhook.FailureRefused})
	if got := get(t, l.Reader(), met.ID); !got.Met || got.Status != webhook.StatusRefused || got.Failed() {
		t.Errorf("got met %t, %s, failed %t; want met, refused, and not failed", got.Met, got.Status, got.Failed())
	}
	if diff := cmp.Diff([]webhook.ID{other.ID, unreachable.ID}, list(t, l.Reader(), where("status:failed"))); diff != "" {
		t.Errorf("failed (-want +got):\n%s", diff)
	}
}

func TestQueriesAreScopedToAProject(t *testing.T) {
	l, src := openLog(t, t.TempDir(), Options{}), newSource(1)
	of := func(project string) *webhook.Delivery {
		return src.next(func(d *webhook.Delivery) { d.Project = project })
	}
	shop1, old, flask1, shop2, flask2, blog := of("/p/shop"), of(""), of("/p/flask"), of("/p/shop"), of("/p/flask"), of("/p/blog")
	record(t, l, shop1, old, flask1, shop2, flask2, blog)
	for _, test := range []struct {
		q    Query
		want []webhook.ID
	}{
		{Query{Project: "/p/shop"}, []webhook.ID{shop1.ID, old.ID, shop2.ID}},
		{Query{Not: "/p/flask"}, []webhook.ID{shop1.ID, shop2.ID, blog.ID}},
		{Query{Not: "/p/none", Limit: 1}, []webhook.ID{blog.ID}},
	} {
		if diff := cmp.Diff(test.want, list(t, l.Reader(), test.q)); diff != "" {
			t.Errorf("%+v (-want +got):\n%s", test.q, diff)
		}
		if got, err := l.Reader().Count(t.Context(), test.q); err != nil || got != len(test.want) {
			t.Errorf("Count(%+v) = %d, %v; want %d", test.q, got, err, len(test.want))
		}
	}
	counts, err := l.Reader().Projects(t.Context(), Query{})
	if diff := cmp.Diff(map[string]int{"": 1, "/p/shop": 2, "/p/flask": 2, "/p/blog": 1}, counts); diff != "" || err != nil {
		t.Errorf("Projects: %v (-want +got):\n%s", err, diff)
	}
	for project, want := range map[string]webhook.ID{"": blog.ID, "/p/shop": shop2.ID, "/p/flask": flask2.ID, "/p/none": old.ID} {
		if got, err := l.Reader().Resolve(t.Context(), "last", project); err != nil || got.ID != want {
			t.Errorf("last of %q is %s, %v; want %s", project, got.ID, err, want)
		}
	}
}

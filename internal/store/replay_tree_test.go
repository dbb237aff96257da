package store

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/vidiking/vidiking-cli/internal/webhook"
)

// familyOf formats a replay tree: one node per line, indented by its depth.
func familyOf(t *testing.T, r *Reader, names map[webhook.ID]string, id webhook.ID) string {
	t.Helper()
	f, err := r.ReplayTree(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	for _, m := range f.Nodes {
		line := strings.TrimSpace(names[m.ID] + " " + string(m.Difference))
		if m.Pruned {
			line += " gone"
		}
		b.WriteString(strings.Repeat("  ", m.Depth) + line + "\n")
	}
	if f.Omitted > 0 {
		fmt.Fprintf(&b, "and %d more\n", f.Omitted)
	}
	return b.String()
}

func replayOf(parent *webhook.Delivery, change ...func(*webhook.Delivery)) func(*webhook.Delivery) {
	return func(d *webhook.Delivery) {
		d.Origin, d.ReplayOf, d.Body = webhook.OriginReplay, parent.ID, parent.Body
		for _, f := range change {
			f(d)
		}
	}
}

func TestReplayTreeHasOriginalsAndReplays(t *testing.T) {
	l, src := openLog(t, t.TempDir(), Options{}), newSource(1)
	signed := func(d *webhook.Delivery) { d.Header[4].Value = "sha256=" + strings.Repeat("f", 64) }
	edited := func(d *webhook.Delivery) { d.Body = []byte("{}") }
	first := src.next()
	again := src.next(replayOf(first))
	resigned := src.next(replayOf(first, signed))
	changed := src.next(replayOf(again, edited, signed))
	orphan := src.next(func(d *webhook.Delivery) { d.ReplayOf = "dlv_0000000000" })
	sibling := src.next(func(d *webhook.Delivery) { d.ReplayOf = "dlv_0000000000" })
	alone := src.next()
	record(t, l, first, again, resigned, changed, orphan, sibling, alone)
	names := map[webhook.ID]string{
		first.ID: "first", again.ID: "again", resigned.ID: "resigned", changed.ID: "changed", "dlv_0000000000": "pruned", orphan.ID: "orphan",
		sibling.ID: "sibling", alone.ID: "alone",
	}
	whole := "first\n  again same_bytes\n    changed edited\n  resigned re_signed\n"
	for id, want := range map[webhook.ID]string{
		first.ID: whole, again.ID: whole, resigned.ID: whole, changed.ID: whole,
		orphan.ID: "pruned gone\n  orphan\n  sibling\n", alone.ID: "alone\n", "dlv_1111111111": "",
	} {
		if diff := cmp.Diff(want, familyOf(t, l.Reader(), names, id)); diff != "" {
			t.Errorf("of %s (-want +got):\n%s", names[id], diff)
		}
	}
}

func TestLargeReplayTreeKeepsTheRequestedDelivery(t *testing.T) {
	l, src := openLog(t, t.TempDir(), Options{}), newSource(1)
	first := src.next()
	record(t, l, first)
	var all []*webhook.Delivery
	for range 100 {
		all = append(all, src.next(replayOf(first)))
	}
	chain := all[:1:1]
	for range 100 {
		chain = append(chain, src.next(replayOf(chain[len(chain)-1])))
	}
	record(t, l, append(all, chain[1:]...)...)
	for _, d := range []*webhook.Delivery{first, all[1], all[50], all[99], chain[1], chain[20], chain[100]} {
		f, err := l.Reader().ReplayTree(t.Context(), d.ID)
		if err != nil {
			t.Fatal(err)
		}
		found := false
		for _, m := range f.Nodes {
			found = found || m.ID == d.ID
		}
		if !found || len(f.Nodes) > 2*maxNodes || f.Omitted == 0 {
			t.Errorf("tree of %s: found %t among %d nodes, %d omitted; want it found, and some omitted", d.ID, found, len(f.Nodes), f.Omitted)
		}
	}
}

func TestReplayTreeOfACycleEnds(t *testing.T) {
	l, src := openLog(t, t.TempDir(), Options{}), newSource(1)
	a := src.next()
	b := src.next(func(d *webhook.Delivery) { d.ReplayOf = a.ID })
	a.ReplayOf = b.ID
	itself := src.next(func(d *webhook.Delivery) { d.ReplayOf = d.ID })
	record(t, l, a, b, itself)
	for id, want := range map[webhook.ID]int{a.ID: 2, b.ID: 2, itself.ID: 1} {
		f, err := l.Reader().ReplayTree(t.Context(), id)
		if err != nil || len(f.Nodes) != want {
			t.Errorf("got %d nodes, %v; want %d", len(f.Nodes), err, want)
		}
	}
}

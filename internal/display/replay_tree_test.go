package display

import (
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/vidiking/vidiking-cli/internal/webhook"
)

func relative(t *testing.T, depth int, id, clock string, status webhook.Status, code int, like webhook.Difference) webhook.Node {
	t.Helper()
	return webhook.Node{
		Summary: webhook.Summary{ID: webhook.ID("dlv_" + id + "aaaa"), ReceivedAt: at(t, clock), Status: status, Code: code},
		Depth:   depth, Difference: like,
	}
}

func TestReplayTree(t *testing.T) {
	t.Parallel()
	f := webhook.ReplayTree{Omitted: 1200, Nodes: []webhook.Node{
		relative(t, 0, "a61tzr", "14:02:31", webhook.StatusRefused, 401, ""),
		relative(t, 1, "q8w2ne", "14:06:02", webhook.StatusUnreachable, 0, webhook.DifferenceNone),
		relative(t, 2, "mz41fs", "14:07:00", webhook.StatusDelivered, 200, webhook.DifferenceBody),
		relative(t, 2, "x7r3kn", "14:07:01", webhook.StatusPending, 0, webhook.DifferenceSignature),
		relative(t, 1, "zh70mv", "14:08:00", webhook.StatusRejected, 0, webhook.DifferenceNone),
	}}
	for _, tc := range []struct {
		name string
		st   Style
		want string
	}{
		{"80 columns", terminal(), `
{caution ✗} {dim dlv_a61tzr}        {dim 14:02:31}  {caution 401 refused}
{dim ├─ }{bad !} {dim dlv_q8w2ne}     {dim 14:06:02}  {bad unreachable}  {dim same bytes}
{dim │  ├─ }{good ✓} {bold dlv_mz41fs}  {dim 14:07:00}  {good 200        }  {dim edited, this delivery}
{dim │  └─ ·} {dim dlv_x7r3kn}  {dim 14:07:01}  {dim waiting    }  {dim re-signed}
{dim └─ }{bad ⊘} {dim dlv_zh70mv}     {dim 14:08:00}  {bad rejected   }  {dim same bytes}
{dim … and 1,200 more}
`},
		{"without UTF-8", ascii(), `
{caution x} {dim dlv_a61tzr}        {dim 14:02:31}  {caution 401 refused}
{dim |- }{bad !} {dim dlv_q8w2ne}     {dim 14:06:02}  {bad unreachable}  {dim same bytes}
` + "{dim |  |- }{good +} {bold dlv_mz41fs}  {dim 14:07:00}  {good 200        }  {dim edited, this delivery}\n{dim |  `- .} {dim dlv_x7r3kn}  {dim 14:07:01}  {dim waiting    }  {dim re-signed}\n{dim `- }{bad #} {dim dlv_zh70mv}     {dim 14:08:00}  {bad rejected   }  {dim same bytes}\n{dim .. and 1,200 more}\n"},
	} {
		got := "\n"
		for _, l := range ReplayTree(f, "dlv_mz41fsaaaa", tc.st) {
			got += marked(l) + "\n"
		}
		if diff := cmp.Diff(tc.want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", tc.name, diff)
		}
	}
}

func TestADeepReplayTreeFitsTheWidth(t *testing.T) {
	t.Parallel()
	f := webhook.ReplayTree{Nodes: []webhook.Node{{Summary: webhook.Summary{ID: "dlv_0000000000"}, Pruned: true}}}
	for depth := 1; depth < 12; depth++ {
		m := relative(t, depth, fmt.Sprintf("zzzz%02d", depth), "14:02:31", webhook.StatusRefused, 401, webhook.DifferenceNone)
		m.ReceivedAt = m.ReceivedAt.Add(time.Duration(depth) * 24 * time.Hour)
		f.Nodes = append(f.Nodes, m)
	}
	lines := ReplayTree(f, "dlv_zzzz11aaaa", terminal().Narrowed(2))
	golden(t, "family", text(lines))
	for _, l := range lines {
		if l.Width() > 77 {
			t.Errorf("%d cells: %s", l.Width(), l)
		}
	}
	if got := ReplayTree(f, "", unbounded())[1].String(); got != "└─ ✗ dlv_zzzz01aaaa                 2026-03-03 14:02:31  401 refused  same bytes" {
		t.Errorf("unbounded: got %q, want full ids", got)
	}
}

package display

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/vidiking/vidiking-cli/internal/webhook"
)

// paneTranscript is the list on a screen of 120 columns, without the cursor's cell and the empty cell before the vertical rule.
const paneTranscript = `
time         event              about       status        took
14:02:07   ✓ render.queued      job_5tq8wd  200           9 ms
14:02:07   ✓ render.processing  job_5tq8wd  200           6 ms
14:02:08   ✓ render.complete    job_5tq8wd  200          12 ms
14:02:31   ✗ render.complete    job_9bn2ze  401 refused   7 ms
14:03:10   ! wallet.low_balance balan… 312  unreachable    ↻ ✓
14:03:12   ! render.complete    job_h2xk7c  unreachable    ↻ ✓
14:03:58 ↻ ✓ wallet.low_balance balan… 312  200           8 ms
14:03:58 ↻ ✓ render.complete    job_h2xk7c  200          11 ms
14:05:20   · render.complete    job_e6m1tr  waiting      3.1 s
`

func TestPaneRowsHaveNoID(t *testing.T) {
	st := terminal()
	st.Width = 62
	lines := []Line{PaneHead(st)}
	for _, s := range logged(t) {
		lines = append(lines, PaneRow(s, st))
	}
	waiting := webhook.Summary{ReceivedAt: at(t, "14:05:20"), Event: "render.complete", About: "job_e6m1tr", Status: webhook.StatusPending}
	lines = append(lines, PaneWaitingRow(waiting, 3100*time.Millisecond, st))
	if diff := cmp.Diff(paneTranscript, "\n"+text(lines)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestPaneColumnsGrowInOrder(t *testing.T) {
	s := logged(t)[3]
	for width, want := range map[int]string{
		57:  "14:02:31   ✗ render.complete     401 refused   7 ms",
		58:  "14:02:31   ✗ render.complete    job…ze  401 refused   7 ms",
		76:  "14:02:31   ✗ render.complete    job_9bn2ze                401 refused   7 ms",
		86:  "14:02:31   ✗ render.complete    job_9bn2ze                401 refused   7 ms  trigger",
		95:  "14:02:31   ✗ render.complete    job_9bn2ze                401 refused   7 ms  trigger     221 B",
		105: "14:02:31   ✗ render.complete    job_9bn2ze                401 refused   7 ms  trigger     221 B         1",
	} {
		st := terminal()
		st.Width = width
		got := PaneRow(s, st)
		if got.String() != want || got.Width() > width {
			t.Errorf("at %d\n got %q\nwant %q", width, got, want)
		}
	}
}

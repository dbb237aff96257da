package output_test

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"github.com/vidiking/vidiking-cli/internal/display"
	"github.com/vidiking/vidiking-cli/internal/load"
	"github.com/vidiking/vidiking-cli/internal/output"
	"github.com/vidiking/vidiking-cli/internal/webhook"
)

// failedRun returns the result of a load run with failures.
func failedRun() output.LoadResult {
	return output.LoadResult{
		Report: load.Report{
			Sent: 5000, Failed: 17, NotRecorded: 1,
			Statuses: map[webhook.Status]int{webhook.StatusDelivered: 4983, webhook.StatusRefused: 12, webhook.StatusUnreachable: 4},
			Codes:    map[int]int{200: 4983, 500: 12},
			Elapsed:  10_002 * time.Millisecond,
			Took:     load.Percentiles{P50: 1200 * time.Microsecond, P90: 4 * time.Millisecond, P99: 21 * time.Millisecond, Max: 140 * time.Millisecond},
			Lag:      load.Percentiles{P99: 900 * time.Microsecond, Max: 3 * time.Millisecond},
			Buckets: []load.Bucket{
				{UpTo: time.Millisecond, Count: 1200}, {UpTo: 2 * time.Millisecond, Count: 3600}, {UpTo: 5 * time.Millisecond, Count: 184},
				{UpTo: 10 * time.Millisecond}, {UpTo: 200 * time.Millisecond, Count: 11},
			},
			Reasons: []load.Reason{
				{Failure: "500 refused", Count: 12, First: load.Response{
					ID: "dlv_a61tzr5x0k", Status: webhook.StatusRefused,
					Attempt: webhook.Attempt{Code: 500, Response: []byte("{\"error\":\"out of\x1b[31m memory\"}")},
				}},
				{Failure: "unreachable: Nothing is listening on localhost:3000", Count: 4, First: load.Response{ID: "dlv_0qm9vd0000", Status: webhook.StatusUnreachable}},
				{Failure: "listen at http://127.0.0.1:4747 does not answer", Count: 1},
			},
			OtherFailures: 2,
		},
		Requested: 5000, To: "localhost:3000/webhooks/vidiking", Via: "localhost:3000/webhooks/vidiking, through listen", Rate: 500, Concurrency: 16, SuccessWord: "delivered",
	}
}

func TestLoadResult(t *testing.T) {
	t.Parallel()
	good := failedRun()
	good.Failed, good.NotRecorded, good.Reasons, good.OtherFailures, good.Rate, good.Sent, good.Elapsed = 0, 0, nil, 0, 0, 5000, 6*time.Second
	good.Statuses = map[webhook.Status]int{webhook.StatusRefused: 5000}
	good.Expected, good.SuccessWord, good.Chaos, good.Seed = `401 with "invalid"`, "as expected", "duplicate=2,shuffle=7", 8123
	stopped := failedRun()
	stopped.Sent, stopped.Interrupted, stopped.Rate, stopped.Buckets = 900, true, 0.5, nil
	var screen bytes.Buffer
	for _, r := range []output.LoadResult{failedRun(), good, stopped} {
		o := output.Options{Stdout: &screen, Terminal: true, Style: display.Style{UTF8: true, Width: 80}}
		if err := output.Load(o, r); err != nil {
			t.Fatal(err)
		}
		screen.WriteString("\n")
	}
	screen.WriteString("-- quiet, in ASCII\n")
	for _, r := range []output.LoadResult{failedRun(), good} {
		if err := output.Load(output.Options{Stdout: &screen, Quiet: true, Terminal: true, Style: display.Style{Width: 80}}, r); err != nil {
			t.Fatal(err)
		}
	}
	screen.WriteString("-- narrow, in ASCII\n")
	if err := output.Load(output.Options{Stdout: &screen, Terminal: true, Style: display.Style{Width: 40}}, good); err != nil {
		t.Fatal(err)
	}
	screen.WriteString("-- JSON\n")
	for _, r := range []output.LoadResult{failedRun(), good, stopped} {
		if err := output.Load(output.Options{Stdout: &screen, Format: output.FormatJSON}, r); err != nil {
			t.Fatal(err)
		}
	}
	golden(t, "load.txt", screen.String())
}

func TestProgressOverwritesAndClearsItsLine(t *testing.T) {
	t.Parallel()
	var screen bytes.Buffer
	p := output.NewProgress(&screen, display.Style{UTF8: true, Width: 60})
	p.Clear()
	p.Draw(0, 5000, "")
	p.Draw(2310, 5000, "497/s   12 not delivered")
	p.Draw(5000, 5000, "500/s")
	p.Clear()
	lines := strings.Split(screen.String(), "\r")
	for _, l := range lines {
		if display.Width(l) > 59 {
			t.Errorf("%q is %d cells wide, want less than 60", l, display.Width(l))
		}
	}
	golden(t, "progress.txt", strings.Join(lines, "\n"))
}

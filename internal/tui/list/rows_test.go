package list

import (
	"strings"
	"testing"
	"time"

	"github.com/vidiking/vidiking-cli/internal/display"
	"github.com/vidiking/vidiking-cli/internal/webhook"
)

func TestRowsAreTheSameAsInOtherCommands(t *testing.T) {
	d := webhook.Summary{
		ID: "dlv_000007aaaa", ReceivedAt: time.Unix(1_700_000_000, 0), Event: "render.complete", About: "job_000007",
		Status: webhook.StatusDelivered, Attempts: 1, Code: 200, Duration: 7 * time.Millisecond,
	}
	st := display.Style{UTF8: true, Width: 80}
	want := " " + display.Row(d, st).String()
	if got := strings.TrimRight(rowOf(d, RowView{Style: st, Cells: 80, Now: d.ReceivedAt}).String(), " "); got != want {
		t.Errorf("\n got %q\nwant %q", got, want)
	}
}

func TestRowsWithoutAPayloadSayWhatTheyAre(t *testing.T) {
	d := webhook.Summary{ID: "dlv_000007aaaa", ReceivedAt: time.Unix(1_700_000_000, 0), Status: webhook.StatusRejected, BodyBytes: 44}
	st := display.Style{UTF8: true, Width: 80}
	for notJSON, want := range map[bool]string{
		true:  "   ⊘ no event           44 B, not JSON  rejected             dlv_000007",
		false: "   ⊘ no event           44 B            rejected             dlv_000007",
	} {
		if got := rowOf(d, RowView{Style: st, Cells: 80, Now: d.ReceivedAt, notJSON: notJSON}).String(); !strings.Contains(got, want) {
			t.Errorf("\n got %q\nwant %q", got, want)
		}
	}
}

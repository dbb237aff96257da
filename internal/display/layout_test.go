package display

import (
	"fmt"
	"strings"
	"testing"

	"github.com/vidiking/vidiking-cli/internal/webhook"
)

func TestRowsUseTheAvailableWidth(t *testing.T) {
	rows := logged(t)[3:7]
	rows[0].About = "job_01JQ8ZK3T5W7X9Y1A3C5E7G9J1"
	rows[2].Origin, rows[2].BodyBytes, rows[2].Attempts = webhook.OriginEmulator, 4096, 12
	rows[3].Attempts, rows[3].Duration, rows[3].Status = 0, 0, webhook.StatusPending
	var b strings.Builder
	for _, width := range []int{60, 65, 71, 72, 79, 80, 85, 90, 99, 100, 108, 109, 118, 119, 120, 159, 200, 0} {
		st := wide(width)
		fmt.Fprintf(&b, "%d columns\n%s\n", width, text(table79(rows, st)))
	}
	st := terminal()
	st.IDLength = 8
	fmt.Fprintf(&b, "80 columns, ids of 8\n%s", text(table79(rows, st)))
	golden(t, "layout", b.String())
}

func TestRowsNeverReachTheLastColumn(t *testing.T) {
	rows := logged(t)
	rows[0].Event, rows[0].About = strings.Repeat("long.", 50), strings.Repeat("世界", 50)
	for width := 65; width <= 250; width++ {
		for _, idLength := range []int{6, 7, 10} {
			st := wide(width)
			st.IDLength, st.Targets = idLength, width%2 == 0
			if idLength > 6 && width < 72+idLength-6 {
				continue
			}
			for _, l := range table79(rows, st) {
				if l.Width() >= width {
					t.Errorf("at %d columns, ids of %d: %q is %d cells wide", width, idLength, l, l.Width())
				}
			}
		}
	}
}

func TestRowsOfSeveralProjectsNameTheTarget(t *testing.T) {
	d := logged(t)[0]
	d.About, d.Target = "job_5tq8wd", "http://localhost:3000/webhooks/vidiking"
	for width, want := range map[int]string{
		0:   "render.queued      job_5tq8wd               localhost:3000            200",
		120: "render.queued      job_5tq8wd localhost:3000  200",
		88:  "render.queued      job…8wd localhost:3000  200",
		80:  "render.queued      localhost:3000  200", // no room for both
	} {
		st := wide(width)
		st.Targets = true
		if got := Row(d, st).String(); !strings.Contains(got, want) {
			t.Errorf("at %d columns:\ngot  %q\nwant %q", width, got, want)
		}
		if head := Head(st).String(); !strings.Contains(head, "target") {
			t.Errorf("at %d columns: got the head %q", width, head)
		}
	}
}

func TestIDsAreAligned(t *testing.T) {
	for _, width := range []int{70, 80, 100, 130} {
		st := wide(width)
		want := strings.Index(strings.TrimRight(Head(st).String(), " "), "id")
		for _, s := range logged(t) {
			row := Row(s, st).String()
			before, _, _ := strings.Cut(row, "dlv_")
			if got := Width(before); got != want {
				t.Errorf("at %d columns: the id of %q begins at %d, want %d as in the head", width, row, got, want)
			}
		}
	}
}

package display

import (
	"strings"
	"testing"

	"github.com/vidiking/vidiking-cli/internal/webhook"
)

// tabHead has the names of the columns of TabRow.
var tabHead = tabs([]string{
	"time", "event", "about", "status", "code", "took", "id", "origin", "size", "attempts", "again", "resolved_by", "target",
})

func TestTabRowsAreNotTruncated(t *testing.T) {
	var b strings.Builder
	b.WriteString(tabHead + "\n")
	rows := logged(t)
	rows[0].About = strings.Repeat("long", 16)
	rows[1].SameBodyAs = "dlv_3fh8w0aaaa"
	rows[2].Status, rows[2].Code, rows[2].Duration, rows[2].Attempts = webhook.StatusRejected, 0, 0, 0
	rows[7].Event, rows[7].About = "tab\tline\nend", "\x1b[31m"
	for _, s := range rows {
		b.WriteString(TabRow(s, terminal()) + "\n")
	}
	golden(t, "tab", b.String())
}

func TestTabRowsHaveEveryColumn(t *testing.T) {
	want := strings.Count(tabHead, "\t")
	for _, s := range append(logged(t), webhook.Summary{}) {
		s.Event += "\t\n"
		row := TabRow(s, terminal())
		if got := strings.Count(row, "\t"); got != want || strings.Contains(row, "\n") {
			t.Errorf("%q has %d tabs, want %d and no line feed", row, got, want)
		}
	}
}

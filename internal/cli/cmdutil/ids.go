package cmdutil

import (
	"fmt"
	"strings"

	"github.com/vidiking/vidiking-cli/internal/webhook"
)

// listOf lists deliveries for a hint, a line each: the id, as short as tells them apart, the event and the time.
func listOf(a *App, before string, rows []webhook.Summary) []string {
	var lines []string
	long := IDLength(rows)
	for _, s := range rows {
		at := a.when(s.ReceivedAt)
		lines = append(lines, fmt.Sprintf("%s%s (%s)", before, s.ID.Short(long), strings.TrimPrefix(s.Event+", "+at, ", ")))
		before = strings.Repeat(" ", len(before))
	}
	return lines
}

// ShortID is the number of characters in a short id.
const ShortID = webhook.ShortLength

// IDLength is how many characters of an id tell the rows apart, and no fewer than are always shown.
func IDLength(rows []webhook.Summary) int {
	n := ShortID
	for n < len("0123456789") {
		seen := make(map[string]bool, len(rows))
		for _, s := range rows {
			seen[s.ID.Short(n)] = true
		}
		if len(seen) == len(rows) {
			break
		}
		n++
	}
	return n
}

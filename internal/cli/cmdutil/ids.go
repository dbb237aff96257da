package cmdutil

import (
	"fmt"
	"strings"

	"github.com/vidiking/vidiking-cli/internal/webhook"
)

// ShortID is the number of characters in a short id.
const ShortID = webhook.ShortLength

// describeDeliveries returns one hint line per delivery: its shortest unambiguous id, its event and its time. The first line starts with
// label, and the others align with it.
func describeDeliveries(e Environment, label string, rows []webhook.Summary) []string {
	var lines []string
	length := IDLength(rows)
	for _, s := range rows {
		at := e.when(s.ReceivedAt)
		lines = append(lines, fmt.Sprintf("%s%s (%s)", label, s.ID.Short(length), strings.TrimPrefix(s.Event+", "+at, ", ")))
		label = strings.Repeat(" ", len(label))
	}
	return lines
}

// IDLength returns how many characters of an id are needed to tell the rows apart, and at least ShortID.
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

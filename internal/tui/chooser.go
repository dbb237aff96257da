package tui

import (
	"github.com/vidiking/vidiking-cli/internal/display"
	"github.com/vidiking/vidiking-cli/internal/webhook"
)

// chooser is the overlay that writes the filter for those who do not know its language yet.
type chooser struct {
	columns []choices
	at      int
}

// choices are the values of one key of the filter.
type choices struct {
	key    string
	values []string
	at     int
}

func newChooser() chooser {
	events := []string{"render.*", "ai.*", "wallet.*"}
	for _, e := range webhook.Events() {
		events = append(events, e.Name)
	}
	statuses := []string{"failed"}
	for _, s := range webhook.Statuses() {
		statuses = append(statuses, string(s))
	}
	return chooser{columns: []choices{
		{key: "event", values: events},
		{key: "status", values: statuses},
		{key: "verdict", values: named(webhook.VerdictValid, webhook.VerdictInvalid, webhook.VerdictMissing, webhook.VerdictMalformed, webhook.VerdictUnchecked)},
		{key: "origin", values: named(webhook.OriginTunnel, webhook.OriginLocal, webhook.OriginTrigger, webhook.OriginReplay, webhook.OriginEmulator)},
		{key: "since", values: []string{"10m", "1h", "6h", "1d", "7d"}},
	}}
}

func named[T ~string](values ...T) []string {
	out := make([]string, len(values))
	for i, v := range values {
		out[i] = string(v)
	}
	return out
}

func (c *chooser) move(columns, rows int) {
	c.at = max(min(c.at+columns, len(c.columns)-1), 0)
	col := &c.columns[c.at]
	col.at = max(min(col.at+rows, len(col.values)-1), 0)
}

// chosen is the filter with what the cursor is on put in or taken out.
func (c *chooser) chosen(filter string) string {
	col := c.columns[c.at]
	return withTerm(filter, col.key, col.values[col.at])
}

func (c *chooser) lines(filter string, st display.Style) []line {
	lines := []line{text(" ")}
	var head line
	deepest := 0
	for _, col := range c.columns {
		head = append(head, text("   ").add(display.PadRight(col.key, col.width()-3), display.Bold)...)
		deepest = max(deepest, len(col.values))
	}
	lines = append(lines, head)
	for i := range deepest {
		var l line
		for n, col := range c.columns {
			cell := text(" ")
			if i < len(col.values) {
				sign := "  "
				if hasTerm(filter, col.key, col.values[i]) {
					sign = st.Say("✓") + " "
				}
				cell = cell.add(sign, display.Good).add(col.values[i], display.Plain)
				if n == c.at && i == col.at {
					cell = cell.reverse()
				}
			}
			l = append(l, cell.pad(col.width())...)
		}
		lines = append(lines, l)
	}
	return lines
}

func (c choices) width() int {
	w := len(c.key)
	for _, v := range c.values {
		w = max(w, len(v))
	}
	return w + 4
}

package display

import (
	"strings"
	"time"

	"github.com/vidiking/vidiking-cli/internal/webhook"
)

// Style describes the capabilities and preferences of the output.
type Style struct {
	UTF8     bool           // whether it shows UTF-8; if not, glyphs and marks are ASCII
	Width    int            // in columns; 0: unbounded, nothing is truncated. A terminal of unknown width has 80
	Log      bool           // rows are lines of a log: with the date, the full id, and the columns of 80 cells, whatever the width
	Location *time.Location // time zone of the shown times; nil: UTC
	IDLength int            // characters of an id after "dlv_"; at least 6
	Targets  bool           // rows name the target, because they are of several projects
	Timeout  time.Duration  // of the handler; rows mark durations of more than half of it. 0: no mark
}

// minRoom is the minimum width left for text, however deep it is indented. On a very narrow terminal, wrapped text is
// better than none.
const minRoom = 10

// Narrowed returns the style for text that is indented by n cells, for example with [Indent].
func (st Style) Narrowed(n int) Style {
	if st.Width > 0 {
		st.Width = max(st.Width-n, minRoom+1)
	}
	return st
}

// room returns the number of cells that a line may take, and whether there is a limit. The last column stays empty,
// because some terminals wrap when it is written.
func (st Style) room() (cells int, bounded bool) {
	return max(st.Width-1, minRoom), st.Width > 0
}

// fit truncates clean text at its end to n cells, if the width is bounded.
func (st Style) fit(s string, n int) string {
	if st.Width == 0 {
		return s
	}
	return st.Cut(s, n)
}

// outside cleans outside text and truncates it in the middle to n cells, if the width is bounded.
func (st Style) outside(s string, n int) string {
	if st.Width == 0 {
		return st.Clean(s)
	}
	return st.CutMiddle(st.Clean(truncateForCleaning(s, n)), n)
}

// Symbols replaces the glyphs in the program's own text with ASCII if the output does not show UTF-8. For outside text,
// use [Style.Clean].
func (st Style) Symbols(s string) string {
	if st.UTF8 {
		return s
	}
	return strings.NewReplacer(
		"✓", "+", "✗", "x", "⊘", "#", "–", "-", "·", ".", "↻", "*", "●", "@", "○", "o", "…", "..", "│", "|", "─", "-",
		"≤", "<=", "×", "x", "├", "|", "└", "`",
	).Replace(s)
}

// Glyph returns the glyph of a status, one cell wide, and its role.
func (st Style) Glyph(s webhook.Status) (string, Role) {
	switch s {
	case webhook.StatusDelivered:
		return st.Symbols("✓"), Good
	case webhook.StatusRefused:
		return st.Symbols("✗"), Caution
	case webhook.StatusUnreachable, webhook.StatusTimedOut:
		return "!", Bad
	case webhook.StatusRejected:
		return st.Symbols("⊘"), Bad
	case webhook.StatusSkipped:
		return st.Symbols("–"), Dim
	default: // pending
		return st.Symbols("·"), Dim
	}
}

// ShortID returns an id as shown in rows.
func ShortID(id webhook.ID, st Style) string {
	return st.Clean(id.Short(st.idLength()))
}

// CommandID returns an id for a suggested command: short on a terminal, and full if the width is unbounded.
func CommandID(id webhook.ID, st Style) string {
	if st.Width == 0 {
		return st.Clean(string(id))
	}
	return ShortID(id, st)
}

// idLength returns the shown length of ids, at least six characters. Six have 30 bits, which is enough to distinguish
// 100,000 deliveries by eye.
func (st Style) idLength() int { return max(st.IDLength, 6) }

package display

import (
	"strings"
	"time"

	"github.com/vidiking/vidiking-cli/internal/webhook"
)

// Style is what the place that shows the text can do and wants.
type Style struct {
	UTF8     bool           // it shows UTF-8; else glyphs, and the marks of outside text, are ASCII
	Width    int            // its columns; 0 for unbounded: nothing is cut. A terminal that does not tell has 80
	Location *time.Location // of the times shown; nil is UTC
	IDLength int            // characters of an id after "dlv_"; fewer than 6 are 6
	Targets  bool           // rows name the target, since they are of several projects
	Timeout  time.Duration  // how long a handler may take; a row that took more than half of it says so. 0: it never says so
}

// minRoom is what is left to write in however far in text stands: a very narrow terminal wraps rather than show nothing.
const minRoom = 10

// Narrowed is the style for what stands n cells in, as with [Indent].
func (st Style) Narrowed(n int) Style {
	if st.Width > 0 {
		st.Width = max(st.Width-n, minRoom+1)
	}
	return st
}

// room is how many cells a line may take, and whether there is a bound. The last column stays free, since some terminals wrap
// when it is written to.
func (st Style) room() (cells int, bounded bool) {
	return max(st.Width-1, minRoom), st.Width > 0
}

// fit cuts clean text at its end to n cells, where the style has a bound.
func (st Style) fit(s string, n int) string {
	if st.Width == 0 {
		return s
	}
	return st.Cut(s, n)
}

// outside cleans outside text and cuts it in the middle to n cells, where the style has a bound.
func (st Style) outside(s string, n int) string {
	if st.Width == 0 {
		return st.Clean(s)
	}
	return st.CutMiddle(st.Clean(truncateForCleaning(s, n)), n)
}

// Symbols returns the program's own words as this place can show them: without UTF-8, its glyphs become ASCII. Outside text goes
// through [Style.Clean] instead.
func (st Style) Symbols(s string) string {
	if st.UTF8 {
		return s
	}
	return strings.NewReplacer(
		"✓", "+", "✗", "x", "⊘", "#", "–", "-", "·", ".", "↻", "*", "●", "@", "○", "o", "…", "..", "│", "|", "─", "-",
		"≤", "<=", "×", "x", "├", "|", "└", "`",
	).Replace(s)
}

// Glyph is the sign of a status, one cell, and its role.
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

// ShortID is the id as rows show it.
func ShortID(id webhook.ID, st Style) string {
	return st.Clean(id.Short(st.idLength()))
}

// CommandID is the id in a command to copy: as rows show it on a terminal, and whole where nothing is cut.
func CommandID(id webhook.ID, st Style) string {
	if st.Width == 0 {
		return st.Clean(string(id))
	}
	return ShortID(id, st)
}

// idLength never goes below six characters: 30 bits, which tell 100,000 deliveries apart well enough to be looked at.
func (st Style) idLength() int { return max(st.IDLength, 6) }

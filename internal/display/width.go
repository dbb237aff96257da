package display

import (
	"strings"

	"github.com/clipperhouse/displaywidth"
)

// Width returns the width of clean text in cells on the simplest terminal: the sum of its characters, where wide ones
// count two and combining marks count none. Terminals that join flags and skin tones draw them narrower, and none draws
// anything wider, so text that is truncated to a width never wraps.
func Width(s string) int {
	n, before := 0, 0
	for _, r := range s {
		before = cells(r, before)
		n += before
	}
	return n
}

// cells returns the width of r after a character of the given width.
func cells(r rune, before int) int {
	switch {
	case r >= ' ' && r <= '~':
		return 1
	case r == emojiSelector && before == 1:
		return 1 // it makes the previous symbol wide
	default:
		return displaywidth.Rune(r)
	}
}

// PadRight adds spaces after s up to the given width.
func PadRight(s string, width int) string { return s + spaces(width-Width(s)) }

// PadLeft adds spaces before s up to the given width.
func PadLeft(s string, width int) string { return spaces(width-Width(s)) + s }

// Cut truncates clean text at its end to at most width cells, and marks the cut with an ellipsis.
func (st Style) Cut(s string, width int) string {
	if Width(s) <= width {
		return s
	}
	dots, room := st.dots(width)
	head, _ := leftmost(s, room)
	return head + dots
}

// CutMiddle truncates clean text in the middle to at most width cells, and marks the cut with an ellipsis.
func (st Style) CutMiddle(s string, width int) string {
	if Width(s) <= width {
		return s
	}
	dots, room := st.dots(width)
	head, taken := leftmost(s, room-room/2)
	return head + dots + rightmost(s, room-taken)
}

// dots returns the ellipsis, shortened if it does not fit, and the room that is left.
func (st Style) dots(width int) (dots string, room int) {
	dots = st.Symbols("…")
	if width < Width(dots) {
		return strings.Repeat(".", max(width, 0)), 0
	}
	return dots, width - Width(dots)
}

// leftmost returns the longest beginning of s that fits room cells, and its width. It never splits a grapheme.
func leftmost(s string, room int) (string, int) {
	taken, end := 0, 0
	for g := displaywidth.StringGraphemes(s); g.Next(); {
		n := Width(g.Value())
		if taken+n > room {
			break
		}
		taken += n
		end += len(g.Value())
	}
	return s[:end], taken
}

// rightmost returns the longest end of s that fits room cells.
func rightmost(s string, room int) string {
	type mark struct{ at, width int }
	var marks []mark
	at := 0
	for g := displaywidth.StringGraphemes(s); g.Next(); {
		marks = append(marks, mark{at, Width(g.Value())})
		at += len(g.Value())
	}
	start := len(s)
	for i := len(marks) - 1; i >= 0 && marks[i].width <= room; i-- {
		room -= marks[i].width
		start = marks[i].at
	}
	return s[start:]
}

// truncateForCleaning shortens s before it is cleaned, and leaves enough bytes to fill width cells from either end.
// Outside text can be megabytes, of which a line shows a few dozen cells.
func truncateForCleaning(s string, width int) string {
	bound := (max(width, 0) + 1) * maxBytesPerCell
	if len(s) <= 2*bound {
		return s
	}
	return s[:bound] + s[len(s)-bound:] // a character may be split at the joint, but the joint is truncated later
}

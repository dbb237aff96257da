package display

import (
	"strings"

	"github.com/clipperhouse/displaywidth"
)

// Width returns how many cells clean text takes, on the terminal that knows least: the sum of its characters, wide ones two,
// combining marks none. Terminals that join flags and skin tones draw those narrower; none draws anything wider, so nothing
// wraps that was cut to a width.
func Width(s string) int {
	n, before := 0, 0
	for _, r := range s {
		before = cells(r, before)
		n += before
	}
	return n
}

// cells returns how many cells r takes behind a character of that many.
func cells(r rune, before int) int {
	switch {
	case r >= ' ' && r <= '~':
		return 1
	case r == emojiSelector && before == 1:
		return 1 // it makes the sign before it wide
	default:
		return displaywidth.Rune(r)
	}
}

// PadRight fills s up with spaces behind it.
func PadRight(s string, width int) string { return s + spaces(width-Width(s)) }

// PadLeft fills s up with spaces before it.
func PadLeft(s string, width int) string { return spaces(width-Width(s)) + s }

// Cut cuts clean text at its end to at most width cells, with … where something is missing.
func (st Style) Cut(s string, width int) string {
	if Width(s) <= width {
		return s
	}
	dots, room := st.dots(width)
	head, _ := leftmost(s, room)
	return head + dots
}

// CutMiddle cuts clean text in the middle to at most width cells, with … where something is missing.
func (st Style) CutMiddle(s string, width int) string {
	if Width(s) <= width {
		return s
	}
	dots, room := st.dots(width)
	head, taken := leftmost(s, room-room/2)
	return head + dots + rightmost(s, room-taken)
}

// dots returns what stands for the missing part, cut itself where even that does not fit, and the room beside it.
func (st Style) dots(width int) (dots string, room int) {
	dots = st.Symbols("…")
	if width < Width(dots) {
		return strings.Repeat(".", max(width, 0)), 0
	}
	return dots, width - Width(dots)
}

// leftmost returns as much of the beginning of s as fits into room cells, and how many it takes. It never cuts between what a
// reader sees as one character.
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

// rightmost returns as much of the end of s as fits into room cells.
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

// truncateForCleaning returns s short enough to be cleaned at leisure, and still long enough to fill width cells from either end: text
// from outside can be megabytes of which a line shows a few dozen cells.
func truncateForCleaning(s string, width int) string {
	bound := (max(width, 0) + 1) * maxBytesPerCell
	if len(s) <= 2*bound {
		return s
	}
	return s[:bound] + s[len(s)-bound:] // where the ends meet, a character may be torn; that place is cut out
}

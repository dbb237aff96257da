package display

import "strings"

// Bar draws a share between 0 and 1 as a bar of at most the given number of cells. Any share above 0 is visible.
func Bar(share float64, cells int, st Style) string {
	share = min(max(share, 0), 1)
	if !st.UTF8 {
		n := int(share*float64(cells) + 0.5)
		if n == 0 && share > 0 {
			n = 1
		}
		return strings.Repeat("#", n)
	}
	const parts = "▏▎▍▌▋▊▉" // eighths of a cell, from one to seven
	eighths := int(share*float64(8*cells) + 0.5)
	if eighths == 0 && share > 0 {
		eighths = 1
	}
	bar := strings.Repeat("█", eighths/8)
	if rest := eighths % 8; rest > 0 {
		bar += string([]rune(parts)[rest-1])
	}
	return bar
}

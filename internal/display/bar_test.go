package display

import (
	"strings"
	"testing"
)

func TestBar(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		share       float64
		text, ascii string
	}{
		{0, "", ""}, {0.0001, "▏", "#"}, {0.5, "████", "####"}, {0.516, "████▏", "####"}, {0.95, "███████▋", "########"}, {1, "████████", "########"},
		{7, "████████", "########"}, {-1, "", ""},
	} {
		if got := Bar(tc.share, 8, Style{UTF8: true}); got != tc.text {
			t.Errorf("Bar(%v): got %q, want %q", tc.share, got, tc.text)
		}
		if got := Bar(tc.share, 8, Style{}); got != tc.ascii {
			t.Errorf("Bar(%v) in ASCII: got %q, want %q", tc.share, got, tc.ascii)
		}
	}
}

func TestBarGrowsWithItsShare(t *testing.T) {
	t.Parallel()
	for _, st := range []Style{{}, {UTF8: true}} {
		last := ""
		for i := range 1001 {
			bar := Bar(float64(i)/1000, 20, st)
			if Width(bar) < Width(last) || Width(bar) > 20 || Width(bar) == Width(last) && strings.Compare(bar, last) > 0 && !st.UTF8 {
				t.Fatalf("Bar(%d/1000) is %q, after %q", i, bar, last)
			}
			last = bar
		}
	}
}

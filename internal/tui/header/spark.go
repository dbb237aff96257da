package header

import (
	"strings"

	"github.com/vidiking/vidiking-cli/internal/display"
	"github.com/vidiking/vidiking-cli/internal/tui/draw"
)

// bars are the heights of the sparkline. A period without deliveries has the lowest bar, which keeps the line unbroken.
const bars = "▁▂▃▄▅▆▇█"

// Spark renders the deliveries of the last periods, the current one first, scaled to the highest.
func (h *Model) Spark(cells int, st display.Style) draw.Line {
	all := h.Totals.Rate.Spark
	if len(all) == 0 || h.Totals.All == 0 {
		return nil
	}
	heights := []rune(bars)
	periods := all[max(len(all)-cells, 0):]
	most := 1
	for _, n := range periods {
		most = max(most, n)
	}
	var b strings.Builder
	for i := len(periods) - 1; i >= 0; i-- {
		height := 0
		if n := periods[i]; n > 0 {
			height = max((n*(len(heights)-1)+most/2)/most, 1)
		}
		b.WriteRune(heights[height])
	}
	return draw.Styled(" now "+draw.Symbols(b.String(), st)+" ", display.Dim)
}

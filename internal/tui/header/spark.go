package header

import (
	"slices"
	"strings"
	"time"

	"github.com/vidiking/vidiking-cli/internal/display"
	"github.com/vidiking/vidiking-cli/internal/tui/draw"
	"github.com/vidiking/vidiking-cli/internal/view"
)

// barHeights are the bars of the sparkline. A period without deliveries has the lowest bar, which keeps the line unbroken.
const barHeights = "▁▂▃▄▅▆▇█"

// Spark renders the deliveries of the last periods, the current one first, scaled to the highest.
func (h *Model) Spark(cells int, st display.Style) draw.Line {
	if len(h.Totals.Rate.Periods) == 0 || h.Totals.All == 0 {
		return nil
	}
	var b strings.Builder
	for _, each := range bars(h.Totals.Rate, h.over, cells) {
		b.WriteString(each.text)
	}
	return draw.Styled(" now "+draw.Symbols(b.String(), st)+" ", display.Dim)
}

// strip renders the deliveries of the last periods on a line of its own: the height of a bar is the number of deliveries, its color is the
// worst outcome.
func (h *Model) strip(w int, st display.Style) draw.Line {
	const now, end = " now ", 12 // cells of the time at the end
	all := bars(h.Totals.Rate, h.over, w-len(now)-end)
	l := draw.Styled(now, display.Dim)
	for len(all) > 0 {
		role, text := all[0].role(st), ""
		for len(all) > 0 && all[0].role(st) == role {
			text += all[0].text
			all = all[1:]
		}
		l = l.Add(draw.Symbols(text, st), role)
	}
	if n := l.Width() - len(now); n > 0 {
		l = l.Add(" "+display.Period(time.Duration(n)*view.RatePeriod)+" ago", display.Dim)
	}
	return l.Fit(w, st)
}

// bar is a period of the sparkline.
type bar struct {
	view.Period
	text string
}

func (b bar) role(st display.Style) display.Role {
	if b.N == 0 {
		return display.Dim
	}
	_, role := st.Glyph(b.Worst)
	return role
}

// Age moves the periods that are over, and reports whether that changes what the sparkline and the strip show.
func (h *Model) Age() (changed bool) {
	before := h.over
	if h.over = 0; !h.Totals.Rate.End.IsZero() {
		h.over = max(int((h.source.Now().Sub(h.Totals.Rate.End)+view.RatePeriod)/view.RatePeriod), 0)
	}
	return h.over != before && slices.ContainsFunc(h.Totals.Rate.Periods, func(p view.Period) bool { return p.N > 0 })
}

// bars returns the last periods, the current one first: those of r, and the number of periods that have begun since it was counted.
func bars(r view.Rate, begun, cells int) []bar {
	all := append(r.Periods[min(begun, len(r.Periods)):len(r.Periods):len(r.Periods)], make([]view.Period, min(begun, len(r.Periods)))...)
	heights := []rune(barHeights)
	periods := all[max(len(all)-cells, 0):]
	most := 1
	for _, p := range periods {
		most = max(most, p.N)
	}
	out := make([]bar, 0, len(periods))
	for i := len(periods) - 1; i >= 0; i-- {
		height := 0
		if n := periods[i].N; n > 0 {
			height = max((n*(len(heights)-1)+most/2)/most, 1)
		}
		out = append(out, bar{periods[i], string(heights[height])})
	}
	return out
}

// stripFrom is the width from which the header has a strip.
const stripFrom = 160

// HasStrip reports whether the header of a screen ends with a strip.
func (s Size) HasStrip() bool { return s.W >= stripFrom && s.H >= tallFrom }

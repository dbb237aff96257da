package keys

import (
	"slices"
	"strings"

	"github.com/vidiking/vidiking-cli/internal/tui/input"

	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"
	"github.com/vidiking/vidiking-cli/internal/display"
	"github.com/vidiking/vidiking-cli/internal/tui/draw"
)

// HelpView is the overlay that lists all keys.
type HelpView struct {
	Typing bool // a search is being typed

	search input.Model
	top    int
	maxTop int // known after Lines
}

// Lines renders the key map, in two columns if they fit.
func (v *HelpView) Lines(k *Map, w, h int, st display.Style) []draw.Line {
	short := v.matching(k.Groups())
	all := helpColumn(short, st)
	for _, groups := range [][]Group{longTexts(short), short} {
		left, right := helpColumn(groups[:min(firstColumn, len(groups))], st), helpColumn(groups[min(firstColumn, len(groups)):], st)
		if middle := max(widest(left)+1, w/2); middle+widest(right) <= w {
			all = sideBySide(left, right, middle, st)
			break
		}
	}
	v.maxTop = max(len(all)-h, 0)
	v.Scroll(0)
	return all[v.top:min(v.top+h, len(all))]
}

// matching returns the lines that contain the search.
func (v *HelpView) matching(groups []Group) (found []Group) {
	text := strings.ToLower(v.search.String())
	for _, g := range groups {
		g.Keys = slices.DeleteFunc(slices.Clone(g.Keys), func(h Help) bool {
			return !h.enabled || !strings.Contains(strings.ToLower(g.Name+" "+h.Keys+" "+h.Short+" "+h.Long), text)
		})
		if len(g.Keys) > 0 {
			found = append(found, g)
		}
	}
	return found
}

// Search returns the text that is searched.
func (v *HelpView) Search() string { return v.search.String() }

// Scroll scrolls by lines.
func (v *HelpView) Scroll(by int) { v.top = max(min(v.top+by, v.maxTop), 0) }

// Below returns the number of lines below the visible ones.
func (v *HelpView) Below() int { return v.maxTop - v.top }

// Scrolls reports whether there is more than fits.
func (v *HelpView) Scrolls() bool { return v.maxTop > 0 }

// Key handles a key, and reports whether the help closes.
func (v *HelpView) Key(k tea.KeyPressMsg, m *Map) (closed bool) {
	if v.Typing {
		switch k.String() {
		case "enter":
			v.Typing = false
		case "esc", "ctrl+c":
			v.Typing, v.search = false, input.Model{}
		default:
			v.search.Key(k)
		}
		return false
	}
	switch {
	case key.Matches(k, m.Filter):
		v.Typing = true
	case key.Matches(k, m.Up):
		v.Scroll(-1)
	case key.Matches(k, m.Down):
		v.Scroll(1)
	case key.Matches(k, m.PageUp):
		v.top = 0
	case key.Matches(k, m.PageDown):
		v.top = v.maxTop
	default:
		return key.Matches(k, m.Help, m.Back, m.Quit, m.Open, m.Interrupt)
	}
	return false
}

// longTexts returns the groups with the long descriptions of their keys.
func longTexts(groups []Group) []Group {
	all := make([]Group, len(groups))
	for i, g := range groups {
		all[i].Name = g.Name
		for _, k := range g.Keys {
			k.Short = k.Long
			all[i].Keys = append(all[i].Keys, k)
		}
	}
	return all
}

// helpColumn renders groups of keys, one below another.
func helpColumn(groups []Group, st display.Style) (lines []draw.Line) {
	keys := 0
	for _, g := range groups {
		for _, k := range g.Keys {
			keys = max(keys, display.Width(k.Keys))
		}
	}
	for i, g := range groups {
		if i > 0 {
			lines = append(lines, nil)
		}
		lines = append(lines, draw.Styled(" "+g.Name, display.Bold))
		for _, k := range g.Keys {
			if k.enabled {
				lines = append(lines, draw.Text("   ").Add(display.PadRight(draw.Symbols(k.Keys, st), keys+2), display.Bold).Add(k.Short, display.Plain))
			}
		}
	}
	return lines
}

func widest(lines []draw.Line) (w int) {
	for _, l := range lines {
		w = max(w, l.Width())
	}
	return w
}

// sideBySide joins two columns. The right one begins at cell at.
func sideBySide(left, right []draw.Line, at int, st display.Style) []draw.Line {
	out := make([]draw.Line, max(len(left), len(right)))
	for i := range out {
		if i < len(left) {
			out[i] = left[i]
		}
		if i < len(right) {
			out[i] = append(out[i].Fit(at, st), right[i]...)
		}
	}
	return out
}

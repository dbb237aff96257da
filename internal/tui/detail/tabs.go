package detail

import (
	"slices"

	"github.com/vidiking/vidiking-cli/internal/display"
	"github.com/vidiking/vidiking-cli/internal/tui/draw"
)

// tab is a tab of the detail.
type tab int

const (
	tabStory tab = iota
	tabPayload
	tabHeaders
	tabResponse
	tabSignature
	tabCurl
	tabDiff // hidden until the user compares two deliveries
)

// payloadFormat is the format in which a payload is shown.
type payloadFormat int

const (
	formatTree payloadFormat = iota
	formatPretty
	formatRaw
	formatCount
)

func (t tab) name() string {
	switch t {
	case tabHeaders:
		return "Headers"
	case tabPayload:
		return "Payload"
	case tabResponse:
		return "Response"
	case tabSignature:
		return "Signature"
	case tabCurl:
		return "Curl"
	case tabDiff:
		return "Diff"
	default:
		return "Story"
	}
}

// Tabs is the line of tabs.
type Tabs struct {
	open    tab
	hasCurl bool
}

// OnPayload reports whether the payload is open.
func (t *Tabs) OnPayload() bool { return t.open == tabPayload }

// visible returns the visible tabs.
func (t *Tabs) visible() []tab {
	all := []tab{tabStory, tabPayload, tabHeaders, tabResponse, tabSignature}
	if t.hasCurl {
		all = append(all, tabCurl)
	}
	if t.open == tabDiff {
		all = append(all, tabDiff)
	}
	return all
}

// step opens the next tab, or the previous one if by is -1.
func (t *Tabs) step(by int) {
	all := t.visible()
	t.open = all[(max(slices.Index(all, t.open), 0)+by+len(all))%len(all)]
}

// within returns the visible tabs that begin with the first one for which the open one fits.
func (t *Tabs) within(cells int) []tab {
	all := t.visible()
	for all[0] != t.open {
		w := 0
		for _, each := range all[:slices.Index(all, t.open)+1] {
			w += len("  " + each.name())
		}
		if w+len("] ") <= cells {
			break
		}
		all = all[1:]
	}
	return all
}

// Line renders the names of the tabs, with the open one in brackets, and a space at the end. If they don't fit, the first ones are left out
// until the open one does.
func (t *Tabs) Line(cells int) draw.Line {
	var l draw.Line
	all := t.within(cells)
	for _, each := range all {
		if each == t.open {
			l = l.Add(" ["+each.name()+"]", display.Plain)
			continue
		}
		l = l.Add(" "+each.name()+" ", display.Dim)
	}
	if all[len(all)-1] == t.open {
		l = l.Add(" ", display.Dim)
	}
	return l
}

// Short renders only the name of the open tab.
func (t *Tabs) Short() draw.Line { return draw.Text(" [" + t.open.name() + "] ") }

// at returns the tab at a cell of the line.
func (t *Tabs) at(x, cells int) (tab, bool) {
	at := 0
	for _, each := range t.within(cells) {
		w := len(" [" + each.name() + "]")
		if each != t.open {
			w-- // one space on each side
		}
		if x >= at && x < at+w {
			return each, true
		}
		at += w
	}
	return 0, false
}

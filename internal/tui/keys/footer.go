package keys

import (
	"github.com/vidiking/vidiking-cli/internal/display"
	"github.com/vidiking/vidiking-cli/internal/tui/draw"
)

// Hint is a key in the footer. If space is short, the last keys are dropped first.
type Hint struct {
	Keys, Word string
	DropFirst  bool // dropped before all others
}

// Enabled removes the hints of disabled keys.
func (k *Map) Enabled(all []Hint) []Hint {
	off := map[string]bool{
		"r": !k.Replay.Enabled(), "R": !k.ReplayAll.Enabled(), "e": !k.Edit.Enabled(), "t": !k.Trigger.Enabled(),
		"d": !k.Diff.Enabled(), "s": !k.Save.Enabled(),
	}
	var out []Hint
	for _, h := range all {
		if !off[h.Keys] {
			out = append(out, h)
		}
	}
	return out
}

// Footer renders the last line. If space is short, keys are dropped from the right; the fixed ones always stay.
func Footer(keys, fixed []Hint, w int, st display.Style) draw.Line {
	for _, dropFirst := range []bool{true, false} {
		for i := len(keys) - 1; i >= 0 && hints(append(keys[:len(keys):len(keys)], fixed...), st).Width() >= w; i-- {
			if keys[i].DropFirst == dropFirst {
				keys = append(keys[:i:i], keys[i+1:]...)
			}
		}
	}
	return hints(append(keys, fixed...), st).Fit(w, st)
}

func hints(keys []Hint, st display.Style) draw.Line {
	var l draw.Line
	for i, k := range keys {
		gap := " "
		if i > 0 {
			gap = "  "
		}
		l = l.Add(gap, display.Plain).Add(draw.Symbols(k.Keys, st), display.Bold).Add(" "+k.Word, display.Dim)
	}
	return l
}

package output

import (
	"github.com/vidiking/vidiking-cli/internal/display"
)

// Hints remembers what was said, so that a hint is said once for one cause.
type Hints struct {
	printed map[string]bool
}

// Next returns the hint for a delivery, unless it was said already.
func (h *Hints) Next(c display.Case, st display.Style) (display.Hint, bool) {
	hint, ok := display.Explain(c, st)
	if !ok || h.printed[hint.Key()] {
		return display.Hint{}, false
	}
	if h.printed == nil {
		h.printed = make(map[string]bool)
	}
	h.printed[hint.Key()] = true
	return hint, true
}

// Known reports whether what the case would say was said, or there is nothing to say, so that nobody need look the delivery up.
func (h *Hints) Known(c display.Case, st display.Style) bool {
	hint, ok := display.Explain(c, st)
	return !ok || h.printed[hint.Key()]
}

// Forget lets a cause be said again, since it was over in between.
func (h *Hints) Forget(c display.Cause, target string) {
	delete(h.printed, display.Hint{Cause: c, Target: target}.Key())
}

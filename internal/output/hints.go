package output

import (
	"github.com/vidiking/vidiking-cli/internal/display"
)

// Hints remembers which hints were printed. Each is printed once per cause.
type Hints struct {
	printed map[string]bool
}

// Next returns the hint for a delivery, unless it was printed before.
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

// Known reports whether Next would return nothing. Then callers need not read the delivery.
func (h *Hints) Known(c display.Case, st display.Style) bool {
	hint, ok := display.Explain(c, st)
	return !ok || h.printed[hint.Key()]
}

// Forget allows the hint for a cause and target to be printed again, because the problem was resolved in the meantime.
func (h *Hints) Forget(c display.Cause, target string) {
	delete(h.printed, display.Hint{Cause: c, Target: target}.Key())
}

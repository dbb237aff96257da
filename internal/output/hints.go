package output

import (
	"context"

	"github.com/vidiking/vidiking-cli/internal/display"
	"github.com/vidiking/vidiking-cli/internal/explain"
)

// Hints remembers which hints were printed. Each is printed once per cause.
type Hints struct {
	printed map[string]bool
}

// Next returns the hint for a delivery, unless it was printed before.
func (h *Hints) Next(ctx context.Context, e *explain.Explainer, c explain.Case, st display.Style) (display.Hint, bool) {
	if h.Known(c, st) {
		return display.Hint{}, false
	}
	// The response alone identifies the cause, because the evidence can change with every delivery.
	first, _ := explain.Explain(c, st)
	if h.printed == nil {
		h.printed = make(map[string]bool)
	}
	h.printed[first.Key()] = true
	return e.Explain(ctx, c, st)
}

// Known reports whether Next would return nothing. Then callers need not read the delivery.
func (h *Hints) Known(c explain.Case, st display.Style) bool {
	hint, ok := explain.Explain(c, st)
	return !ok || h.printed[hint.Key()]
}

// Forget allows the hint for a cause and target to be printed again, because the problem was resolved in the meantime.
func (h *Hints) Forget(c display.Cause, target string) {
	delete(h.printed, display.Hint{Cause: c, Target: target}.Key())
}

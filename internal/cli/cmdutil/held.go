package cmdutil

import (
	"context"
	"fmt"

	"github.com/vidiking/vidiking-cli/internal/display"
	"github.com/vidiking/vidiking-cli/internal/output"
	"github.com/vidiking/vidiking-cli/internal/store"
	"github.com/vidiking/vidiking-cli/internal/webhook"
)

// WarnUncertain warns before a replay if some of the deliveries may have reached the handler although no attempt is recorded.
func WarnUncertain(ctx context.Context, a *App, p output.Printer, rows []webhook.Summary) error {
	pending := make(map[webhook.ID]bool)
	for _, s := range rows {
		if s.Status == webhook.StatusPending {
			pending[s.ID] = true
		}
	}
	if len(pending) == 0 {
		return nil
	}
	r, err := OpenReader(ctx, a)
	if err != nil {
		return err
	}
	defer func() { _ = r.Close() }() // read only
	due, err := r.Due(ctx)
	if err != nil {
		return err
	}
	for _, d := range due {
		if isHeld(d) && !d.Uncertain {
			delete(pending, d.ID) // never sent
		}
	}
	if n := len(pending); n > 0 {
		p.Warning("outcome_unknown", fmt.Sprintf("the outcome of %s is unknown: the handler may have received %s already", display.Deliveries(n), output.ItOrThem(n)), nil)
	}
	return nil
}

// isHeld reports whether a delivery waits for its handler, not for a due time.
func isHeld(d store.Due) bool { return d.At.IsZero() }

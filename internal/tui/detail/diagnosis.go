package detail

import (
	"github.com/vidiking/vidiking-cli/internal/display"
	"github.com/vidiking/vidiking-cli/internal/view"
)

// diagnosed returns the result of a diagnosis as a hint.
func diagnosed(d view.Diagnosis) display.Hint {
	probes := display.Counted(d.Probes, "test delivery", "test deliveries")
	switch {
	case d.Accepted:
		return display.Hint{Lines: []string{"The handler accepts this delivery now (" + probes + ")."}, Lead: "Send it again:", Command: "r replay"}
	case len(d.Findings) == 0:
		return display.Hint{Lines: []string{"No known cause (" + probes + "). Look at the handler's terminal."}}
	default:
		h := display.Hint{Findings: d.Findings}
		if d.Probes > 0 {
			h.Lines = []string{"Diagnosed with " + probes + "."}
			h.Lead, h.Command = "Once it is fixed:", "r replay"
		}
		return h
	}
}

package send

import (
	"fmt"
	"strings"

	"github.com/vidiking/vidiking-cli/internal/display"
	"github.com/vidiking/vidiking-cli/internal/output"
	"github.com/vidiking/vidiking-cli/internal/relay"
)

// printDestination prints the notices about a destination before anything is sent to it.
func (r *Runner) printDestination() {
	p := r.options.Printer
	if r.to.otherSessions > 1 {
		p.Notice(output.Notice{
			Code: "other_project", Message: fmt.Sprintf("No listen runs for this project. Sending through the newest of %d, started in %s.",
				r.to.otherSessions, display.Clean(r.options.ShortPath(r.to.Session.Dir))),
			Details: []string{"For another handler: --to localhost:3000"},
		})
	}
	if ignored := r.to.options.IgnoredFlags; r.to.Session != nil && len(ignored) > 0 {
		directly := "--to " + relay.ShortRoutes(r.to.Routes)
		p.Notice(output.Notice{
			Code: "listen_decides", Message: "Sending through listen, which uses its own " + strings.Join(ignored, " and ") + ".",
			Details: []string{"To bypass it: " + directly}, Hint: directly,
		})
	}
	if err := r.to.OpenErr(); err != nil {
		p.Notice(output.Notice{Code: "not_recorded", Message: "Deliveries are not recorded: " + r.options.Explain(err).What + "."})
	}
}

// printOtherSecret prints that this command signs with a secret that the session does not check with. Nothing else shows this cause of
// a rejected delivery.
func (r *Runner) printOtherSecret() {
	s := r.to.Session
	if s == nil || r.options.Secret == "" || r.options.Secret == s.Secret {
		return
	}
	r.options.Printer.Notice(output.Notice{
		Code: "other_secret", Message: "This terminal signs with " + r.options.Secret + ", but listen verifies with " + s.Secret + ".",
		Details: []string{"Set VIDIKING_WEBHOOK_SECRET to the same value in both."},
	})
}

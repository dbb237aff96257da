package cli

import (
	"context"
	"fmt"
	"os"

	"github.com/spf13/cobra"

	"github.com/vidiking/vidiking-cli/internal/cli/cmdutil"
	"github.com/vidiking/vidiking-cli/internal/demo"
	"github.com/vidiking/vidiking-cli/internal/display"
	"github.com/vidiking/vidiking-cli/internal/explain"
	"github.com/vidiking/vidiking-cli/internal/output"
	"github.com/vidiking/vidiking-cli/internal/refusal"
	"github.com/vidiking/vidiking-cli/internal/webhook"
)

func newDemoCommand(a *cmdutil.App) *cobra.Command {
	return &cobra.Command{
		Use:   "demo",
		Short: "Take a complete tour on this machine, in a few seconds",
		Long: `Runs a complete tour on this machine with real parts: a handler with listen in front of it, a render job of an emulated Vidiking, a body
modified in transit, a handler that compares signatures incorrectly and is fixed, a replay, and the delivery log. No account, no network, nothing left behind.`,
		Example: "  vidiking demo",
		Args:    cmdutil.NoArgs,
		Annotations: cmdutil.Manual{
			Exits: `0 all steps passed
1 a step failed`,
			SeeAlso: "listen, doctor",
		}.Annotations(),
		RunE: func(cmd *cobra.Command, _ []string) error { return runDemo(cmd.Context(), a) },
	}
}

// storyWidth is the width of the tour's output if it is not a terminal.
const storyWidth = 80

func runDemo(ctx context.Context, a *cmdutil.App) error {
	o, err := a.OutputOptions()
	if err != nil {
		return err
	}
	if !o.Terminal { // the tour is for people, even if a file or a CI log keeps it
		o.Terminal, o.Style.Width, o.Width = true, storyWidth, nil
	}
	p := output.New(o)
	dir, err := os.MkdirTemp("", "vidiking-demo-")
	if err != nil {
		return cmdutil.Failed(err, "cannot create a temporary directory: "+output.PathReason(err), "use a writable one: TMPDIR=DIR vidiking demo")
	}
	defer func() { _ = os.RemoveAll(dir) }()
	passed, err := demo.Run(ctx, demo.Options{Dir: dir, Now: a.Env.Now, Random: a.Env.Random, Reporter: &reporter{p, o.Style}})
	switch {
	case err != nil:
		return err
	case ctx.Err() != nil:
		return ctx.Err()
	case !passed:
		return cmdutil.ErrSilent{Code: output.ExitFailed}
	}
	return output.ClosedPipe(p.Err())
}

// reporter prints the tour.
type reporter struct {
	p     output.Printer
	style display.Style
}

func (r *reporter) Start() {
	r.p.DemoStep(output.DemoStep{Text: "A complete tour on this machine: no account, no network, nothing left behind."})
}

func (r *reporter) Step(n int, heading string) {
	r.p.DemoStep(output.DemoStep{Number: n, Text: heading})
}

func (r *reporter) Ready(url, forward, verify string, secret webhook.Secret) {
	r.p.Ready(output.Ready{URL: url, Forward: []output.Route{{Target: forward}}, Verify: verify, VerifyNote: ", with " + secret.String()})
}

func (r *reporter) Sent(d webhook.Delivery) {
	r.p.Recorded(d.Summary)
	if n := len(d.History); n > 0 {
		r.p.Attempted(d.Summary, d.History[n-1], output.Detail{})
		return
	}
	if h, ok := explain.Explain(explain.Case{Summary: d.Summary, Header: d.Header}, r.style); ok {
		r.p.Hint(d.ID, h)
	}
}

func (r *reporter) Explain(cause, fix string) {
	r.p.Hint("", display.Hint{Cause: refusal.CodeSignatureRefused, Reason: cause, Fix: fix})
}

func (r *reporter) List(rows []webhook.Summary) {
	r.p.Head()
	for _, s := range rows {
		r.p.Row(s)
	}
}

func (r *reporter) StepFailed(n int, reason string) {
	r.p.Notice(output.Notice{Code: "step_failed", Message: fmt.Sprintf("Step %d failed: %s.", n, reason)})
}

func (r *reporter) Finish(passed, all int) {
	r.p.DemoStep(output.DemoStep{
		Passed: passed == all, Final: true, Text: fmt.Sprintf("%d of %d steps passed", passed, all),
		CommandsHeading: "Now try your own handler, in two terminals:",
		Commands:        []string{"vidiking listen --forward localhost:3000", "vidiking trigger render.complete"},
	})
}

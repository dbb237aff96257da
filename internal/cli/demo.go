package cli

import (
	"context"
	"fmt"
	"os"

	"github.com/spf13/cobra"

	"github.com/vidiking/vidiking-cli/internal/cli/cmdutil"
	"github.com/vidiking/vidiking-cli/internal/demo"
	"github.com/vidiking/vidiking-cli/internal/display"
	"github.com/vidiking/vidiking-cli/internal/output"
	"github.com/vidiking/vidiking-cli/internal/webhook"
)

func newDemoCommand(a *cmdutil.App) *cobra.Command {
	return &cobra.Command{
		Use:   "demo",
		Short: "Take a complete tour on this machine, in a few seconds",
		Long: `Run a complete tour on this machine with real parts: a handler with listen in front of it, events, a body modified in transit, a handler that
compares signatures incorrectly and is fixed, a replay, and the delivery log. No account, no network, nothing left behind.`,
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

// tourWidth is the width of the tour's output if it is not a terminal.
const tourWidth = 80

func runDemo(ctx context.Context, a *cmdutil.App) error {
	o, err := a.OutputOptions()
	if err != nil {
		return err
	}
	if !o.Terminal { // the tour is for people, even if a file or a CI log keeps it
		o.Terminal, o.Style.Width, o.Width = true, tourWidth, nil
	}
	p := output.New(o)
	dir, err := os.MkdirTemp("", "vidiking-demo-")
	if err != nil {
		return cmdutil.Failed(err, "cannot create a temporary directory: "+output.PathReason(err), "use a writable one: TMPDIR=DIR vidiking demo")
	}
	defer func() { _ = os.RemoveAll(dir) }()
	passed, err := demo.Run(ctx, demo.Options{Dir: dir, Now: a.Env.Now, Random: a.Env.Random, Teller: &demoPrinter{p, o.Style}})
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

// demoPrinter prints the steps of the tour.
type demoPrinter struct {
	p     output.Printer
	style display.Style
}

func (t *demoPrinter) Begin() {
	t.p.DemoStep(output.DemoStep{Text: "A complete tour on this machine: no account, no network, nothing left behind."})
}

func (t *demoPrinter) Step(n int, heading string) {
	t.p.DemoStep(output.DemoStep{Number: n, Text: heading})
}

func (t *demoPrinter) Ready(url, forward, verify string, secret webhook.Secret) {
	t.p.Ready(output.Ready{URL: url, Forward: []output.Route{{Target: forward}}, Verify: verify, VerifyNote: ", with " + secret.String()})
}

func (t *demoPrinter) Sent(d webhook.Delivery) {
	t.p.Recorded(d.Summary)
	if n := len(d.History); n > 0 {
		r.p.Attempted(d.Summary, d.History[n-1], output.Detail{})
		return
	}
	if h, ok := display.Explain(display.Case{Summary: d.Summary, Header: d.Header}, r.style); ok {
		r.p.Hint(d.ID, h)
	}
}

func (t *demoPrinter) Because(cause, fix string) {
	t.p.Hint("", display.Hint{Cause: display.CauseSignatureRefused, Reason: cause, Fix: fix})
}

func (t *demoPrinter) List(rows []webhook.Summary) {
	t.p.Head()
	for _, s := range rows {
		r.p.Row(s)
	}
}

func (t *demoPrinter) Wrong(n int, what string) {
	t.p.Notice(output.Notice{Code: "step_failed", Message: fmt.Sprintf("Step %d failed: %s.", n, what)})
}

func (t *demoPrinter) End(right, all int) {
	t.p.DemoStep(output.DemoStep{
		Passed: right == all, Final: true, Text: fmt.Sprintf("%d of %d steps passed", right, all),
		CommandsHeading: "Now try your own handler, in two terminals:",
		Commands:        []string{"vidiking listen --forward localhost:3000", "vidiking trigger render.complete"},
	})
}

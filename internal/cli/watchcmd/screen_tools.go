package watchcmd

import (
	"context"
	"strings"

	"github.com/vidiking/vidiking-cli/internal/cli/cmdutil"
	"github.com/vidiking/vidiking-cli/internal/config"
	"github.com/vidiking/vidiking-cli/internal/display"
	"github.com/vidiking/vidiking-cli/internal/output"
	"github.com/vidiking/vidiking-cli/internal/recording"
	"github.com/vidiking/vidiking-cli/internal/view"
	"github.com/vidiking/vidiking-cli/internal/webhook"
)

// screenTools returns the tools of a screen. They produce the same text as the commands.
func screenTools(a *cmdutil.App) view.Tools {
	return view.Tools{
		Why:     cmdutil.Explainer(a).Delivery,
		Command: output.Options{Self: a.Self()}.Command,
		Diagnose: func(ctx context.Context, d webhook.Delivery, st display.Style) []display.Line {
			return diagnosis(ctx, a, d, st)
		},
		Explain: func(err error) error { return explained(a, err) },
		Curl: func(d webhook.Delivery) string {
			to, err := cmdutil.NewDestination(a, cmdutil.SendFlags{})
			if err != nil {
				return recording.Curl(d, "http://localhost:3000"+config.DefaultPath)
			}
			return recording.Curl(d, to.Handler(d.Event))
		},
		Diff: func(before, after webhook.Delivery, st display.Style) []display.Line {
			return output.DiffLines(output.Comparison{Before: before.Summary, After: after.Summary, Difference: recording.Diff(before, after)}, st)
		},
	}
}

// explained returns the error with the text and hint of the commands, adapted to the global flags.
func explained(a *cmdutil.App, err error) error {
	f := *cmdutil.Explain(a, err)
	f.Hints = []string{output.Options{Self: a.Self()}.Command(f.Advice())}
	return &f
}

// diagnosis explains why a signature does not match; it returns nothing if it matches. It reads the configuration again, because the user
// may have fixed it.
func diagnosis(ctx context.Context, a *cmdutil.App, d webhook.Delivery, st display.Style) []display.Line {
	fresh := &cmdutil.App{Env: a.Env, Flags: a.Flags}
	found := cmdutil.Diagnose(ctx, fresh, d, cmdutil.DiagnosisBudget)
	const label = 10
	var lines []display.Line
	for _, f := range found.Findings {
		lines = append(lines, display.Labeled("cause", f.Cause, label, st)...)
		if strings.HasPrefix(f.Fix, "vidiking ") {
			f.Fix = output.Options{Self: a.Self()}.Command(f.Fix)
		}
		lines = append(lines, display.Labeled("fix", f.Fix, label, st)...)
	}
	if !found.IsCertain() {
		lines = append(lines, display.Labeled("tried", strings.Join(found.Tried, "; "), label, st)...)
	}
	return lines
}

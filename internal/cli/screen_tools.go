package cli

import (
	"context"
	"strings"

	"github.com/vidiking/vidiking-cli/internal/display"
	"github.com/vidiking/vidiking-cli/internal/output"
	"github.com/vidiking/vidiking-cli/internal/recording"
	"github.com/vidiking/vidiking-cli/internal/view"
	"github.com/vidiking/vidiking-cli/internal/webhook"
)

// screenTools is what a screen can say about deliveries, as the commands do that say the same.
func (a *app) screenTools() view.Tools {
	return view.Tools{
		Command:  output.Options{Self: a.self()}.Command,
		Diagnose: a.diagnosis,
		Explain:  a.explained,
		Curl: func(d webhook.Delivery) string {
			to, err := a.destination(sendOptions{})
			if err != nil {
				return recording.Curl(d, "http://localhost:3000"+defaultPath)
			}
			return recording.Curl(d, to.handler(d.Event))
		},
		Diff: func(before, after webhook.Delivery, st display.Style) []display.Line {
			return output.DiffLines(output.Comparison{Before: before.Summary, After: after.Summary, Difference: recording.Diff(before, after)}, st)
		},
	}
}

// explained is an error in the words of the commands, with what to type here.
func (a *app) explained(err error) error {
	f := *a.explain(err)
	f.hint = []string{output.Options{Self: a.self()}.Command(f.Advice())}
	return &f
}

// diagnosis says why a signature does not match; nothing where it does. The configuration is read anew, since it may be mended meanwhile.
func (a *app) diagnosis(ctx context.Context, d webhook.Delivery, st display.Style) []display.Line {
	fresh := &app{w: a.w, flags: a.flags}
	found := fresh.diagnose(ctx, d, workWhileSending)
	const label = 10
	var lines []display.Line
	for _, f := range found.Findings {
		lines = append(lines, display.Labeled("cause", f.Cause, label, st)...)
		if strings.HasPrefix(f.Mend, "vidiking ") {
			f.Mend = output.Options{Self: a.self()}.Command(f.Mend)
		}
		lines = append(lines, display.Labeled("mend", f.Mend, label, st)...)
	}
	if !found.IsCertain() {
		lines = append(lines, display.Labeled("tried", strings.Join(found.Tried, "; "), label, st)...)
	}
	return lines
}

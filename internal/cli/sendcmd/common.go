package sendcmd

import (
	"context"

	"github.com/vidiking/vidiking-cli/internal/cli/cmdutil"
	"github.com/vidiking/vidiking-cli/internal/output"
	"github.com/vidiking/vidiking-cli/internal/send"
	"github.com/vidiking/vidiking-cli/internal/signature"
	"github.com/vidiking/vidiking-cli/internal/webhook"
)

// runnerOptions returns the options that trigger and replay share.
func runnerOptions(a *cmdutil.App, p output.Printer, out output.Options) send.RunnerOptions {
	return send.RunnerOptions{
		Printer: p, Output: out, Now: a.Env.Now, ShortPath: a.Cfg.ShortPath, Explainer: cmdutil.Explainer(a),
		Explain: func(err error) *output.Failure { return cmdutil.Explain(a, err) }, WriteFailed: output.ClosedPipe,
		Diagnose: func(ctx context.Context, d webhook.Delivery) signature.Diagnosis {
			return cmdutil.Diagnose(ctx, a, d, cmdutil.DiagnosisBudget)
		},
	}
}

// printGenerated prints that the program generated the secret in this run, and how to give it to the handler.
func printGenerated(a *cmdutil.App, p output.Printer, secret cmdutil.KnownSecret) {
	if !secret.IsNew {
		return
	}
	command := cmdutil.PrintSecretCommand(a)
	p.Notice(output.Notice{
		Code: "secret_generated", Message: "There was no signing secret, so one was generated: " + secret.String() + ".",
		Details: []string{"Your handler needs it: " + command}, Hint: command,
	})
}

// printBody prints a body. It ends the body with a line feed if there are several bodies, or if stdout is a terminal.
func printBody(a *cmdutil.App, body []byte, total int) error {
	if total > 1 || a.Env.StdoutTerminal {
		body = append(body[:len(body):len(body)], '\n')
	}
	return a.PrintText(string(body))
}

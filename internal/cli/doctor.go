package cli

import (
	"context"
	"strings"

	"github.com/spf13/cobra"

	"github.com/vidiking/vidiking-cli/internal/cli/cmdutil"
	"github.com/vidiking/vidiking-cli/internal/config"
	"github.com/vidiking/vidiking-cli/internal/doctor"
	"github.com/vidiking/vidiking-cli/internal/output"
)

// doctorOptions has the values of the flags of `doctor`.
type doctorOptions struct {
	fix, noSample bool
}

func newDoctorCommand(a *cmdutil.App) *cobra.Command {
	o := &doctorOptions{}
	cmd := &cobra.Command{
		Use:   "doctor",
		Short: "Check your setup and explain how to fix problems",
		Long: `Checks your setup and tells you how to fix any problems: settings, secret, API and key, the account's webhook, tunnel, handler, delivery log,
and running listens. It changes nothing unless you pass --fix.

It requests the balance from Vidiking's API, which is free. It sends a handler on this machine one sample event, signed as Vidiking signs
(render.queued, or the first event that is routed to it), which is not recorded; --no-sample skips that.`,
		Example: "  vidiking doctor\n  vidiking doctor --fix\n  vidiking doctor --no-sample -o json",
		Args:    cmdutil.NoArgs,
		Annotations: cmdutil.Manual{
			Environment: "VIDIKING_WEBHOOK_SECRET, VIDIKING_API_KEY, VIDIKING_API_URL, NGROK_AUTHTOKEN, HTTPS_PROXY, NO_PROXY",
			Exits: `0 no check failed; there may be warnings
1 a check failed`,
			SeeAlso: "listen, config list, environment",
		}.Annotations(),
		RunE: func(cmd *cobra.Command, _ []string) error { return runDoctor(cmd.Context(), a, *o) },
	}
	return cmdutil.WithFlags(a, cmd, o.AddFlags)
}

func (o *doctorOptions) AddFlags(cmd *cobra.Command) {
	cmd.Flags().BoolVar(&o.fix, "fix", false, "fix what can be fixed safely: the permissions of the program's files")
	cmd.Flags().BoolVar(&o.noSample, "no-sample", false, "only check whether the handler is up, without sending it an event")
}

func runDoctor(ctx context.Context, a *cmdutil.App, o doctorOptions) error {
	out, look := toExamine(a, o)
	view := output.NewCheckReport(out)
	doctor.Run(ctx, look, func(f doctor.Finding) {
		view.Add(output.Finding{
			Check: f.Check, State: output.FindingState(f.State), Message: f.Message, Details: f.Details, Hint: f.Hint, Fixed: f.Fixed,
		})
	})
	if ctx.Err() != nil {
		return ctx.Err()
	}
	good, err := view.End()
	if err == nil && !good {
		err = cmdutil.ErrSilent{Code: output.ExitFailed}
	}
	return output.ClosedPipe(err)
}

// toExamine returns what doctor checks. If a part cannot be opened, that is a finding, and the other checks still run.
func toExamine(a *cmdutil.App, o doctorOptions) (output.Options, doctor.Options) {
	look := doctor.Options{
		Build: cmdutil.ReadBuild().String(), GOOS: a.Env.GOOS, Proxy: a.Env.Proxy(), NoSample: o.noSample, Fix: o.fix,
		Now: a.Env.Now, Location: a.Env.Location, Random: a.Env.Random,
	}
	cfg, err := a.Config()
	if err != nil {
		look.ConfigErr = trouble(a, err)
		return plainOutput(a), look
	}
	out, err := a.OutputOptions()
	if err != nil { // impossible: the configuration is loaded
		look.ConfigErr = trouble(a, err)
		return plainOutput(a), look
	}
	look.Config = cfg
	if look.API, err = cmdutil.APIOptions(a); err != nil {
		look.APIErr = trouble(a, err)
	}
	if look.AccountStore, err = cmdutil.AccountStore(a); err != nil {
		look.AccountStore = nil // without a configuration directory nothing was ever set
	}
	look.Tunnel = func(ctx context.Context) []doctor.Finding { return lookAtTunnel(ctx, a) }
	to, err := cmdutil.NewDestination(a, cmdutil.SendFlags{})
	if err != nil {
		look.RouteErr = trouble(a, err)
		return out, look
	}
	look.Routes, look.RoutesFromSession, look.Guard = to.Routes, to.Session != nil, to.Guard()
	return out, look
}

// trouble returns an error as a finding.
func trouble(a *cmdutil.App, err error) *doctor.Problem {
	f := cmdutil.Explain(a, err)
	return &doctor.Problem{Message: f.What, Details: f.Detail, Hint: strings.Join(f.Hints, "\n")}
}

// plainOutput returns the output options if the configuration cannot be read: those of the flags.
func plainOutput(a *cmdutil.App) output.Options {
	nothing := config.Environment{LookupEnv: func(string) (string, bool) { return "", false }, GOOS: a.Env.GOOS}
	empty, err := config.Load(nothing, config.Flags{})
	if err != nil { // impossible: there is nothing to read
		return output.Options{Stdout: a.Env.Stdout, Stderr: a.Env.Stderr}
	}
	o, _ := (&cmdutil.App{Env: a.Env, Flags: a.Flags, Cfg: empty}).OutputOptions() // it does not fail with a configuration
	return o
}

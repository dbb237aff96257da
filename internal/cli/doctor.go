package cli

import (
	"context"
	"strings"

	"github.com/spf13/cobra"

	"github.com/vidiking/vidiking-cli/internal/cli/cmdutil"
	"github.com/vidiking/vidiking-cli/internal/cli/sendcmd"
	"github.com/vidiking/vidiking-cli/internal/config"
	"github.com/vidiking/vidiking-cli/internal/doctor"
	"github.com/vidiking/vidiking-cli/internal/output"
)

// doctorOptions is what the flags of `doctor` say.
type doctorOptions struct {
	fix, noSample bool
}

func newDoctorCommand(a *cmdutil.App) *cobra.Command {
	o := &doctorOptions{}
	cmd := &cobra.Command{
		Use:   "doctor",
		Short: "Check everything that has to be right, and say what to do",
		Long: `Checks everything that has to be right for deliveries to arrive: the settings, the secret, the API and its key, the account's webhook,
the tunnel, the handler, the delivery log, the listens that run. It changes nothing, unless --fix asks for it.

It asks Vidiking's API for the balance, which costs nothing. A handler on this machine gets one invented event, signed as Vidiking signs
(render.queued, or the first that is routed to it); --no-sample leaves that out. It is not in the delivery log.`,
		Example: "  vidiking doctor\n  vidiking doctor --fix\n  vidiking doctor --no-sample -o json",
		Args:    cmdutil.NoArgs,
		Annotations: cmdutil.Manual{
			Environment: "VIDIKING_WEBHOOK_SECRET, VIDIKING_API_KEY, VIDIKING_API_URL, NGROK_AUTHTOKEN, HTTPS_PROXY, NO_PROXY",
			Exits: `0 nothing failed; there may be warnings
1 something failed`,
			SeeAlso: "listen, config list, environment",
		}.Annotations(),
		RunE: func(cmd *cobra.Command, _ []string) error { return runDoctor(cmd.Context(), a, *o) },
	}
	return cmdutil.WithFlags(a, cmd, o.AddFlags)
}

func (o *doctorOptions) AddFlags(cmd *cobra.Command) {
	cmd.Flags().BoolVar(&o.fix, "fix", false, "mend what can be mended safely: who may read the program's files")
	cmd.Flags().BoolVar(&o.noSample, "no-sample", false, "send the handler nothing, only look whether it is up")
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
		err = cmdutil.ErrSilent{Code: cmdutil.ExitFailed}
	}
	return cmdutil.ClosedPipe(err)
}

// toExamine is what there is to look at. What can't be had is a finding, and keeps nothing else from being looked at.
func toExamine(a *cmdutil.App, o doctorOptions) (output.Options, doctor.Options) {
	look := doctor.Options{
		Build: cmdutil.ReadBuild().String(), GOOS: a.W.GOOS, Proxy: a.W.Proxy(), NoSample: o.noSample, Fix: o.fix,
		Now: a.W.Now, Location: a.W.Location, Random: a.W.Random,
	}
	cfg, err := a.Config()
	if err != nil {
		look.Trouble = trouble(a, err)
		return plainOutput(a), look
	}
	out, err := a.OutputOptions()
	if err != nil { // cannot be: the configuration is there
		look.Trouble = trouble(a, err)
		return plainOutput(a), look
	}
	look.Config = cfg
	if look.API, err = cmdutil.APIOptions(a); err != nil {
		look.APIErr = trouble(a, err)
	}
	if look.Book, err = cmdutil.Book(a); err != nil {
		look.Book = nil // there is no place for a configuration, so nothing was ever set
	}
	look.Tunnel = func(ctx context.Context) []doctor.Finding { return lookAtTunnel(ctx, a) }
	to, err := sendcmd.NewDestination(a, sendcmd.SendOptions{})
	if err != nil {
		look.RouteErr = trouble(a, err)
		return out, look
	}
	look.Routes, look.OfListen, look.Guard = to.Routes, to.Through != nil, to.Direct.Guard
	return out, look
}

// trouble is an error as a finding says it.
func trouble(a *cmdutil.App, err error) *doctor.Trouble {
	f := a.Explain(err)
	return &doctor.Trouble{What: f.What, Details: f.Detail, Hint: strings.Join(f.Hints, "\n")}
}

// plainOutput is how a command prints whose configuration can't be read: by its flags alone.
func plainOutput(a *cmdutil.App) output.Options {
	nothing := config.Environment{LookupEnv: func(string) (string, bool) { return "", false }, GOOS: a.W.GOOS}
	empty, err := config.Load(nothing, config.Flags{})
	if err != nil { // cannot be: there is nothing to read
		return output.Options{Stdout: a.W.Stdout, Stderr: a.W.Stderr}
	}
	o, _ := (&cmdutil.App{W: a.W, Flags: a.Flags, Cfg: empty}).OutputOptions() // it can't fail with a configuration
	return o
}

package cli

import (
	"context"
	"strings"

	"github.com/spf13/cobra"

	"github.com/vidiking/vidiking-cli/internal/config"
	"github.com/vidiking/vidiking-cli/internal/doctor"
	"github.com/vidiking/vidiking-cli/internal/output"
)

// doctorOptions is what the flags of `doctor` say.
type doctorOptions struct {
	fix, noSample bool
}

func (a *app) doctor() *cobra.Command {
	o := &doctorOptions{}
	cmd := &cobra.Command{
		Use:   "doctor",
		Short: "Check everything that has to be right, and say what to do",
		Long: `Checks everything that has to be right for deliveries to arrive: the settings, the secret, the API and its key, the account's webhook,
the tunnel, the handler, the delivery log, the listens that run. It changes nothing, unless --fix asks for it.

It asks Vidiking's API for the balance, which costs nothing. A handler on this machine gets one invented event, signed as Vidiking signs
(render.queued, or the first that is routed to it); --no-sample leaves that out. It is not in the delivery log.`,
		Example: "  vidiking doctor\n  vidiking doctor --fix\n  vidiking doctor --no-sample -o json",
		Args:    noArgs,
		Annotations: manual{
			environment: "VIDIKING_WEBHOOK_SECRET, VIDIKING_API_KEY, VIDIKING_API_URL, NGROK_AUTHTOKEN, HTTPS_PROXY, NO_PROXY",
			exits: `0 nothing failed; there may be warnings
1 something failed`,
			seeAlso: "listen, config list, environment",
		}.annotations(),
		RunE: func(cmd *cobra.Command, _ []string) error { return a.runDoctor(cmd.Context(), *o) },
	}
	return a.withFlags(cmd, o.addFlags)
}

func (o *doctorOptions) addFlags(cmd *cobra.Command) {
	cmd.Flags().BoolVar(&o.fix, "fix", false, "mend what can be mended safely: who may read the program's files")
	cmd.Flags().BoolVar(&o.noSample, "no-sample", false, "send the handler nothing, only look whether it is up")
}

func (a *app) runDoctor(ctx context.Context, o doctorOptions) error {
	out, look := a.toExamine(o)
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
		err = errSilent{exitFailed}
	}
	return closedPipe(err)
}

// toExamine is what there is to look at. What can't be had is a finding, and keeps nothing else from being looked at.
func (a *app) toExamine(o doctorOptions) (output.Options, doctor.Options) {
	look := doctor.Options{
		Build: readBuild().String(), GOOS: a.w.GOOS, Proxy: a.w.proxy(), NoSample: o.noSample, Fix: o.fix,
		Now: a.w.Now, Location: a.w.Location, Random: a.w.Random,
	}
	cfg, err := a.config()
	if err != nil {
		look.Trouble = a.trouble(err)
		return a.plainOutput(), look
	}
	out, err := a.outputOptions()
	if err != nil { // cannot be: the configuration is there
		look.Trouble = a.trouble(err)
		return a.plainOutput(), look
	}
	look.Config = cfg
	if look.API, err = a.apiOptions(); err != nil {
		look.APIErr = a.trouble(err)
	}
	if look.Book, err = a.book(); err != nil {
		look.Book = nil // there is no place for a configuration, so nothing was ever set
	}
	look.Tunnel = a.lookAtTunnel
	to, err := a.destination(sendOptions{})
	if err != nil {
		look.RouteErr = a.trouble(err)
		return out, look
	}
	look.Routes, look.OfListen, look.Guard = to.routes, to.through != nil, to.direct.Guard
	return out, look
}

// trouble is an error as a finding says it.
func (a *app) trouble(err error) *doctor.Trouble {
	f := a.explain(err)
	return &doctor.Trouble{What: f.what, Details: f.detail, Hint: strings.Join(f.hint, "\n")}
}

// plainOutput is how a command prints whose configuration can't be read: by its flags alone.
func (a *app) plainOutput() output.Options {
	nothing := config.Environment{LookupEnv: func(string) (string, bool) { return "", false }, GOOS: a.w.GOOS}
	empty, err := config.Load(nothing, config.Flags{})
	if err != nil { // cannot be: there is nothing to read
		return output.Options{Stdout: a.w.Stdout, Stderr: a.w.Stderr}
	}
	o, _ := (&app{w: a.w, flags: a.flags, cfg: empty}).outputOptions() // it can't fail with a configuration
	return o
}

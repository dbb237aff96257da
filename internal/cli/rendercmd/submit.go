package rendercmd

import (
	"context"
	"errors"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/vidiking/vidiking-cli/internal/cli/cmdutil"
	"github.com/vidiking/vidiking-cli/internal/cli/configcmd"
	"github.com/vidiking/vidiking-cli/internal/config"
	"github.com/vidiking/vidiking-cli/internal/output"
	"github.com/vidiking/vidiking-cli/internal/session"
	"github.com/vidiking/vidiking-cli/internal/vidiking"
)

// defaultWithin is how long --wait waits.
const defaultWithin = 10 * time.Minute

// submitFlags are the flags of commands that submit a job.
type submitFlags struct {
	callback string
	wait     bool
	within   time.Duration
	yes      bool
}

// AddFlags adds the flags to a command.
func (o *submitFlags) AddFlags(cmd *cobra.Command) {
	f := cmd.Flags()
	f.StringVar(&o.callback, "callback", "", "send the job's webhook to `URL` (default that of the running listen)")
	f.BoolVarP(&o.wait, "wait", "w", false, "wait until the job is complete; exit code 3 if it fails")
	f.DurationVar(&o.within, "within", defaultWithin, "time limit of --wait, a `DURATION`")
	addYesFlag(cmd, &o.yes)
}

func addYesFlag(cmd *cobra.Command, yes *bool) {
	cmd.Flags().BoolVarP(yes, "yes", "y", false, "spend money in production without asking")
}

// check checks the values of the flags.
func (o *submitFlags) check(flags *pflag.FlagSet) error {
	switch {
	case flags.Changed("within") && !o.wait:
		return cmdutil.Usage("--within has no effect without --wait", "add --wait, or leave --within out")
	case o.within <= 0:
		return cmdutil.Usage("invalid --within "+o.within.String()+": it must be positive", "for example: --within 5m")
	case flags.Changed("callback") && o.callback == "": // as with an unset variable
		return cmdutil.Usage("--callback is empty", "leave it out to use the URL of the running listen")
	}
	return nil
}

// submission is a job that is submitted, and where its webhook goes.
type submission struct {
	app      *cmdutil.App
	target   target
	flags    *submitFlags
	callback string        // empty: none
	listen   *session.Info // the running listen; nil: none
}

// newSubmission returns a submission. given is the callback of the job itself; --callback overrides it, and without either the running
// listen gets the webhook, if the API can reach it.
func newSubmission(a *cmdutil.App, t target, flags *submitFlags, given string) (*submission, error) {
	s := &submission{app: a, target: t, flags: flags, callback: given}
	if flags.callback != "" {
		s.callback = flags.callback
		if !t.options.Base.IsLocal() { // an emulator checks it
			if err := configcmd.CheckWebhookURL("--callback", s.callback, t.options.Base); err != nil {
				return nil, err
			}
		}
	}
	dir, err := a.DataDir()
	var noHome *config.NoHomeError
	if errors.As(err, &noHome) {
		return s, nil // no listen can run without a directory
	}
	if err != nil {
		return nil, err
	}
	live, err := session.Live(dir)
	if err != nil {
		return nil, err
	}
	if info, ok := cmdutil.Choose(a, live); ok {
		s.listen = &info
	}
	if s.callback == "" {
		s.callback = s.listenURL()
	}
	return s, nil
}

// listenURL returns the URL at which the API reaches the running listen; empty if there is none.
func (s *submission) listenURL() string {
	switch {
	case s.listen == nil:
		return ""
	case s.target.options.Base.IsLocal():
		return s.listen.URL
	}
	return s.listen.PublicURL
}

// viaListen reports whether the webhook of the job arrives at the running listen.
func (s *submission) viaListen() bool { return s.callback != "" && s.callback == s.listenURL() }

// run submits the job, prints it, and waits for its end if the user wants that. poll reads its status; nil: the API has no such call.
func (s *submission) run(ctx context.Context, submit func(context.Context) (vidiking.Job, error), poll pollFunc) error {
	j, err := submit(ctx)
	if err != nil {
		return explain(s.app, err)
	}
	shown := s.shown(j)
	shown.Done = "Submitted"
	if err := output.Job(s.target.out, shown); err != nil || !s.flags.wait {
		return output.ClosedPipe(err)
	}
	return s.wait(ctx, j, poll)
}

// shown returns a job as it is printed.
func (s *submission) shown(j vidiking.Job) output.JobInfo {
	info := jobInfo(j, s.target.api())
	info.Callback = s.callback
	if s.viaListen() {
		info.CallbackNote = " (the running listen)"
	}
	return info
}

func jobInfo(j vidiking.Job, api output.API) output.JobInfo {
	return output.JobInfo{ID: j.ID, Status: j.Status, CreatedAt: j.CreatedAt, URL: j.URL, Error: j.Error, API: api}
}

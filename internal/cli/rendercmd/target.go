package rendercmd

import (
	"context"
	"time"

	"github.com/vidiking/vidiking-cli/internal/cli/cmdutil"
	"github.com/vidiking/vidiking-cli/internal/output"
	"github.com/vidiking/vidiking-cli/internal/vidiking"
)

// The environment variables that the commands read.
const environment = "VIDIKING_API_KEY, VIDIKING_API_URL, HTTPS_PROXY, NO_PROXY"

// target is the API that a command calls.
type target struct {
	options vidiking.Options
	client  *vidiking.Client
	out     output.Options
}

func newTarget(a *cmdutil.App, timeout time.Duration) (t target, err error) {
	if t.out, err = a.OutputOptions(); err != nil {
		return t, err
	}
	if t.options, err = cmdutil.APIOptions(a); err != nil {
		return t, err
	}
	t.options.Timeout = timeout
	t.client, err = vidiking.New(t.options)
	return t, err
}

// api returns the API as it is printed.
func (t target) api() output.API {
	return output.API{URL: t.options.Base.String(), Sandbox: t.options.Sandbox, Local: t.options.Base.IsLocal()}
}

// confirm asks before a call that costs money. The sandbox is free (docs: Sandbox Mode), and so is an API on this machine. input is the file
// that was read; if it was stdin (-), there is nobody to ask.
func (t target) confirm(ctx context.Context, a *cmdutil.App, input string) error {
	if t.options.Sandbox || t.options.Base.IsLocal() {
		return nil
	}
	if input == "-" || !a.Env.StdinTerminal {
		return cmdutil.Usage("this spends money of your account at "+t.options.Base.Host(), "confirm with --yes; or use the sandbox, which is free: --sandbox")
	}
	ok, err := cmdutil.Confirm(ctx, a, "This spends money of your account at "+t.options.Base.Host()+" (production). Submit it?")
	if err == nil && !ok {
		err = cmdutil.Declined(a)
	}
	return err
}

// explain explains why a submission failed, and whether the job may exist anyway.
func explain(a *cmdutil.App, err error) error {
	if !vidiking.OutcomeUnknown(err) {
		return err
	}
	f := cmdutil.Explain(a, err)
	f.Hints = append(f.Hints, "the job may have been submitted; look in Vidiking's dashboard before you submit it again")
	return f
}

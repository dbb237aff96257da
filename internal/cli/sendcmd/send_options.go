package sendcmd

import (
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/vidiking/vidiking-cli/internal/cli/cmdutil"
	"github.com/vidiking/vidiking-cli/internal/config"
)

// SendOptions is what the flags of a sending command say about where it sends, and how.
type SendOptions struct {
	to       string
	Timeout  time.Duration
	Insecure bool
	given    *pflag.FlagSet // nil: none
}

// AddFlags adds the flags to a command.
func (o *SendOptions) AddFlags(cmd *cobra.Command) {
	f := cmd.Flags()
	f.StringVar(&o.to, "to", "", "send to this handler, past a running listen: a `TARGET` is a port, host:port or URL")
	f.String("timeout", "", "how long the handler may take, a `DURATION` (default 10s)")
	f.BoolVar(&o.Insecure, "insecure", false, "don't check the certificate of an https handler")
}

// Read takes the time-out from its flag, else from the configuration.
func (o *SendOptions) Read(a *cmdutil.App, flags *pflag.FlagSet) error {
	cfg, err := a.Settings(flags)
	if err != nil {
		return err
	}
	o.Timeout, o.given = cfg.Duration(config.Timeout), flags
	return nil
}

// moot are the flags that were given and that a listen in between takes from its own.
func (o SendOptions) moot() (flags []string) {
	for _, name := range []string{"timeout", "insecure"} {
		if o.given != nil && o.given.Changed(name) {
			flags = append(flags, "--"+name)
		}
	}
	return flags
}

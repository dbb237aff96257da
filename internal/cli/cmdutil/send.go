package cmdutil

import (
	"context"
	"errors"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/vidiking/vidiking-cli/internal/config"
	"github.com/vidiking/vidiking-cli/internal/dispatch"
	"github.com/vidiking/vidiking-cli/internal/relay"
	"github.com/vidiking/vidiking-cli/internal/send"
	"github.com/vidiking/vidiking-cli/internal/session"
	"github.com/vidiking/vidiking-cli/internal/store"
)

// SendFlags are the flags of a command that sends deliveries. The zero value is for a command without these flags.
type SendFlags struct {
	Timeout  time.Duration
	Insecure bool

	to    string
	given *pflag.FlagSet // nil if the command has no such flags
}

// AddFlags adds the flags to a command.
func (o *SendFlags) AddFlags(cmd *cobra.Command) {
	f := cmd.Flags()
	f.StringVar(&o.to, "to", "", "send directly to the handler at `TARGET` (port, host:port or URL), even if listen runs")
	f.String("timeout", "", "time limit for the handler, a `DURATION` (default 10s)")
	f.BoolVar(&o.Insecure, "insecure", false, "skip the certificate check of an https handler")
}

// HasTarget reports whether the user named a target.
func (o SendFlags) HasTarget() bool { return o.to != "" }

// WithTarget returns the flags with another target.
func (o SendFlags) WithTarget(target string) SendFlags {
	o.to = target
	return o
}

// Read reads the timeout from its flag or the configuration.
func (o *SendFlags) Read(a *App, flags *pflag.FlagSet) error {
	cfg, err := a.Settings(flags)
	if err != nil {
		return err
	}
	o.Timeout, o.given = cfg.Duration(config.Timeout), flags
	return nil
}

// ignoredFlags returns the given flags that have no effect on a send through a session, which has its own settings.
func (o SendFlags) ignoredFlags() (flags []string) {
	for _, name := range []string{"timeout", "insecure"} {
		if o.given != nil && o.given.Changed(name) {
			flags = append(flags, "--"+name)
		}
	}
	return flags
}

// NewResolver returns a resolver for the destinations of a command. Without a data directory, --to still works: nothing is recorded.
func NewResolver(a *App, flags SendFlags) (*send.Resolver, error) {
	cfg, err := a.Config()
	if err != nil {
		return nil, err
	}
	o := send.Options{
		Target: flags.to, Forward: cfg.String(config.Forward), ParseRoutes: ParseRoutes,
		CheckTargets: func(ctx context.Context, routes []relay.Route) error { return TrustProject(ctx, cfg, routes) },
		Direct:       dispatch.Options{Timeout: flags.Timeout, Insecure: flags.Insecure, Now: a.Env.Now, Guard: ProjectGuard(cfg)},
		IgnoredFlags: flags.ignoredFlags(), Random: a.Env.Random,
	}
	dir, dirErr := cfg.DataDir()
	var noHome *config.NoHomeError
	if errors.As(dirErr, &noHome) && flags.to != "" {
		o.OpenLog = func(context.Context) (*store.Log, error) { return nil, dirErr }
		o.Here = Here(a, nil)
		return send.NewResolver(o), nil
	}
	if dirErr != nil {
		return nil, dirErr
	}
	o.DataDir, o.OpenLog = dir, func(ctx context.Context) (*store.Log, error) { return openLog(ctx, a, dir) }
	if o.Sessions, err = session.Live(dir); err != nil && flags.to == "" {
		return nil, Failed(err, err.Error(), "name the handler: --to localhost:3000")
	}
	o.Here = Here(a, o.Sessions)
	return send.NewResolver(o), nil
}

// NewDestination returns the destination of a new delivery. It opens nothing.
func NewDestination(a *App, flags SendFlags) (*send.Destination, error) {
	r, err := NewResolver(a, flags)
	if err != nil {
		return nil, err
	}
	return r.ForNew()
}

// openLog opens the delivery log for writing.
func openLog(ctx context.Context, a *App, dir string) (log *store.Log, err error) {
	err = ShowMigration(a, dir, func() (err error) {
		log, err = store.Open(ctx, dir, store.Options{Now: a.Env.Now})
		return err
	})
	return log, err
}

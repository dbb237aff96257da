package cmdutil

import (
	"context"
	"net"
	"strings"

	"github.com/vidiking/vidiking-cli/internal/config"
	"github.com/vidiking/vidiking-cli/internal/output"
	"github.com/vidiking/vidiking-cli/internal/relay"
)

// TrustProject rejects targets of a project file that are neither on this machine nor in a private network. A user who clones a repository
// has not agreed to send deliveries to third parties.
func TrustProject(ctx context.Context, cfg *config.Config, routes []relay.Route) error {
	if !cfg.IsFromProject(config.Forward) {
		return nil
	}
	for _, r := range routes {
		isPrivate, err := r.Target.IsPrivate(ctx, net.DefaultResolver.LookupNetIP)
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if err != nil || !isPrivate {
			f := Usage(cfg.ShortPath(cfg.ProjectFile())+" forwards deliveries to "+r.Target.Host()+", which is neither on this machine nor in a private network",
				"if this is intended, set the target yourself: vidiking listen --forward "+ShellWord(r.Target.String()))
			f.Cause = err
			return f
		}
	}
	return nil
}

// ProjectNotice returns a notice that lists the settings from the project file; ok is false if there are none.
func ProjectNotice(cfg *config.Config) (output.Notice, bool) {
	var names []string
	for _, name := range []string{config.Forward, config.Events, config.Path, config.Timeout} {
		if cfg.IsFromProject(name) {
			names = append(names, name)
		}
	}
	if len(names) == 0 {
		return output.Notice{}, false
	}
	return output.Notice{Code: "project_file", Message: "From " + cfg.ShortPath(cfg.ProjectFile()) + ": " + strings.Join(names, ", ") + "."}, true
}

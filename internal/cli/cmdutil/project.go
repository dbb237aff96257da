package cmdutil

import (
	"context"
	"net"
	"strings"

	"github.com/vidiking/vidiking-cli/internal/config"
	"github.com/vidiking/vidiking-cli/internal/output"
	"github.com/vidiking/vidiking-cli/internal/relay"
)

// TrustProject refuses targets that a project file names and that are not the user's own: whoever clones a repository has not said that
// what Vidiking sends may go to somebody else.
func TrustProject(ctx context.Context, cfg *config.Config, routes []relay.Route) error {
	if !cfg.IsFromProject(config.Forward) {
		return nil
	}
	for _, r := range routes {
		own, err := r.Target.IsPrivate(ctx, net.DefaultResolver.LookupNetIP)
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if err != nil || !own {
			f := Usage(cfg.ShortPath(cfg.ProjectFile())+" has deliveries go to "+r.Target.Host()+", which is neither this machine nor in a private network",
				"if that is right, say it yourself: vidiking listen --forward "+ShellWord(r.Target.String()))
			f.Cause = err
			return f
		}
	}
	return nil
}

// ProjectNotice says what comes from the project file.
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

package cli

import (
	"context"
	"net"
	"strings"

	"github.com/vidiking/vidiking-cli/internal/config"
	"github.com/vidiking/vidiking-cli/internal/output"
	"github.com/vidiking/vidiking-cli/internal/relay"
)

// trustProject refuses targets that a project file names and that are not the user's own: whoever clones a repository has not said that
// what Vidiking sends may go to somebody else.
func (a *app) trustProject(ctx context.Context, cfg *config.Config, routes []relay.Route) error {
	if !cfg.IsFromProject(config.Forward) {
		return nil
	}
	for _, r := range routes {
		own, err := r.Target.IsPrivate(ctx, net.DefaultResolver.LookupNetIP)
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if err != nil || !own {
			f := usage(cfg.ShortPath(cfg.ProjectFile())+" has deliveries go to "+r.Target.Host()+", which is neither this machine nor in a private network",
				"if that is right, say it yourself: vidiking listen --forward "+shellWord(r.Target.String()))
			f.cause = err
			return f
		}
	}
	return nil
}

// projectNotice says what comes from the project file.
func projectNotice(cfg *config.Config) (output.Notice, bool) {
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

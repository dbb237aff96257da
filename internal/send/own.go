package send

import (
	"context"
	"net"

	"github.com/vidiking/vidiking-cli/internal/dispatch"
	"github.com/vidiking/vidiking-cli/internal/output"
	"github.com/vidiking/vidiking-cli/internal/relay"
)

// CheckOwn rejects targets that are neither this machine nor in a private network. Load and chaos must not reach other people's hosts
// unless the user confirms it.
func CheckOwn(ctx context.Context, routes []relay.Route) error {
	for _, r := range routes {
		if err := checkOwn(ctx, r.Target); err != nil {
			return err
		}
	}
	return nil
}

// LeavesMachine reports whether a route leads to another machine, as far as its address tells.
func LeavesMachine(r relay.Route) bool { return !r.Target.IsLocal() }

func checkOwn(ctx context.Context, t dispatch.Target) error {
	own, err := t.IsPrivate(ctx, net.DefaultResolver.LookupNetIP)
	const hint = "to send there anyway: --yes"
	switch {
	case ctx.Err() != nil:
		return ctx.Err()
	case err != nil:
		f := output.Usage(t.Host()+" can't be resolved, so it may be anywhere", hint)
		f.Cause = err
		return f
	case !own:
		return output.Usage(t.Host()+" is neither this machine nor in a private network", hint)
	}
	return nil
}

package cli

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"strings"

	"github.com/vidiking/vidiking-cli/internal/config"
	"github.com/vidiking/vidiking-cli/internal/dispatch"
	"github.com/vidiking/vidiking-cli/internal/relay"
	"github.com/vidiking/vidiking-cli/internal/session"
	"github.com/vidiking/vidiking-cli/internal/webhook"
)

// destinations finds out where deliveries go from here.
type destinations struct {
	app    *app
	o      sendOptions
	cfg    *config.Config
	dir    string // the data directory
	noDir  error  // why there is none, so that nothing is recorded
	live   []session.Info
	here   session.Location
	opened map[string]*destination // by key
}

func (a *app) destinations(o sendOptions) (*destinations, error) {
	cfg, err := a.config()
	if err != nil {
		return nil, err
	}
	f := &destinations{app: a, o: o, cfg: cfg, opened: map[string]*destination{}}
	var noHome *config.NoHomeError
	if f.dir, err = cfg.DataDir(); errors.As(err, &noHome) && o.to != "" {
		f.noDir, f.here = err, a.here(nil)
		return f, nil
	}
	if err != nil {
		return nil, err
	}
	if f.live, err = session.Live(f.dir); err != nil && o.to == "" {
		return nil, failed(err, err.Error(), "name the handler: --to localhost:3000")
	}
	f.here = a.here(f.live)
	return f, nil
}

// destination finds out where a new delivery goes. It opens and changes nothing; open does.
func (a *app) destination(o sendOptions) (*destination, error) {
	f, err := a.destinations(o)
	if err != nil {
		return nil, err
	}
	return f.ofNew(f.here.Project)
}

// ofNew finds out where a new delivery goes: to --to, through the session that a command here means, or to the configured handlers.
func (f *destinations) ofNew(project string) (*destination, error) {
	if f.o.to != "" {
		return f.to(project, f.o.to)
	}
	if s, own, ok := session.Choose(f.live, f.here); ok {
		d, err := f.through(s)
		if err == nil && !own {
			d.others = len(f.live)
		}
		return d, err
	}
	d := f.empty(project)
	var err error
	d.routes, err = parseRoutes(f.cfg.String(config.Forward))
	return d, err
}

// ofReplay finds out where a replay of a delivery goes: to --to; through the running session of the delivery's project; to the targets
// that it failed at; or, if it was sent nowhere yet, where a new delivery would go. The targets of an imported delivery are those of
// another machine.
func (f *destinations) ofReplay(d webhook.Delivery) (*destination, error) {
	project := cmp.Or(d.Project, f.here.Project)
	if f.o.to != "" {
		return f.to(project, f.o.to)
	}
	if s, ok := session.InProject(f.live, f.here, project); ok {
		return f.through(s)
	}
	if targets := d.ReplayTargets(); len(targets) > 0 && !d.Imported {
		return f.to(project, targets...)
	}
	return f.ofNew(project)
}

// ofProbe finds out where a probe of a delivery goes: where a replay would go, but of several targets only to the one that decided the
// delivery's status.
func (f *destinations) ofProbe(d webhook.Delivery) (*destination, error) {
	to, err := f.ofReplay(d)
	if err == nil {
		to.narrow(d.Target)
	}
	return to, err
}

func (f *destinations) empty(project string) *destination {
	d := &destination{
		app: f.app, dir: f.dir, lost: f.noDir, project: project, moot: f.o.moot(), silence: sessionSilence,
		direct: dispatch.Options{Timeout: f.o.timeout, Insecure: f.o.insecure, Now: f.app.w.Now},
	}
	if f.o.to == "" { // so the project file may name the target, or has named the one that is recorded
		d.direct.Guard = projectGuard(f.cfg)
	}
	return d
}

// to sends directly to targets.
func (f *destinations) to(project string, targets ...string) (*destination, error) {
	d := f.empty(project)
	d.named, d.chosen = f.o.to, true
	for _, t := range targets {
		target, err := dispatch.ParseTarget(t, defaultPath)
		if err != nil {
			return nil, err
		}
		d.routes = append(d.routes, relay.Route{Target: target})
	}
	return d, nil
}

// through sends through a session, which records.
func (f *destinations) through(s session.Info) (d *destination, err error) {
	d = f.empty(s.Project)
	d.through = &s
	if d.ingress, err = dispatch.ParseTarget(s.URL, defaultPath); err != nil {
		return nil, err
	}
	d.routes, err = parseRoutes(s.Forward)
	return d, err
}

// narrow leaves one of several targets, if it is one of them.
func (d *destination) narrow(target string) {
	i := slices.IndexFunc(d.routes, func(r relay.Route) bool { return r.Target.String() == target })
	if i < 0 || len(d.routes) == 1 {
		return
	}
	d.routes = relay.To(d.routes[i].Target)
	if d.through != nil {
		d.target = target
	}
}

// key tells destinations apart.
func (d *destination) key() string {
	parts := []string{d.project, d.target}
	if d.through != nil {
		parts = append(parts, d.through.ID)
	}
	for _, r := range d.routes {
		parts = append(parts, r.Target.String())
	}
	return strings.Join(parts, "\x00")
}

// open returns a destination that is ready to send: the one that was opened before if it is the same.
func (f *destinations) open(ctx context.Context, d *destination, secrets []webhook.Secret) (*destination, error) {
	if before := f.opened[d.key()]; before != nil {
		return before, nil
	}
	f.opened[d.key()] = d // also if it fails: close lets go of what it has
	return d, d.open(ctx, secrets)
}

func (f *destinations) close() {
	for _, d := range f.opened {
		_ = d.close() // what was sent is in the log: each sending waited for it
	}
}

// whereOf says where replays go, as a closing line does.
func (f *destinations) whereOf(ctx context.Context, rows []webhook.Summary, c *replayChange) (string, error) {
	from, err := f.app.openReader(ctx)
	if err != nil {
		return "", err
	}
	defer func() { _ = from.Close() }()
	var places []string
	for _, row := range rows {
		d, err := from.Get(ctx, row.ID)
		if err != nil {
			return "", err
		}
		to, err := c.destination(f, d)
		if err != nil {
			return "", err
		}
		if place := to.where(); !slices.Contains(places, place) {
			places = append(places, place)
		}
	}
	return strings.Join(places, "; "), nil
}

package sendcmd

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"strings"

	"github.com/vidiking/vidiking-cli/internal/cli/cmdutil"
	"github.com/vidiking/vidiking-cli/internal/config"
	"github.com/vidiking/vidiking-cli/internal/dispatch"
	"github.com/vidiking/vidiking-cli/internal/relay"
	"github.com/vidiking/vidiking-cli/internal/session"
	"github.com/vidiking/vidiking-cli/internal/webhook"
)

// Destinations finds out where deliveries go from here.
type Destinations struct {
	app    *cmdutil.App
	o      SendOptions
	cfg    *config.Config
	dir    string // the data directory
	noDir  error  // why there is none, so that nothing is recorded
	live   []session.Info
	Here   session.Location
	opened map[string]*Destination // by key
}

// NewDestinations returns the destinations of a command, which open as they are needed.
func NewDestinations(a *cmdutil.App, o SendOptions) (*Destinations, error) {
	cfg, err := a.Config()
	if err != nil {
		return nil, err
	}
	f := &Destinations{app: a, o: o, cfg: cfg, opened: map[string]*Destination{}}
	var noHome *config.NoHomeError
	if f.dir, err = cfg.DataDir(); errors.As(err, &noHome) && o.to != "" {
		f.noDir, f.Here = err, cmdutil.Here(a, nil)
		return f, nil
	}
	if err != nil {
		return nil, err
	}
	if f.live, err = session.Live(f.dir); err != nil && o.to == "" {
		return nil, cmdutil.Failed(err, err.Error(), "name the handler: --to localhost:3000")
	}
	f.Here = cmdutil.Here(a, f.live)
	return f, nil
}

// NewDestination finds out where a new delivery goes. It opens and changes nothing; open does.
func NewDestination(a *cmdutil.App, o SendOptions) (*Destination, error) {
	f, err := NewDestinations(a, o)
	if err != nil {
		return nil, err
	}
	return f.OfNew(f.Here.Project)
}

// OfNew finds out where a new delivery goes: to --to, through the session that a command here means, or to the configured handlers.
func (f *Destinations) OfNew(project string) (*Destination, error) {
	if f.o.to != "" {
		return f.to(project, f.o.to)
	}
	if s, own, ok := session.Choose(f.live, f.Here); ok {
		d, err := f.through(s)
		if err == nil && !own {
			d.others = len(f.live)
		}
		return d, err
	}
	d := f.empty(project)
	var err error
	d.Routes, err = cmdutil.ParseRoutes(f.cfg.String(config.Forward))
	return d, err
}

// OfReplay finds out where a replay of a delivery goes: to --to; through the running session of the delivery's project; to the targets
// that it failed at; or, if it was sent nowhere yet, where a new delivery would go. The targets of an imported delivery are those of
// another machine.
func (f *Destinations) OfReplay(d webhook.Delivery) (*Destination, error) {
	project := cmp.Or(d.Project, f.Here.Project)
	if f.o.to != "" {
		return f.to(project, f.o.to)
	}
	if s, ok := session.InProject(f.live, f.Here, project); ok {
		return f.through(s)
	}
	if targets := d.ReplayTargets(); len(targets) > 0 && !d.Imported {
		return f.to(project, targets...)
	}
	return f.OfNew(project)
}

// ofProbe finds out where a probe of a delivery goes: where a replay would go, but of several targets only to the one that decided the
// delivery's status.
func (f *Destinations) ofProbe(d webhook.Delivery) (*Destination, error) {
	to, err := f.OfReplay(d)
	if err == nil {
		to.narrow(d.Target)
	}
	return to, err
}

func (f *Destinations) empty(project string) *Destination {
	d := &Destination{
		App: f.app, Dir: f.dir, Lost: f.noDir, project: project, moot: f.o.moot(), Silence: sessionSilence,
		Direct: dispatch.Options{Timeout: f.o.Timeout, Insecure: f.o.Insecure, Now: f.app.W.Now},
	}
	if f.o.to == "" { // so the project file may name the target, or has named the one that is recorded
		d.Direct.Guard = cmdutil.ProjectGuard(f.cfg)
	}
	return d
}

// to sends directly to targets.
func (f *Destinations) to(project string, targets ...string) (*Destination, error) {
	d := f.empty(project)
	d.named, d.chosen = f.o.to, true
	for _, t := range targets {
		target, err := dispatch.ParseTarget(t, cmdutil.DefaultPath)
		if err != nil {
			return nil, err
		}
		d.Routes = append(d.Routes, relay.Route{Target: target})
	}
	return d, nil
}

// through sends through a session, which records.
func (f *Destinations) through(s session.Info) (d *Destination, err error) {
	d = f.empty(s.Project)
	d.Through = &s
	if d.Ingress, err = dispatch.ParseTarget(s.URL, cmdutil.DefaultPath); err != nil {
		return nil, err
	}
	d.Routes, err = cmdutil.ParseRoutes(s.Forward)
	return d, err
}

// narrow leaves one of several targets, if it is one of them.
func (d *Destination) narrow(target string) {
	i := slices.IndexFunc(d.Routes, func(r relay.Route) bool { return r.Target.String() == target })
	if i < 0 || len(d.Routes) == 1 {
		return
	}
	d.Routes = relay.To(d.Routes[i].Target)
	if d.Through != nil {
		d.target = target
	}
}

// key tells destinations apart.
func (d *Destination) key() string {
	parts := []string{d.project, d.target}
	if d.Through != nil {
		parts = append(parts, d.Through.ID)
	}
	for _, r := range d.Routes {
		parts = append(parts, r.Target.String())
	}
	return strings.Join(parts, "\x00")
}

// Open returns a destination that is ready to send: the one that was opened before if it is the same.
func (f *Destinations) Open(ctx context.Context, d *Destination, secrets []webhook.Secret) (*Destination, error) {
	if before := f.opened[d.key()]; before != nil {
		return before, nil
	}
	f.opened[d.key()] = d // also if it fails: close lets go of what it has
	return d, d.Open(ctx, secrets)
}

// Close closes every destination that was opened.
func (f *Destinations) Close() {
	for _, d := range f.opened {
		_ = d.Close() // what was sent is in the log: each sending waited for it
	}
}

// whereOf says where replays go, as a closing line does.
func (f *Destinations) whereOf(ctx context.Context, rows []webhook.Summary, c *ReplayChange) (string, error) {
	from, err := cmdutil.OpenReader(ctx, f.app)
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

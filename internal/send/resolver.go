package send

import (
	"cmp"
	"context"
	"io"
	"time"

	"github.com/vidiking/vidiking-cli/internal/config"
	"github.com/vidiking/vidiking-cli/internal/dispatch"
	"github.com/vidiking/vidiking-cli/internal/relay"
	"github.com/vidiking/vidiking-cli/internal/session"
	"github.com/vidiking/vidiking-cli/internal/store"
	"github.com/vidiking/vidiking-cli/internal/webhook"
)

// Options are what a Resolver needs to know about the command that sends.
type Options struct {
	Target       string // the value of --to; empty if not given
	Forward      string // the configured routes
	ParseRoutes  func(text string) ([]relay.Route, error)
	CheckTargets func(ctx context.Context, routes []relay.Route) error // rejects targets of a project file outside private networks

	Direct       dispatch.Options // for attempts that this process makes; Guard applies to configured targets only
	IgnoredFlags []string         // flags that were given and have no effect on a send through a session

	Sessions []session.Info   // that run
	Here     session.Location // of the command
	Silence  time.Duration    // the longest time without a sign of life from a session; 0: 5 s

	DataDir string                                        // of the sessions
	OpenLog func(ctx context.Context) (*store.Log, error) // opens the log of this process
	Random  io.Reader
}

// Resolver finds the destinations of deliveries. It keeps those open that Open returned, until Close.
type Resolver struct {
	options Options
	opened  map[string]*Destination // by key
}

// NewResolver returns a Resolver. It opens nothing.
func NewResolver(o Options) *Resolver {
	return &Resolver{options: o, opened: map[string]*Destination{}}
}

// ForNew returns the destination of a new delivery from the project of the command.
func (r *Resolver) ForNew() (*Destination, error) { return r.forNew(r.options.Here.Project) }

// forNew returns the first of these that exists: the target of --to, the session that the command's directory selects, and the
// configured handlers.
func (r *Resolver) forNew(project string) (*Destination, error) {
	o := r.options
	if o.Target != "" {
		return r.direct(project, o.Target)
	}
	if s, own, ok := session.Choose(o.Sessions, o.Here); ok {
		d, err := r.viaSession(s)
		if err == nil && !own {
			d.otherSessions = len(o.Sessions)
		}
		return d, err
	}
	d := &Destination{options: o, project: project}
	var err error
	d.Routes, err = o.ParseRoutes(o.Forward)
	return d, err
}

// ForReplay returns the destination of a replay, which is the first of these that exists: the target of --to, the running session of
// the delivery's project, the targets that failed, and the destination of a new delivery. It skips the targets of an imported
// delivery, because they belong to another machine.
func (r *Resolver) ForReplay(d webhook.Delivery) (*Destination, error) {
	o := r.options
	project := cmp.Or(d.Project, o.Here.Project)
	if o.Target != "" {
		return r.direct(project, o.Target)
	}
	if s, ok := session.InProject(o.Sessions, o.Here, project); ok {
		return r.viaSession(s)
	}
	if targets := d.ReplayTargets(); len(targets) > 0 && !d.Imported {
		return r.direct(project, targets...)
	}
	return r.forNew(project)
}

// forProbe returns the destination of a probe: that of a replay, restricted to the target that decided the delivery's status.
func (r *Resolver) forProbe(d webhook.Delivery) (*Destination, error) {
	to, err := r.ForReplay(d)
	if err == nil {
		to.narrow(d.Target)
	}
	return to, err
}

// direct returns a destination to which this process sends itself.
func (r *Resolver) direct(project string, targets ...string) (*Destination, error) {
	d := &Destination{options: r.options, project: project, explicitTarget: r.options.Target, recorded: true}
	for _, t := range targets {
		target, err := dispatch.ParseTarget(t, config.DefaultPath)
		if err != nil {
			return nil, err
		}
		d.Routes = append(d.Routes, relay.Route{Target: target})
	}
	return d, nil
}

// viaSession returns a destination to which a session sends.
func (r *Resolver) viaSession(s session.Info) (*Destination, error) {
	d := &Destination{options: r.options, project: s.Project, Session: &s}
	var err error
	d.Routes, err = r.options.ParseRoutes(s.Forward)
	return d, err
}

// Open opens a destination, or returns an equal one that is already open. The Resolver closes it.
func (r *Resolver) Open(ctx context.Context, d *Destination, secrets []webhook.Secret) (*Destination, error) {
	if opened := r.opened[d.key()]; opened != nil {
		return opened, nil
	}
	r.opened[d.key()] = d
	return d, d.Open(ctx, secrets)
}

// Close closes every destination that was opened.
func (r *Resolver) Close() {
	for _, d := range r.opened {
		_ = d.Close() // every send waited until its delivery was in the log
	}
}

package doctor

import (
	"context"
	"io"
	"net/http"
	"net/url"
	"time"

	"github.com/vidiking/vidiking-cli/internal/account"
	"github.com/vidiking/vidiking-cli/internal/config"
	"github.com/vidiking/vidiking-cli/internal/dispatch"
	"github.com/vidiking/vidiking-cli/internal/relay"
	"github.com/vidiking/vidiking-cli/internal/vidiking"
)

// State is how a check ended.
type State string

// The states.
const (
	OK      State = "ok"
	Warning State = "warning" // it works, or will not always
	Failed  State = "failed"
)

// Finding is what a check found: one thing, and what to do about it.
type Finding struct {
	Check   string
	State   State
	Message string
	Details []string // further lines
	Hint    string   // what to do, in lines; empty where it is in order
	Fixed   bool     // it was mended just now
}

// Options are what there is to look at.
type Options struct {
	Build    string // which version this is, for people
	GOOS     string
	Config   *config.Config // nil where it can't be loaded
	Trouble  *Trouble       // why not
	API      vidiking.Options
	APIErr   *Trouble // why API is of no use
	Book     *account.Store
	Routes   []relay.Route
	RouteErr *Trouble                        // why Routes are of no use
	OfListen bool                            // Routes are those of a running listen, whatever the configuration says
	Guard    dispatch.Guard                  // of connections to Routes; nil: none
	Tunnel   func(context.Context) []Finding // looks at the way in; nil: there is none to look at
	Proxy    func(*http.Request) (*url.URL, error)
	NoSample bool // the handler is not to get a sample
	Fix      bool // mend what can be mended safely
	Now      func() time.Time
	Location *time.Location
	Random   io.Reader
}

// Trouble is what keeps something from being looked at.
type Trouble struct {
	What    string
	Details []string
	Hint    string
}

func (t *Trouble) finding() []Finding {
	return []Finding{{State: Failed, Message: t.What, Details: t.Details, Hint: t.Hint}}
}

// check is one look at one thing. It ends with its context.
type check struct {
	name string
	look func(context.Context) []Finding
}

// patience bounds each check: longer than any time-out of what it looks at.
const patience = 45 * time.Second

// Run looks at everything at once, and tells what it finds in an order that does not change.
func Run(ctx context.Context, o Options, tell func(Finding)) {
	d := &doctor{o: o}
	checks := d.checks()
	found := make([]chan []Finding, len(checks))
	for i, c := range checks {
		found[i] = make(chan []Finding, 1)
		go func() {
			timed, cancel := context.WithTimeout(ctx, patience)
			defer cancel()
			found[i] <- c.look(timed)
		}()
	}
	for i, c := range checks {
		for _, f := range <-found[i] {
			if f.Check == "" {
				f.Check = c.name
			}
			tell(f)
		}
	}
}

type doctor struct{ o Options }

// checks are what there is to look at. Without a configuration that is little.
func (d *doctor) checks() []check {
	checks := []check{{"version", d.version}, {"configuration", d.configuration}}
	if d.o.Config == nil {
		return checks
	}
	checks = append(checks, []check{
		{"permissions", d.permissions}, {"secret", d.secret}, {"api", d.api}, {"account", d.account}, {"proxy", d.proxy},
	}...)
	if d.o.Tunnel != nil {
		checks = append(checks, check{"tunnel", d.o.Tunnel})
	}
	return append(checks, []check{{"handler", d.handler}, {"log", d.log}, {"sessions", d.sessions}}...)
}

func ok(message string, details ...string) []Finding {
	return []Finding{{State: OK, Message: message, Details: details}}
}

func warning(message, hint string) []Finding {
	return []Finding{{State: Warning, Message: message, Hint: hint}}
}

func failed(message, hint string) []Finding {
	return []Finding{{State: Failed, Message: message, Hint: hint}}
}

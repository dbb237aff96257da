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

// State is the result of a check.
type State string

// The states.
const (
	OK      State = "ok"
	Warning State = "warning" // works, but may be unintended or fail later
	Failed  State = "failed"
)

// Finding is one result of a check, and what to do about it.
type Finding struct {
	Check   string
	State   State
	Message string
	Details []string // additional lines
	Hint    string   // what to do, one or more lines; empty if there is no problem
	Fixed   bool     // the problem was fixed in this run
}

// Options holds what Run checks.
type Options struct {
	Build             string // version text
	GOOS              string
	Config            *config.Config // nil if it cannot be loaded
	ConfigErr         *Problem       // why Config is nil
	API               vidiking.Options
	APIErr            *Problem // why API is unusable; nil: usable
	AccountStore      *account.Store
	Routes            []relay.Route
	RouteErr          *Problem                        // why Routes are unusable; nil: usable
	RoutesFromSession bool                            // Routes come from a running listen, not from the configuration
	Guard             dispatch.Guard                  // restricts connections to Routes; nil: no restriction
	Tunnel            func(context.Context) []Finding // checks the tunnel; nil: no check
	Proxy             func(*http.Request) (*url.URL, error)
	NoSample          bool // don't send a sample to the handler
	Fix               bool // fix what can be fixed safely
	Now               func() time.Time
	Location          *time.Location
	Random            io.Reader
}

// Problem is the reason why something cannot be checked.
type Problem struct {
	Message string
	Details []string
	Hint    string
}

func (p *Problem) finding() []Finding {
	return []Finding{{State: Failed, Message: p.Message, Details: p.Details, Hint: p.Hint}}
}

// check is one check. It returns when its context is done.
type check struct {
	name string
	run  func(context.Context) []Finding
}

// checkTimeout limits each check. It is longer than any timeout inside the checks.
const checkTimeout = 45 * time.Second

// Run runs all checks concurrently and reports their findings in a fixed order.
func Run(ctx context.Context, o Options, report func(Finding)) {
	d := &doctor{o: &o}
	checks := d.checks()
	results := make([]chan []Finding, len(checks))
	for i, c := range checks {
		results[i] = make(chan []Finding, 1)
		go func() {
			timed, cancel := context.WithTimeout(ctx, checkTimeout)
			defer cancel()
			results[i] <- c.run(timed)
		}()
	}
	for i, c := range checks {
		for _, f := range <-results[i] {
			if f.Check == "" {
				f.Check = c.name
			}
			report(f)
		}
	}
}

// doctor has the checks that need one function each. The others have types.
type doctor struct{ o *Options }

// checks returns all checks, or only two if there is no configuration.
func (d *doctor) checks() []check {
	checks := []check{{"version", d.version}, {"configuration", d.configuration}}
	if d.o.Config == nil {
		return checks
	}
	checks = append(checks, []check{
		{"permissions", permissionCheck{d.o}.run}, {"secret", secretCheck{d.o}.run}, {"api", apiCheck{d.o}.run}, {"account", accountCheck{d.o}.run}, {"proxy", d.proxy},
	}...)
	if d.o.Tunnel != nil {
		checks = append(checks, check{"tunnel", d.o.Tunnel})
	}
	return append(checks, []check{{"handler", handlerCheck{d.o}.run}, {"log", logCheck{d.o}.run}, {"sessions", sessionCheck{d.o}.run}}...)
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

package listencmd

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/vidiking/vidiking-cli/internal/cli/cmdutil"
	"github.com/vidiking/vidiking-cli/internal/cli/webhookscmd"
	"github.com/vidiking/vidiking-cli/internal/listen"
	"github.com/vidiking/vidiking-cli/internal/relay"
	"github.com/vidiking/vidiking-cli/internal/webhook"
)

// listenWaitOptions are --wait-for and the flags that belong to it.
type listenWaitOptions struct {
	listen.WaitOptions
	junit string
}

func (o *listenWaitOptions) AddFlags(cmd *cobra.Command) {
	f := cmd.Flags()
	f.Var(cmdutil.Repeated(&o.Events), "wait-for", "end once this `EVENT`, such as render.complete or render.*, was delivered (repeatable: each of them)")
	f.IntVar(&o.Count, "count", 1, "wait for `N` deliveries of each event (with --wait-for)")
	f.DurationVar(&o.Within, "within", time.Minute, "wait at most `DURATION` from when listen is ready (with --wait-for; default 60s)")
	f.StringVar(&o.junit, "junit", "", "write a JUnit report to `FILE`, one test per event (with --wait-for)")
	_ = cmd.MarkFlagFilename("junit", "xml")
	_ = cmd.RegisterFlagCompletionFunc("wait-for", cmdutil.CompleteEventPatterns)
}

// complete checks the flags.
func (o *listenWaitOptions) complete(flags *pflag.FlagSet) error {
	if !flags.Changed("wait-for") {
		for _, name := range []string{"count", "within", "junit"} {
			if flags.Changed(name) {
				return cmdutil.Usage("--"+name+" needs --wait-for", "vidiking listen --wait-for render.complete --"+name+" "+flags.Lookup(name).Value.String())
			}
		}
		return nil
	}
	if flags.Changed("tui") {
		return cmdutil.Usage("cannot combine --wait-for with --tui", "wait without the screen: vidiking listen --wait-for "+o.Events[0])
	}
	if o.Within == 0 {
		return cmdutil.Usage("--within must be longer than 0s", "for example: --within 60s")
	}
	return webhookscmd.CheckWait(&o.WaitOptions)
}

// checkAwaited refuses to wait for an event that is never forwarded. Otherwise the user would find out only when the time is up.
func (o *listenOptions) checkAwaited() error {
	for _, pattern := range o.wait.Events {
		if !o.forwards(pattern) {
			these := cmp.Or(strings.Join(o.forwarded(), ", "), "nothing")
			return cmdutil.Usage("--wait-for "+pattern+" would wait forever, because that event is not forwarded", "--events and --forward select: "+these)
		}
	}
	return nil
}

// forwards reports whether events that match a pattern can be forwarded.
func (o *listenOptions) forwards(pattern string) bool {
	wants := func(events []string) bool {
		return len(events) == 0 || slices.ContainsFunc(events, func(p string) bool { return webhook.PatternsOverlap(p, pattern) })
	}
	return wants(o.handler.Events) && slices.ContainsFunc(o.handler.Routes, func(r relay.Route) bool { return wants(r.Events) })
}

// forwarded returns the events and patterns that are forwarded: first documented events, then others that the options name.
func (o *listenOptions) forwarded() (names []string) {
	for _, e := range webhook.Events() {
		names = append(names, e.Name)
	}
	named := slices.Clone(o.handler.Events)
	for _, r := range o.handler.Routes {
		named = append(named, r.Events...)
	}
	for _, pattern := range named {
		if _, known := webhook.KnownEvent(pattern); !known && !slices.Contains(names, pattern) {
			names = append(names, pattern)
		}
	}
	return slices.DeleteFunc(names, func(name string) bool { return !o.forwards(name) })
}

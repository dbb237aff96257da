// Package emulatorcmd has `emulator`, a Vidiking on this machine, and `emulator advance`, which moves its clock.
package emulatorcmd

import (
	"context"
	"errors"
	"fmt"
	"math"
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/vidiking/vidiking-cli/internal/atomicfile"
	"github.com/vidiking/vidiking-cli/internal/cli/cmdutil"
	"github.com/vidiking/vidiking-cli/internal/emulator"
	"github.com/vidiking/vidiking-cli/internal/signature"
)

// defaultAddr is where the emulator listens, and where `emulator advance` looks for it.
const defaultAddr = "127.0.0.1:4010"

// emulatorOptions are the flags of emulator.
type emulatorOptions struct {
	addr, key, state       string
	rateLimit, deliveries  string
	style, clock, callback string
	queueTime, workTime    string
	balance, lowBalance    string
	speed                  float64
	seed                   uint64
	faults                 []string
	faultsFile             string

	emulator emulator.Options // what the flags describe
}

func newOptions() *emulatorOptions {
	return &emulatorOptions{
		rateLimit: "on", deliveries: "send", style: string(signature.StylePrefixed), clock: "real", callback: string(emulator.CallbackFinal),
	}
}

// NewEmulatorCommand returns the emulator command.
func NewEmulatorCommand(a *cmdutil.App) *cobra.Command {
	o := newOptions()
	cmd := &cobra.Command{
		Use:   "emulator",
		Short: "Run a Vidiking on this machine",
		Long: `Run Vidiking's API on this machine, to build and test an integration without an account: submit jobs, receive signed webhooks, watch
retries while your handler is down. It implements what Vidiking documents: endpoints, rate limits, the life cycle of jobs, the wallet, events,
signatures, and retries after 30 s, 2 min, 10 min, 1 h and 6 h.

All times use the emulator's own clock. With --clock manual, it stands still until you move it with 'vidiking emulator advance'. With --speed
60, an hour takes a minute.

Texts of errors, durations of jobs, prices apart from the documented examples, faults, and everything under /_emulator/ are the emulator's own.
See docs/emulator.md.

A fault rule is a kind with settings: delay,event=render.complete,nth=2,by=1m. Kinds: fail and slow (jobs), duplicate, reorder, delay, corrupt,
drop and secret (deliveries), api and api-slow (calls).`,
		Example: `  vidiking emulator
  vidiking emulator --clock manual --state .vidiking-emulator
  vidiking emulator --addr 127.0.0.1:0 --seed 1 -o json
  vidiking emulator --fault fail,nth=2 --fault corrupt,event=render.complete,probability=0.1`,
		Args: cmdutil.NoArgs,
		Annotations: cmdutil.Manual{
			Flags: `Server: addr, api-key, rate-limit, state, seed
Clock: clock, speed
Jobs: queue-time, work-time, balance, low-balance
Deliveries: callback-events, deliveries, signature-style
Faults: fault, faults`,
			Environment: "VIDIKING_WEBHOOK_SECRET",
			Exits: `0 stopped by an interrupt
1 it cannot listen, or cannot use its state
2 wrong usage, or another emulator uses the state
130 interrupted twice`,
			SeeAlso: "emulator advance, listen",
		}.Annotations(),
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := o.complete(a); err != nil {
				return err
			}
			return run(cmd.Context(), a, o)
		},
	}
	cmd.AddCommand(newAdvanceCommand(a))
	return cmdutil.WithFlags(a, cmd, o.AddFlags)
}

// AddFlags adds the flags to a command.
func (o *emulatorOptions) AddFlags(cmd *cobra.Command) {
	f := cmd.Flags()
	f.StringVar(&o.addr, "addr", defaultAddr, "listen on this `ADDRESS`; port 0: a free one")
	f.StringVar(&o.key, "api-key", "", "accept only this API key, which need not be real (default any `KEY`)")
	f.Var(cmdutil.OneOf(&o.rateLimit, "on", "off"), "rate-limit", "limit calls to 10 a minute in the sandbox and 100 in production")
	f.StringVar(&o.state, "state", "", "keep jobs, wallet and deliveries in `DIR` and continue there (default a temporary directory)")
	f.Uint64Var(&o.seed, "seed", 0, "draw the same ids and durations for the same `NUMBER` (default a new one)")
	f.Var(cmdutil.OneOf(&o.clock, "real", "manual"), "clock", "let the clock run, or move it with 'vidiking emulator advance'")
	f.Float64Var(&o.speed, "speed", 1, "run the clock `N` times as fast")
	f.StringVar(&o.queueTime, "queue-time", "1s-3s", "time from submission to start, a `DURATION` or a range")
	f.StringVar(&o.workTime, "work-time", "10s-30s", "time from start to end, a `DURATION` or a range")
	f.StringVar(&o.balance, "balance", "47.50", "start with this `AMOUNT` of dollars")
	f.StringVar(&o.lowBalance, "low-balance", "5.00", "send wallet.low_balance when the balance drops below this `AMOUNT`")
	f.Var(cmdutil.OneOf(&o.callback, "final", "all"), "callback-events", "notify a job's callback when the job ends, or of all its events")
	f.Var(cmdutil.OneOf(&o.deliveries, "send", "collect"), "deliveries", "send deliveries, or keep them for the control API")
	f.Var(cmdutil.OneOf(&o.style, "prefixed", "bare"), "signature-style", "sign with sha256=<hex>, or with <hex>")
	f.StringArrayVar(&o.faults, "fault", nil, "make something go wrong, by a `RULE` (repeatable)")
	f.StringVar(&o.faultsFile, "faults", "", "read fault rules from a JSON `FILE`")
	for _, flag := range []struct {
		name   string
		values []string
	}{
		{"rate-limit", []string{"on", "off"}}, {"clock", []string{"real", "manual"}}, {"callback-events", []string{"final", "all"}},
		{"deliveries", []string{"send", "collect"}}, {"signature-style", []string{"prefixed", "bare"}}, {"fault", emulator.FaultKinds()},
	} {
		_ = cmd.RegisterFlagCompletionFunc(flag.name, cobra.FixedCompletions(flag.values, cobra.ShellCompDirectiveNoFileComp))
	}
	_ = cmd.MarkFlagDirname("state")
	_ = cmd.MarkFlagFilename("faults", "json")
}

// complete checks the flags and builds the options of the emulator.
func (o *emulatorOptions) complete(a *cmdutil.App) (err error) {
	e := &o.emulator
	e.Key, e.Seed, e.Style, e.Now = o.key, o.seed, signature.Style(o.style), a.Env.Now
	e.Unlimited, e.Collect, e.CallbackEvents = o.rateLimit == "off", o.deliveries == "collect", emulator.CallbackEvents(o.callback)
	switch {
	case o.speed <= 0 || math.IsInf(o.speed, 0) || o.speed > 1e6:
		return cmdutil.Usage(fmt.Sprintf("invalid value %v for --speed", o.speed), "use a number greater than 0, such as 60")
	case o.clock == "manual" && o.speed != 1:
		return cmdutil.Usage("cannot combine --speed with --clock manual", "leave one of them out")
	case o.clock == "real":
		e.Speed = o.speed
	}
	for _, d := range []struct {
		flag, text string
		to         *emulator.Span
	}{{"queue-time", o.queueTime, &e.QueueTime}, {"work-time", o.workTime, &e.WorkTime}} {
		if *d.to, err = parseSpan(d.text); err != nil {
			return cmdutil.Usage(fmt.Sprintf("invalid value %q for --%s", d.text, d.flag), "use a duration or a range, such as 5s or 10s-30s")
		}
	}
	for _, m := range []struct {
		flag, text string
		to         *int64
	}{{"balance", o.balance, &e.Balance}, {"low-balance", o.lowBalance, &e.LowBalance}} {
		if *m.to, err = emulator.ParseAmount(m.text); err != nil {
			return cmdutil.Usage(fmt.Sprintf("invalid value %q for --%s", m.text, m.flag), "use an amount with two decimals, such as 47.50")
		}
	}
	return o.completeFaults(a)
}

func (o *emulatorOptions) completeFaults(a *cmdutil.App) error {
	if o.faultsFile != "" {
		f, err := atomicfile.OpenInput(cmdutil.Path(a, o.faultsFile))
		if err != nil {
			return err
		}
		rules, err := emulator.ReadFaults(f)
		_ = f.Close() // it was only read
		if err != nil {
			return cmdutil.Usage("cannot use the rules in "+o.faultsFile+": "+err.Error(), `write an array, such as [{"kind":"fail","nth":2}]`)
		}
		o.emulator.Faults = rules
	}
	for _, text := range o.faults {
		rule, err := emulator.ParseFault(text)
		if err != nil {
			return explainFault(err)
		}
		o.emulator.Faults = append(o.emulator.Faults, rule)
	}
	return nil
}

// parseSpan parses 5s or 10s-30s.
func parseSpan(text string) (s emulator.Span, err error) {
	from, to, isRange := strings.Cut(text, "-")
	if s.Min, err = time.ParseDuration(from); err != nil {
		return s, err
	}
	s.Max = s.Min
	if isRange {
		s.Max, err = time.ParseDuration(to)
	}
	if err == nil && (s.Min < 0 || s.Max < s.Min) {
		err = strconv.ErrRange
	}
	return s, err
}

// stateDir returns the directory of the state, and removes a temporary one at the end.
func (o *emulatorOptions) stateDir(a *cmdutil.App) (dir string, remove func(), err error) {
	if o.state != "" {
		return cmdutil.Path(a, o.state), func() {}, nil
	}
	dir, err = os.MkdirTemp("", "vidiking-emulator-")
	return dir, func() { _ = os.RemoveAll(dir) }, err
}

// secret sets the secret that deliveries are signed with until a webhook is registered.
func (o *emulatorOptions) secret(_ context.Context, a *cmdutil.App) error {
	s, err := cmdutil.Secret(a)
	o.emulator.Secret = s.Secret
	return err
}

func explainFault(err error) error {
	var wrong *emulator.FaultError
	if errors.As(err, &wrong) {
		return cmdutil.Usage(wrong.Error(), wrong.Advice())
	}
	return err
}

package sendcmd

import (
	"encoding/binary"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/vidiking/vidiking-cli/internal/cli/cmdutil"
	"github.com/vidiking/vidiking-cli/internal/display"
	"github.com/vidiking/vidiking-cli/internal/load"
	"github.com/vidiking/vidiking-cli/internal/send"
	"github.com/vidiking/vidiking-cli/internal/webhook"
)

// addEditFlags adds the flags of trigger and replay that change a payload.
func addEditFlags(cmd *cobra.Command, edits *send.Edits, byHand *bool) {
	f := cmd.Flags()
	f.Var(cmdutil.Repeated(&edits.Set), "set", "set `PATH=VALUE` in the payload; VALUE is JSON if valid, otherwise a string (repeatable)")
	f.Var(cmdutil.Repeated(&edits.Unset), "unset", "remove `PATH` from the payload (repeatable)")
	f.BoolVar(byHand, "edit", false, "edit the payload in your editor first ($VISUAL or $EDITOR)")
	_ = cmd.RegisterFlagCompletionFunc("set", cmdutil.CompletePaths)
	_ = cmd.RegisterFlagCompletionFunc("unset", cmdutil.CompletePaths)
}

// addExpectFlags adds the flags that say which response the user expects.
func addExpectFlags(cmd *cobra.Command, e *send.Expectation) {
	f := cmd.Flags()
	f.Var(cmdutil.RepeatedList(&e.Statuses), "expect-status", "expect this response `CODE`, such as 401 or 4xx (repeatable: any of them)")
	f.StringVar(&e.Body, "expect-body", "", "expect `TEXT` in the response body")
	_ = cmd.RegisterFlagCompletionFunc("expect-status", cobra.FixedCompletions([]string{"200", "2xx", "400", "401", "4xx"}, cobra.ShellCompDirectiveNoFileComp))
}

// readExpectFlags checks the expectation. With only a body, the status must be 2xx.
func readExpectFlags(flags *pflag.FlagSet, e *send.Expectation) error {
	if flags.Changed("expect-body") && e.Body == "" {
		return cmdutil.Usage("--expect-body is empty, so every response would match", "for example: --expect-body 'invalid signature'")
	}
	for i, s := range e.Statuses {
		s = strings.ToLower(strings.TrimSpace(s))
		if !webhook.IsStatusCode(s) {
			return cmdutil.Usage(fmt.Sprintf("invalid status code %q in --expect-status", s), "for example: 401, or 4xx for any code from 400 to 499")
		}
		e.Statuses[i] = s
	}
	if len(e.Statuses) == 0 && (flags.Changed("expect-status") || flags.Changed("expect-body")) {
		e.Statuses = []string{"2xx"}
	}
	return nil
}

// addDeadlineFlag adds --within.
func addDeadlineFlag(f *pflag.FlagSet, limit *time.Duration) {
	f.DurationVar(limit, "within", 0, "time limit for all responses, a `DURATION`; listen --hold itself waits without limit")
}

func readDeadlineFlag(flags *pflag.FlagSet, limit time.Duration) error {
	if flags.Changed("within") && limit <= 0 {
		return cmdutil.Usage(fmt.Sprintf("invalid --within %s: it must be positive", limit), "for example: --within 60s")
	}
	return nil
}

// loadFlags are the flags of trigger for sending many deliveries.
type loadFlags struct {
	count       int
	counted     bool // --count was given: print a summary instead of rows
	rate        float64
	concurrency cmdutil.Concurrency
	yes         bool
}

func (l *loadFlags) AddFlags(cmd *cobra.Command) {
	f := cmd.Flags()
	f.IntVar(&l.count, "count", 1, "send `N` times, each with new ids, and print a summary")
	f.Float64Var(&l.rate, "rate", 0, "send `R` per second without waiting for responses (with --count)")
	f.Int("concurrency", 0, "limit of `C` concurrent requests (with --count; default 1, with --rate 64)")
	f.BoolVarP(&l.yes, "yes", "y", false, "allow --count and --chaos to a host that is neither this machine nor in a private network")
}

// Limits and defaults of --rate and --concurrency.
const (
	maxRate         = 100_000 // more than one process can send
	maxConcurrency  = 256     // the number of connections that are kept open; each further request would open a new one
	rateConcurrency = 64      // enough for 500 requests a second that take 100 ms each
)

func (l *loadFlags) Read(flags *pflag.FlagSet) error {
	l.counted = flags.Changed("count")
	concurrency, err := flags.GetInt("concurrency")
	switch {
	case err != nil:
		return err
	case l.counted && l.count < 1:
		return cmdutil.Usage(fmt.Sprintf("invalid --count %d: it must be at least 1", l.count), "for example: --count 100")
	case !l.counted && flags.Changed("rate"):
		return cmdutil.Usage("--rate needs --count", "for example: --count 5000 --rate 500")
	case !l.counted && flags.Changed("concurrency"):
		return cmdutil.Usage("--concurrency needs --count", "for example: --count 5000 --concurrency 16")
	case flags.Changed("rate") && !(l.rate > 0 && l.rate <= maxRate): // also false for NaN
		return cmdutil.Usage(fmt.Sprintf("invalid --rate %v", l.rate), fmt.Sprintf("give the deliveries per second, up to %s; 0.5 sends one every 2 s", display.Count(maxRate)))
	case flags.Changed("concurrency") && (concurrency < 1 || concurrency > maxConcurrency):
		return cmdutil.Usage(fmt.Sprintf("invalid --concurrency %d", concurrency), fmt.Sprintf("give a number from 1 to %d", maxConcurrency))
	}
	if concurrency == 0 {
		concurrency = 1
		if l.rate > 0 {
			concurrency = rateConcurrency
		}
	}
	files := cmdutil.OpenFileLimit()
	l.concurrency = cmdutil.LimitConcurrency(concurrency, files, files-cmdutil.ReservedFiles)
	return nil
}

// chaosFlags holds the chaos flags of trigger.
type chaosFlags struct {
	load.Chaos

	text string
	seed uint64
}

func (c *chaosFlags) AddFlags(cmd *cobra.Command) {
	f := cmd.Flags()
	f.StringVar(&c.text, "chaos", "", "simulate a bad network with `KINDS`, such as duplicate=2,shuffle=7,delay=100ms,truncate")
	f.Uint64Var(&c.seed, "seed", 0, "repeat the chaos of the run that printed this seed, a `NUMBER`")
	_ = cmd.RegisterFlagCompletionFunc("chaos", cobra.FixedCompletions([]string{
		cmdutil.Describe("duplicate=2", "send each delivery twice"), cmdutil.Describe("shuffle=7", "send every seven in random order"),
		cmdutil.Describe("delay=100ms", "delay each by up to 100 ms"), cmdutil.Describe("truncate", "truncate each body"),
	}, cobra.ShellCompDirectiveNoFileComp|cobra.ShellCompDirectiveNoSpace))
}

// maxSeed limits random seeds: enough for two runs to differ, and short to type.
const maxSeed = 1_000_000

// Read parses the chaos. Without --seed it chooses a random seed.
func (c *chaosFlags) Read(flags *pflag.FlagSet, random io.Reader) (err error) {
	if !flags.Changed("chaos") {
		if flags.Changed("seed") {
			return cmdutil.Usage("--seed needs --chaos", "for example: --chaos shuffle=7 --seed 42")
		}
		return nil
	}
	if c.Chaos, err = load.ParseChaos(c.text); err != nil || flags.Changed("seed") {
		return err
	}
	var drawn [8]byte
	if _, err := io.ReadFull(random, drawn[:]); err != nil {
		return fmt.Errorf("draw a seed: %w", err)
	}
	c.seed = binary.LittleEndian.Uint64(drawn[:]) % maxSeed
	return nil
}

// corruptions are the values of --corrupt.
func corruptions() []string {
	return []string{string(send.CorruptBody), string(send.CorruptSignature), string(send.CorruptNone)}
}

// onlyFlag rejects the command's other flags next to the flag only, because they would have no effect.
func onlyFlag(cmd *cobra.Command, only string) (err error) {
	cmd.LocalNonPersistentFlags().VisitAll(func(f *pflag.Flag) {
		if f.Changed && f.Name != only && err == nil {
			err = cmdutil.Usage("--"+f.Name+" has no effect with --"+only, "leave one of them out")
		}
	})
	return err
}

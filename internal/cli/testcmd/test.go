package testcmd

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"path"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/vidiking/vidiking-cli/internal/cli/cmdutil"
	"github.com/vidiking/vidiking-cli/internal/conformance"
	"github.com/vidiking/vidiking-cli/internal/output"
	"github.com/vidiking/vidiking-cli/internal/send"
	"github.com/vidiking/vidiking-cli/internal/suggest"
	"github.com/vidiking/vidiking-cli/internal/webhook"
)

// testOptions are the arguments and flags of test.
type testOptions struct {
	target    string
	only      []string // ids of cases; empty: all
	skip      []string // globs
	refuse    []string // status codes
	headers   []string
	framework string
	seed      uint64
	junit     string
	html      string
	baseline  string

	effectCommand, effectURL string

	list     bool
	strict   bool
	yes      bool
	insecure bool
}

// NewTestCommand returns the test command.
func NewTestCommand(a *cmdutil.App) *cobra.Command {
	o := &testOptions{}
	cmd := &cobra.Command{
		Use:   "test TARGET [CASE…]",
		Short: "Test whether your handler is correct",
		Long: `Test a handler: does it verify signatures, does it verify them correctly, and does it survive what will come? Each case sends a few
deliveries and knows what a correct handler does with them. The report says what the handler does instead, and what to change.

TARGET is a port, host:port or URL. A CASE is an id or a pattern, such as 'sig.*'. base.valid always runs: if the handler refuses a
correct delivery, the report says why, and the other cases are skipped.

Everything that is sent is recorded as a probe, with the id of its case as what it is about. Nothing is sent to hosts outside of this
machine and private networks without --yes, because the events are invented.`,
		Example: `  vidiking test localhost:3000
  vidiking test localhost:3000 'sig.*' raw.numbers
  vidiking test localhost:3000 --strict --skip load.burst
  vidiking test localhost:3000 --junit report.xml --html report.html
  vidiking test localhost:3000 --effect-cmd 'sqlite3 app.db "SELECT count(*) FROM renders"'
  vidiking test --list`,
		Annotations: cmdutil.Manual{
			Flags: `Cases: list, skip, strict, refuse-status, seed
Destination: header, insecure, yes
Effects: effect-cmd, effect-url
Report: framework, junit, html, baseline`,
			Environment: "VIDIKING_WEBHOOK_SECRET",
			Exits: `0 the handler does everything that it must
1 the handler could not be tested
2 wrong usage or configuration
3 the handler does something that it must not do`,
			SeeAlso: "diagnose, trigger, listen",
		}.Annotations(),
		Args:              o.readArgs,
		ValidArgsFunction: completeCases,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if !cmd.Flags().Changed("seed") {
				var drawn [4]byte
				if _, err := io.ReadFull(a.Env.Random, drawn[:]); err != nil {
					return fmt.Errorf("draw a seed: %w", err)
				}
				o.seed = uint64(binary.LittleEndian.Uint32(drawn[:]))
			}
			return runTest(cmd.Context(), a, o)
		},
	}
	return cmdutil.WithFlags(a, cmd, o.AddFlags)
}

// AddFlags adds the flags to a command.
func (o *testOptions) AddFlags(cmd *cobra.Command) {
	f := cmd.Flags()
	f.BoolVar(&o.list, "list", false, "list the cases")
	f.Var(cmdutil.RepeatedList(&o.skip), "skip", "leave out a `CASE`, an id or a pattern (repeatable)")
	f.BoolVar(&o.strict, "strict", false, "treat what a handler should do as what it must do")
	f.Var(cmdutil.RepeatedList(&o.refuse), "refuse-status", "status `CODE` of a correct refusal (repeatable; default 400,401,403)")
	f.Uint64Var(&o.seed, "seed", 0, "send payloads with the same ids as a run with this seed, `N` (default: random)")
	f.VarP(cmdutil.Repeated(&o.headers), "header", "H", "add a header to each delivery, '`NAME: VALUE`' (repeatable)")
	f.BoolVar(&o.insecure, "insecure", false, "skip the certificate check of an https handler")
	f.BoolVarP(&o.yes, "yes", "y", false, "send to a host that is neither this machine nor in a private network")
	f.StringVar(&o.framework, "framework", "", "show fixes for the framework `NAME`, such as express (default: what the responses show)")
	f.StringVar(&o.effectCommand, "effect-cmd", "", "`COMMAND` that prints the number of effects, to check that a delivery has one")
	f.StringVar(&o.effectURL, "effect-url", "", "`URL` that responds with the number of effects")
	f.StringVar(&o.junit, "junit", "", "write a JUnit report to `FILE`, one test per case")
	f.StringVar(&o.html, "html", "", "write the report to `FILE` as a page")
	f.StringVar(&o.baseline, "baseline", "", "fail only if a case fails that passed in `FILE`, the output of an earlier run with -o json")
	_ = cmd.MarkFlagFilename("junit", "xml")
	_ = cmd.MarkFlagFilename("html", "html")
	_ = cmd.MarkFlagFilename("baseline")
	_ = cmd.RegisterFlagCompletionFunc("framework", cobra.FixedCompletions(conformance.Frameworks(), cobra.ShellCompDirectiveNoFileComp))
	_ = cmd.RegisterFlagCompletionFunc("skip", completeCase)
}

// readArgs reads the target and the cases.
func (o *testOptions) readArgs(_ *cobra.Command, args []string) error {
	if len(args) > 0 && !o.list {
		o.target, args = args[0], args[1:]
	} else if !o.list {
		return cmdutil.Usage("test needs a target", "name the handler: vidiking test localhost:3000", "see the cases: vidiking test --list")
	}
	var err error
	if o.only, err = expand(args); err != nil {
		return err
	}
	if len(conformance.Matching(o.target)) > 0 {
		return cmdutil.Usage(fmt.Sprintf("%q is a case, and the target is missing", o.target), "name the handler first: vidiking test localhost:3000 "+o.target)
	}
	if o.skip, err = expand(o.skip); err != nil {
		return err
	}
	if o.effectCommand != "" && o.effectURL != "" {
		return cmdutil.Usage("--effect-cmd and --effect-url both count effects", "leave one of them out")
	}
	if known := conformance.Frameworks(); o.framework != "" && !slices.Contains(known, o.framework) {
		return cmdutil.Usage(fmt.Sprintf("unknown framework %q", o.framework), "one of "+strings.Join(known, ", "))
	}
	return nil
}

// expand returns the ids of the cases that match any of the patterns.
func expand(patterns []string) ([]string, error) {
	var ids []string
	for _, p := range patterns {
		found := conformance.Matching(p)
		if len(found) == 0 {
			return nil, unknownCase(p)
		}
		ids = append(ids, found...)
	}
	return ids, nil
}

func unknownCase(pattern string) error {
	if _, err := path.Match(pattern, ""); err != nil {
		return cmdutil.Usage(fmt.Sprintf("invalid pattern %q", pattern), "for example: 'sig.*'")
	}
	hints := []string{"list all cases: vidiking test --list"}
	if near := suggest.Closest(pattern, conformance.Matching("*")); near != "" {
		hints = []string{fmt.Sprintf("did you mean %q? List all cases: vidiking test --list", near)}
	}
	return cmdutil.Usage(fmt.Sprintf("unknown case %q", pattern), hints...)
}

func completeCases(cmd *cobra.Command, args []string, typed string) ([]string, cobra.ShellCompDirective) {
	if len(args) == 0 {
		return []string{"localhost:3000"}, cmdutil.NoFiles
	}
	return completeCase(cmd, args, typed)
}

func completeCase(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
	var all []string
	for _, c := range conformance.Cases() {
		all = append(all, c.ID+"\t"+c.Title)
	}
	return all, cmdutil.NoFiles
}

// refuseStatus returns the codes of a correct refusal.
func (o *testOptions) refuseStatus() ([]int, error) {
	var codes []int
	for _, text := range o.refuse {
		code, err := strconv.Atoi(strings.TrimSpace(text))
		if err != nil || code < 400 || code > 499 {
			return nil, cmdutil.Usage(fmt.Sprintf("invalid status code %q in --refuse-status", text), "codes from 400 to 499, for example: --refuse-status 400,401,403")
		}
		codes = append(codes, code)
	}
	return codes, nil
}

func runTest(ctx context.Context, a *cmdutil.App, o *testOptions) error {
	out, err := a.OutputOptions()
	if err != nil {
		return err
	}
	if o.list {
		cases := conformance.Cases()
		if len(o.only) > 0 {
			cases = slices.DeleteFunc(cases, func(c conformance.Case) bool { return !slices.Contains(o.only, c.ID) })
		}
		return output.ClosedPipe(output.PrintCases(out, cases))
	}
	b, err := o.test(ctx, a, out)
	if err != nil {
		return err
	}
	if err := output.PrintBattery(out, b); err != nil {
		return output.ClosedPipe(err)
	}
	out.GitHub.Battery(b)
	if b.Failed() {
		return cmdutil.ErrSilent{Code: output.ExitHandler}
	}
	return nil
}

// test runs the battery and writes the reports.
func (o *testOptions) test(ctx context.Context, a *cmdutil.App, out output.Options) (b output.Battery, err error) {
	codes, err := o.refuseStatus()
	if err != nil {
		return b, err
	}
	given, err := cmdutil.ParseHeaders(o.headers)
	if err != nil {
		return b, err
	}
	files, err := o.open(a)
	if err != nil {
		return b, err
	}
	defer files.discard()
	to, err := o.destination(ctx, a)
	if err != nil {
		return b, err
	}
	secret, err := cmdutil.Secret(a)
	if err != nil {
		return b, err
	}
	if err := to.Open(ctx, []webhook.Secret{secret.Secret}); err != nil {
		return b, err
	}
	defer func() { _ = to.Close() }() // every send waited until its delivery was in the log
	if err := to.OpenErr(); err != nil {
		output.New(out).Notice(output.Notice{Code: "not_recorded", Message: "Deliveries are not recorded: " + cmdutil.Explain(a, err).What + "."})
	}
	options, err := o.battery(ctx, a, secret)
	if err != nil {
		return b, err
	}
	options.RefuseStatus = codes
	report, err := o.run(ctx, a, out, options, &target{to: to, given: given})
	if err != nil {
		return b, err
	}
	b = o.report(report, to)
	b.Secret = secret.Secret
	b.Known = files.known
	return b, files.write(b)
}

// destination returns where the deliveries go: always directly to the handler.
func (o *testOptions) destination(ctx context.Context, a *cmdutil.App) (*send.Destination, error) {
	to, err := cmdutil.NewDestination(a, cmdutil.SendFlags{Timeout: timeout, Insecure: o.insecure}.WithTarget(o.target))
	if err != nil {
		return nil, err
	}
	if !o.yes {
		err = send.CheckOwn(ctx, to.Routes)
	}
	return to, err
}

// timeout is how long Vidiking waits for a response (docs: Webhooks, Retry Policy).
const timeout = 10 * time.Second

// run runs the battery and shows its progress.
func (o *testOptions) run(ctx context.Context, a *cmdutil.App, out output.Options, options conformance.Options, to *target) (conformance.Report, error) {
	if cmdutil.ShowsProgress(a) {
		bar := output.NewProgress(out.Stderr, out.Style)
		defer bar.Clear()
		began := a.Env.Now()
		options.Progress = func(done, total int) {
			if a.Env.Now().Sub(began) >= output.ProgressAfter {
				bar.Draw(done, total, "cases")
			}
		}
	}
	report, err := conformance.Run(ctx, options, to)
	if errors.Is(err, conformance.ErrNoResponse) {
		why := strings.TrimSuffix(report.Last.Error, ".")
		return report, output.Failed(err, "the handler could not be tested: "+why, "start it, then run the test again")
	}
	return report, err
}

// report adds to the results what a report shows about them.
func (o *testOptions) report(r conformance.Report, to *send.Destination) output.Battery {
	b := output.Battery{Report: r, Target: cmdutil.ShellWord(o.target), URL: to.String(), Framework: o.framework}
	if b.Framework == "" {
		b.Framework = conformance.FrameworkOf(r.Framework)
	}
	if conformance.IsAboutCode(r.Findings) || o.framework != "" && b.Failed() {
		b.Recipe, b.Replaced = conformance.Recipe(b.Framework), conformance.Replaced(b.Framework, r.Findings)
	}
	return b
}

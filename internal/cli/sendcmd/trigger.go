package sendcmd

import (
	"bytes"
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/vidiking/vidiking-cli/internal/atomicfile"
	"github.com/vidiking/vidiking-cli/internal/cli/cmdutil"
	"github.com/vidiking/vidiking-cli/internal/jsontext"
	"github.com/vidiking/vidiking-cli/internal/output"
	"github.com/vidiking/vidiking-cli/internal/sample"
	"github.com/vidiking/vidiking-cli/internal/send"
	"github.com/vidiking/vidiking-cli/internal/signature"
	"github.com/vidiking/vidiking-cli/internal/webhook"
)

// triggerOptions are the arguments and flags of trigger.
type triggerOptions struct {
	names   []string // events and scenarios
	payload payloadFlags
	signing signingFlags
	send    cmdutil.SendFlags
	load    loadFlags
	chaos   chaosFlags
	expect  send.Expectation
	within  time.Duration
	junit   string
	dryRun  bool
	list    bool
}

// payloadFlags are the flags that choose and change the payload.
type payloadFlags struct {
	file   string // of --data
	edits  send.Edits
	byHand bool
}

// signingFlags are the flags for the headers.
type signingFlags struct {
	style, corrupt string
	headers        []string
	given          cmdutil.GivenHeaders // parsed from headers
}

// NewTriggerCommand returns the trigger command.
func NewTriggerCommand(a *cmdutil.App) *cobra.Command {
	o := &triggerOptions{signing: signingFlags{style: string(signature.StylePrefixed)}}
	cmd := triggerHelp()
	cmd.Args = cobra.ArbitraryArgs
	cmd.ValidArgsFunction = cmdutil.CompleteEvents
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		if i := slices.IndexFunc(args, cmdutil.IsTarget); i >= 0 {
			return targetNotEvent(a, args[i])
		}
		o.names = args
		if err := o.checkUnused(cmd); err != nil {
			return err
		}
		if err := o.Read(a, cmd.Flags()); err != nil {
			return err
		}
		return runTrigger(cmd.Context(), a, o)
	}
	return cmdutil.WithFlags(a, cmd, o.AddFlags)
}

// AddFlags adds the flags to a command.
func (o *triggerOptions) AddFlags(cmd *cobra.Command) {
	f := cmd.Flags()
	f.StringVarP(&o.payload.file, "data", "d", "", "send the payload in `FILE` unchanged (- is stdin)")
	addEditFlags(cmd, &o.payload.edits, &o.payload.byHand)
	f.Var(cmdutil.OneOf(&o.signing.style, "prefixed", "bare"), "signature-style", "form of the signature: sha256=<hex>, or the hex alone")
	f.Var(cmdutil.OneOf(&o.signing.corrupt, corruptions()...), "corrupt", "corrupt the body after signing or the signature, or send no signature")
	f.VarP(cmdutil.Repeated(&o.signing.headers), "header", "H", "add or replace a header, '`NAME: VALUE`' (repeatable)")
	o.send.AddFlags(cmd)
	o.load.AddFlags(cmd)
	addExpectFlags(cmd, &o.expect)
	addDeadlineFlag(f, &o.within)
	o.chaos.AddFlags(cmd)
	f.StringVar(&o.junit, "junit", "", "write a JUnit report to `FILE`, one test per request")
	f.BoolVar(&o.dryRun, "dry-run", false, "print the payload without sending it")
	f.BoolVar(&o.list, "list", false, "list events and scenarios")
	_ = cmd.MarkFlagFilename("junit", "xml")
	_ = cmd.RegisterFlagCompletionFunc("data", cmdutil.CompleteFiles)
	_ = cmd.RegisterFlagCompletionFunc("signature-style", cobra.FixedCompletions([]string{"prefixed", "bare"}, cobra.ShellCompDirectiveNoFileComp))
	_ = cmd.RegisterFlagCompletionFunc("corrupt", cobra.FixedCompletions(corruptions(), cobra.ShellCompDirectiveNoFileComp))
}

// Read reads the settings of flags and configuration, and checks the values of the flags.
func (o *triggerOptions) Read(a *cmdutil.App, flags *pflag.FlagSet) error {
	if err := o.send.Read(a, flags); err != nil {
		return err
	}
	if err := o.load.Read(flags); err != nil {
		return err
	}
	if err := readExpectFlags(flags, &o.expect); err != nil {
		return err
	}
	if err := readDeadlineFlag(flags, o.within); err != nil {
		return err
	}
	if err := o.signing.readHeaders(flags); err != nil {
		return err
	}
	return o.chaos.Read(flags, a.Env.Random)
}

// checkUnused rejects flags that have no effect with --list, --dry-run or --corrupt none.
func (o *triggerOptions) checkUnused(cmd *cobra.Command) error {
	if o.list {
		if len(o.names) > 0 {
			return cmdutil.Usage("cannot combine --list with "+o.names[0], "use either of them")
		}
		return onlyFlag(cmd, "list")
	}
	flags := cmd.Flags()
	for _, name := range []string{"junit", "expect-status", "expect-body"} {
		if o.dryRun && flags.Changed(name) {
			return cmdutil.Usage("--"+name+" has no effect with --dry-run, which sends nothing", "leave one of them out")
		}
	}
	if o.signing.corrupt == string(send.CorruptNone) && flags.Changed("signature-style") {
		return cmdutil.Usage("--signature-style has no effect with --corrupt none, which sends no signature", "leave one of them out")
	}
	return nil
}

func (s *signingFlags) readHeaders(flags *pflag.FlagSet) (err error) {
	if s.given, err = cmdutil.ParseHeaders(s.headers); err != nil {
		return err
	}
	replaces := flags.Changed("signature-style") || s.corrupt == string(send.CorruptSignature) || s.corrupt == string(send.CorruptNone)
	if s.given.Has(webhook.SignatureHeader) && replaces {
		return cmdutil.Usage("--header "+webhook.SignatureHeader+" would replace the signature that --signature-style or --corrupt changes", "leave one of them out")
	}
	return nil
}

// targetNotEvent returns the error for a target that was given in place of an event.
func targetNotEvent(a *cmdutil.App, target string) error {
	const hint = "give a handler with --to: "
	f := cmdutil.Usage(fmt.Sprintf("unknown event %q", target), hint+"vidiking trigger render.complete --to localhost:3000")
	if line, ok := a.WithFlag("--to", target); ok {
		f.Hints, f.AsTyped = []string{hint + line}, true
	}
	return f
}

func runTrigger(ctx context.Context, a *cmdutil.App, o *triggerOptions) error {
	if o.list {
		return listEvents(a)
	}
	out, err := a.OutputOptions()
	if err != nil {
		return err
	}
	p := output.New(out)
	payloads, err := editedPayloads(ctx, a, p, o)
	if err != nil {
		return err
	}
	batch, err := newBatch(ctx, a, p, o, payloads)
	if err != nil {
		return err
	}
	if o.dryRun {
		return batch.Each(func(body []byte, total int) error { return printBody(a, body, total) })
	}
	to, err := cmdutil.NewDestination(a, o.send)
	if err != nil {
		return err
	}
	if !o.load.yes && (o.load.counted || o.chaos.text != "") {
		if err := send.CheckOwn(ctx, to.Routes); err != nil {
			return err
		}
	}
	report, discard, err := newReport(a, o)
	if err != nil {
		return err
	}
	defer discard()
	secret, err := cmdutil.Secret(a)
	if err != nil {
		return err
	}
	defer func() { _ = to.Close() }() // every send waited until its delivery was in the log
	if err := to.Open(ctx, []webhook.Secret{secret.Secret}); err != nil {
		return err
	}
	a.PrintWarnings(p)
	printGenerated(a, p, secret)
	batch.SignWith(secret.Secret)
	ro := runnerOptions(a, p, out)
	ro.ShowResponse, ro.Secret, ro.Deadline = true, secret.String(), o.within
	ro.Checker = send.NewChecker(o.expect, o.chaos.Chaos, report)
	runner := send.NewRunner(ro)
	runner.Use(to)
	if !o.load.counted {
		return runner.SendBatch(ctx, batch)
	}
	return runLoad(ctx, a, p, o, runner, batch)
}

// runLoad sends the batch as a load run. Interrupts then stop the run instead of the command.
func runLoad(ctx context.Context, a *cmdutil.App, p output.Printer, o *triggerOptions, runner *send.Runner, batch *send.Batch) error {
	interrupts := a.TakeInterrupts()
	if ctx.Err() != nil { // an interrupt came before TakeInterrupts
		return ctx.Err()
	}
	c := o.load.concurrency
	if c.Files > 0 {
		p.Notice(c.Notice())
	}
	return runner.RunLoad(ctx, batch, send.LoadOptions{
		Rate: o.load.rate, Concurrency: c.Max, Interrupts: interrupts, ShowProgress: cmdutil.ShowsProgress(a),
	})
}

// newBatch returns the batch of the payloads. Each further round has new samples with new ids, edited in the same way. A payload given by
// the user stays the same.
func newBatch(ctx context.Context, a *cmdutil.App, p output.Printer, o *triggerOptions, payloads [][]byte) (*send.Batch, error) {
	next := func() ([][]byte, error) { return editedPayloads(ctx, a, p, o) }
	if o.payload.file != "" || o.payload.byHand {
		next = func() ([][]byte, error) { return payloads, nil }
	}
	return send.NewBatch(send.BatchOptions{
		Payloads: payloads, Next: next, Rounds: o.load.count, Chaos: o.chaos.Chaos, Seed: o.chaos.seed, Expect: o.expect,
		Signer: send.Signer{
			Style: signature.Style(o.signing.style), Corrupt: send.Corruption(o.signing.corrupt),
			Fields: o.signing.given.Fields, Host: o.signing.given.Host, UserAgent: cmdutil.UserAgent(),
		},
	})
}

// editedPayloads returns the user's payload, or new samples, with the edits of the flags.
func editedPayloads(ctx context.Context, a *cmdutil.App, p output.Printer, o *triggerOptions) ([][]byte, error) {
	payloads, err := newPayloads(a, o)
	if err != nil {
		return nil, err
	}
	if o.payload.byHand && len(payloads) > 1 {
		return nil, cmdutil.Usage(fmt.Sprintf("--edit takes one payload, but there are %d", len(payloads)),
			"edit one event: vidiking trigger render.complete --edit", "or change all in the same way: --set data.id=job_42")
	}
	for i, payload := range payloads {
		if payloads[i], err = o.payload.edits.Apply(p, "the payload", payload); err != nil {
			return nil, err
		}
		if o.payload.byHand {
			if payloads[i], err = cmdutil.EditByHand(ctx, a, p, payloads[i], "omit --edit to send it unchanged"); err != nil {
				return nil, err
			}
		}
	}
	return payloads, nil
}

func newPayloads(a *cmdutil.App, o *triggerOptions) ([][]byte, error) {
	switch {
	case o.payload.file != "" && len(o.names) > 0:
		return nil, cmdutil.Usage("cannot combine --data with "+o.names[0], "use either of them")
	case o.payload.file != "":
		body, err := readPayload(a, o.payload.file)
		return [][]byte{body}, err
	case len(o.names) == 0:
		return nil, cmdutil.Usage("trigger needs an event", "for example: vidiking trigger render.complete", "list all events: vidiking trigger --list")
	}
	return send.Samples(a.Env.Now, a.Env.Random, o.names...)
}

// readPayload reads the payload given by the user and checks that it is a JSON object. It is sent unchanged.
func readPayload(a *cmdutil.App, name string) ([]byte, error) {
	body, shown, err := cmdutil.ReadBody(a, name, "name a file, or - for stdin: --data event.json")
	if err != nil {
		return nil, err
	}
	if len(bytes.TrimSpace(body)) == 0 {
		return nil, cmdutil.Usage(shown+" is empty", `a payload is a JSON object: {"event":…,"timestamp":…,"data":{…}}`)
	}
	if _, err := jsontext.ParseObject(body); err != nil {
		return nil, output.NotJSON(shown, err)
	}
	return body, nil
}

// newReport creates the file of --junit before the first request, because a wrong path must fail early. Discard removes the file unless
// the report was written.
func newReport(a *cmdutil.App, o *triggerOptions) (report *send.Report, discard func(), err error) {
	if o.junit == "" {
		return nil, func() {}, nil
	}
	var file *atomicfile.File
	if file, err = cmdutil.CreateReport(a, o.junit); err != nil {
		return nil, nil, err
	}
	name := strings.Join(o.names, " ")
	if o.payload.file != "" {
		name = "--data " + o.payload.file
	}
	save := func(suite output.TestSuite) error { return output.WriteJUnit(file, suite) }
	return send.NewReport("vidiking trigger "+name, a.Env.Now, save), func() { file.Discard() }, nil
}

// listEvents lists the events and scenarios.
func listEvents(a *cmdutil.App) error {
	o, err := a.OutputOptions()
	if err != nil {
		return err
	}
	return output.ClosedPipe(output.Events(a.Env.Stdout, o.Format, webhook.Events(), sample.Scenarios()))
}

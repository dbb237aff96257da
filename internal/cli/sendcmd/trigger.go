package sendcmd

import (
	"bytes"
	"context"
	"fmt"
	"slices"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/vidiking/vidiking-cli/internal/cli/cmdutil"
	"github.com/vidiking/vidiking-cli/internal/jsontext"
	"github.com/vidiking/vidiking-cli/internal/output"
	"github.com/vidiking/vidiking-cli/internal/sample"
	"github.com/vidiking/vidiking-cli/internal/signature"
	"github.com/vidiking/vidiking-cli/internal/webhook"
)

// TriggerOptions is what the flags of `trigger` say.
type TriggerOptions struct {
	Names    []string // events and scenarios
	data     string
	edits    payloadEdits
	Style    string
	corrupt  string
	headers  []string
	send     SendOptions
	dryRun   bool
	list     bool
	many     manyOptions
	expect   expectation
	patience patience
	chaos    chaosOptions

	given cmdutil.GivenHeaders // of headers
}

// NewTriggerCommand returns `trigger`.
func NewTriggerCommand(a *cmdutil.App) *cobra.Command {
	o := &TriggerOptions{Style: string(signature.StylePrefixed)}
	cmd := triggerHelp()
	cmd.Args = cobra.ArbitraryArgs
	cmd.ValidArgsFunction = cmdutil.CompleteEvents
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		if i := slices.IndexFunc(args, cmdutil.IsTarget); i >= 0 {
			return targetIsNoEvent(a, args[i])
		}
		o.Names = args
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
func (o *TriggerOptions) AddFlags(cmd *cobra.Command) {
	f := cmd.Flags()
	f.StringVarP(&o.data, "data", "d", "", "send the payload in this `FILE` as it is (- is stdin)")
	o.edits.AddFlags(cmd)
	f.Var(cmdutil.OneOf(&o.Style, "prefixed", "bare"), "signature-style", "the signature header: sha256=<hex>, or the hex alone")
	f.Var(cmdutil.OneOf(&o.corrupt, corruptions()...), "corrupt", "spoil what is sent: the body after signing, the signature, or have none at all")
	f.VarP(cmdutil.Repeated(&o.headers), "header", "H", "send this header, in place of one that is sent anyway, '`NAME: VALUE`' (repeatable)")
	o.send.AddFlags(cmd)
	o.many.AddFlags(cmd)
	o.expect.AddFlags(cmd)
	o.patience.AddFlags(f)
	o.chaos.AddFlags(cmd)
	f.BoolVar(&o.dryRun, "dry-run", false, "print the payload that would be sent, and send nothing")
	f.BoolVar(&o.list, "list", false, "list the events and the scenarios")
	_ = cmd.RegisterFlagCompletionFunc("data", cmdutil.CompleteFiles)
	_ = cmd.RegisterFlagCompletionFunc("signature-style", cobra.FixedCompletions([]string{"prefixed", "bare"}, cobra.ShellCompDirectiveNoFileComp))
	_ = cmd.RegisterFlagCompletionFunc("corrupt", cobra.FixedCompletions(corruptions(), cobra.ShellCompDirectiveNoFileComp))
}

// Read takes what a configuration can say too, and checks the flags whose values hang together.
func (o *TriggerOptions) Read(a *cmdutil.App, flags *pflag.FlagSet) error {
	if err := o.send.Read(a, flags); err != nil {
		return err
	}
	if err := o.many.Read(flags); err != nil {
		return err
	}
	if err := o.expect.Read(flags); err != nil {
		return err
	}
	if err := o.patience.Read(flags); err != nil {
		return err
	}
	if err := o.readHeaders(flags); err != nil {
		return err
	}
	return o.chaos.Read(flags, a.W.Random)
}

// checkUnused refuses flags that would have no effect beside --list, --dry-run or --corrupt none.
func (o *TriggerOptions) checkUnused(cmd *cobra.Command) error {
	if o.list {
		if len(o.Names) > 0 {
			return cmdutil.Usage("--list lists every event, and "+o.Names[0]+" is one of them", "leave one of them out")
		}
		return onlyFlag(cmd, "list")
	}
	flags := cmd.Flags()
	for _, name := range []string{"junit", "expect-status", "expect-body"} {
		if o.dryRun && flags.Changed(name) {
			return cmdutil.Usage("--dry-run sends nothing, so --"+name+" would have no effect", "leave one of them out")
		}
	}
	if o.corrupt == corruptNone && flags.Changed("signature-style") {
		return cmdutil.Usage("--corrupt none sends no signature, so --signature-style would have no effect", "leave one of them out")
	}
	return nil
}

// onlyFlag refuses the command's own flags beside that one, which would have no effect.
func onlyFlag(cmd *cobra.Command, only string) (err error) {
	cmd.LocalNonPersistentFlags().VisitAll(func(f *pflag.Flag) {
		if f.Changed && f.Name != only && err == nil {
			err = cmdutil.Usage("--"+f.Name+" has no effect with --"+only, "leave one of them out")
		}
	})
	return err
}

func (o *TriggerOptions) readHeaders(flags *pflag.FlagSet) (err error) {
	if o.given, err = cmdutil.ParseHeaders(o.headers); err != nil {
		return err
	}
	if o.given.Has(webhook.SignatureHeader) && (flags.Changed("signature-style") || o.corrupt == corruptSignature || o.corrupt == corruptNone) {
		return cmdutil.Usage("--header "+webhook.SignatureHeader+" would replace the signature that --signature-style and --corrupt are about", "leave out one or the other")
	}
	return nil
}

func runTrigger(ctx context.Context, a *cmdutil.App, o *TriggerOptions) error {
	if o.list {
		return listEvents(a)
	}
	out, err := a.OutputOptions()
	if err != nil {
		return err
	}
	p := output.New(out)
	bodies, err := Payloads(a, o)
	if err != nil {
		return err
	}
	if err := editPayloads(ctx, a, p, o, bodies); err != nil {
		return err
	}
	volley, err := newVolley(ctx, a, p, o, bodies)
	if err != nil {
		return err
	}
	if o.dryRun {
		return dryRun(a, volley)
	}
	to, err := NewDestination(a, o.send)
	if err != nil {
		return err
	}
	if err := checkReach(ctx, o, to.Routes); err != nil {
		return err
	}
	judge, err := newJudge(a, o)
	if err != nil {
		return err
	}
	defer judge.Close()
	secret, err := a.Secret()
	if err != nil {
		return err
	}
	defer func() { _ = to.Close() }() // what was sent is in the log: each sending waited for it
	if err := to.Open(ctx, []webhook.Secret{secret.Secret}); err != nil {
		return err
	}
	judge.lost = to.Lost != nil
	s := &sending{app: a, printer: p, to: to, style: out.Style, timeout: to.timeout(), words: true, signed: secret.String(), judge: judge, patience: o.patience}
	cmdutil.SayWarnings(a, p)
	s.saySecret(secret)
	s.sayDestination()
	volley.secret = secret.Secret
	ctx, cancel := o.patience.limit(ctx)
	defer cancel()
	if o.many.counted {
		return s.load(ctx, out, volley)
	}
	return s.volley(ctx, volley)
}

// Payloads is what is to be sent: the user's own payload, or samples.
func Payloads(a *cmdutil.App, o *TriggerOptions) ([][]byte, error) {
	switch {
	case o.data != "" && len(o.Names) > 0:
		return nil, cmdutil.Usage("--data and "+o.Names[0]+" are both given", "leave one of them out")
	case o.data != "":
		body, err := readPayload(a, o.data)
		return [][]byte{body}, err
	case len(o.Names) == 0:
		return nil, cmdutil.Usage("which event?", "vidiking trigger render.complete", "all events: vidiking trigger --list")
	}
	source := sample.New(a.W.Now, a.W.Random)
	var bodies [][]byte
	for _, name := range o.Names {
		if webhook.IsEvent(name) {
			body, err := source.Payload(name)
			if err != nil {
				return nil, err
			}
			bodies = append(bodies, body)
			continue
		}
		items, err := source.Scenario(name)
		if err != nil {
			return nil, err
		}
		for _, item := range items {
			bodies = append(bodies, item.Body)
		}
	}
	return bodies, nil
}

func targetIsNoEvent(a *cmdutil.App, target string) error {
	f := cmdutil.Usage("there is no event "+target, "a handler goes behind --to: vidiking trigger render.complete --to localhost:3000")
	if line, ok := a.WithFlag("--to", target); ok {
		f.Hints, f.AsTyped = []string{"a handler goes behind --to: " + line}, true
	}
	return f
}

// editPayloads changes the payloads as the flags ask, in place.
func editPayloads(ctx context.Context, a *cmdutil.App, p output.Printer, o *TriggerOptions, bodies [][]byte) (err error) {
	if o.edits.byHand && len(bodies) > 1 {
		return cmdutil.Usage(fmt.Sprintf("--edit takes one payload, and these are %d", len(bodies)),
			"edit one event: vidiking trigger render.complete --edit", "or change all of them alike: --set data.id=job_42")
	}
	for i, body := range bodies {
		if bodies[i], err = o.edits.apply(p, "", body); err != nil {
			return err
		}
		if o.edits.byHand {
			if bodies[i], err = editByHand(ctx, a, p, bodies[i], "send it as it is: leave --edit out"); err != nil {
				return err
			}
		}
	}
	return nil
}

// readPayload reads the user's own payload and checks that it is JSON. It is sent as it is.
func readPayload(a *cmdutil.App, name string) ([]byte, error) {
	body, shown, err := cmdutil.ReadBody(a, name, "give a file, or - for stdin: --data event.json")
	if err != nil {
		return nil, err
	}
	if len(bytes.TrimSpace(body)) == 0 {
		return nil, cmdutil.Usage(shown+" is empty", `a payload is a JSON object: {"event":…,"timestamp":…,"data":{…}}`)
	}
	if _, err := jsontext.ParseObject(body); err != nil {
		return nil, cmdutil.NotJSON(shown, err)
	}
	return body, nil
}

// dryRun prints what would be sent, byte for byte; several are a line each.
func dryRun(a *cmdutil.App, v *volley) error {
	for shot := range v.shots {
		if err := printBody(a, shot.Body(shot.Item), v.total); err != nil {
			return err
		}
	}
	return v.err
}

// printBody prints one of so many bodies.
func printBody(a *cmdutil.App, body []byte, of int) error {
	if of > 1 || a.W.StdoutTerminal {
		body = append(body[:len(body):len(body)], '\n')
	}
	return a.PrintText(string(body))
}

// Sign makes the header of a delivery, and spoils header or body where that was asked for.
func (o *TriggerOptions) Sign(secret webhook.Secret, body *[]byte) webhook.Header {
	h := webhook.Header{
		{Name: "Content-Type", Value: "application/json"},
		{Name: "User-Agent", Value: cmdutil.UserAgent()},
	}
	sig := signature.Sign(secret, *body, signature.Style(o.Style))
	switch o.corrupt {
	case corruptBody:
		*body = spoilBody(*body)
	case corruptSignature:
		sig = spoilSignature(sig)
	}
	if o.corrupt != corruptNone {
		h = append(h, webhook.Field{Name: webhook.SignatureHeader, Value: sig})
	}
	return o.given.Set(h)
}

// listEvents lists what can be triggered.
func listEvents(a *cmdutil.App) error {
	o, err := a.OutputOptions()
	if err != nil {
		return err
	}
	return cmdutil.ClosedPipe(output.Events(a.W.Stdout, o.Format, webhook.Events(), sample.Scenarios()))
}

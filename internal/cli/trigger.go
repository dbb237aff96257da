package cli

import (
	"bytes"
	"context"
	"fmt"
	"slices"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/vidiking/vidiking-cli/internal/jsontext"
	"github.com/vidiking/vidiking-cli/internal/output"
	"github.com/vidiking/vidiking-cli/internal/sample"
	"github.com/vidiking/vidiking-cli/internal/signature"
	"github.com/vidiking/vidiking-cli/internal/webhook"
)

// triggerOptions is what the flags of `trigger` say.
type triggerOptions struct {
	names    []string // events and scenarios
	data     string
	edits    payloadEdits
	style    string
	corrupt  string
	headers  []string
	send     sendOptions
	dryRun   bool
	list     bool
	many     manyOptions
	expect   expectation
	patience patience
	chaos    chaosOptions

	given givenHeaders // of headers
}

func (a *app) trigger() *cobra.Command {
	o := &triggerOptions{style: string(signature.StylePrefixed)}
	cmd := triggerHelp()
	cmd.Args = cobra.ArbitraryArgs
	cmd.ValidArgsFunction = completeEvents
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		if i := slices.IndexFunc(args, isTarget); i >= 0 {
			return a.targetIsNoEvent(args[i])
		}
		o.names = args
		if err := o.checkUnused(cmd); err != nil {
			return err
		}
		if err := o.read(a, cmd.Flags()); err != nil {
			return err
		}
		return a.runTrigger(cmd.Context(), o)
	}
	return a.withFlags(cmd, o.addFlags)
}

func (o *triggerOptions) addFlags(cmd *cobra.Command) {
	f := cmd.Flags()
	f.StringVarP(&o.data, "data", "d", "", "send the payload in this `FILE` as it is (- is stdin)")
	o.edits.addFlags(cmd)
	f.Var(oneOf(&o.style, "prefixed", "bare"), "signature-style", "the signature header: sha256=<hex>, or the hex alone")
	f.Var(oneOf(&o.corrupt, corruptions()...), "corrupt", "spoil what is sent: the body after signing, the signature, or have none at all")
	f.VarP(repeated(&o.headers), "header", "H", "send this header, in place of one that is sent anyway, '`NAME: VALUE`' (repeatable)")
	o.send.addFlags(cmd)
	o.many.addFlags(cmd)
	o.expect.addFlags(cmd)
	o.patience.addFlags(f)
	o.chaos.addFlags(cmd)
	f.BoolVar(&o.dryRun, "dry-run", false, "print the payload that would be sent, and send nothing")
	f.BoolVar(&o.list, "list", false, "list the events and the scenarios")
	_ = cmd.RegisterFlagCompletionFunc("data", completeFiles)
	_ = cmd.RegisterFlagCompletionFunc("signature-style", cobra.FixedCompletions([]string{"prefixed", "bare"}, cobra.ShellCompDirectiveNoFileComp))
	_ = cmd.RegisterFlagCompletionFunc("corrupt", cobra.FixedCompletions(corruptions(), cobra.ShellCompDirectiveNoFileComp))
}

// read takes what a configuration can say too, and checks the flags whose values hang together.
func (o *triggerOptions) read(a *app, flags *pflag.FlagSet) error {
	if err := o.send.read(a, flags); err != nil {
		return err
	}
	if err := o.many.read(flags); err != nil {
		return err
	}
	if err := o.expect.read(flags); err != nil {
		return err
	}
	if err := o.patience.read(flags); err != nil {
		return err
	}
	if err := o.readHeaders(flags); err != nil {
		return err
	}
	return o.chaos.read(flags, a.w.Random)
}

// checkUnused refuses flags that would have no effect beside --list, --dry-run or --corrupt none.
func (o *triggerOptions) checkUnused(cmd *cobra.Command) error {
	if o.list {
		if len(o.names) > 0 {
			return usage("--list lists every event, and "+o.names[0]+" is one of them", "leave one of them out")
		}
		return onlyFlag(cmd, "list")
	}
	flags := cmd.Flags()
	for _, name := range []string{"junit", "expect-status", "expect-body"} {
		if o.dryRun && flags.Changed(name) {
			return usage("--dry-run sends nothing, so --"+name+" would have no effect", "leave one of them out")
		}
	}
	if o.corrupt == corruptNone && flags.Changed("signature-style") {
		return usage("--corrupt none sends no signature, so --signature-style would have no effect", "leave one of them out")
	}
	return nil
}

// onlyFlag refuses the command's own flags beside that one, which would have no effect.
func onlyFlag(cmd *cobra.Command, only string) (err error) {
	cmd.LocalNonPersistentFlags().VisitAll(func(f *pflag.Flag) {
		if f.Changed && f.Name != only && err == nil {
			err = usage("--"+f.Name+" has no effect with --"+only, "leave one of them out")
		}
	})
	return err
}

func (o *triggerOptions) readHeaders(flags *pflag.FlagSet) (err error) {
	if o.given, err = parseHeaders(o.headers); err != nil {
		return err
	}
	if o.given.has(webhook.SignatureHeader) && (flags.Changed("signature-style") || o.corrupt == corruptSignature || o.corrupt == corruptNone) {
		return usage("--header "+webhook.SignatureHeader+" would replace the signature that --signature-style and --corrupt are about", "leave out one or the other")
	}
	return nil
}

func (a *app) runTrigger(ctx context.Context, o *triggerOptions) error {
	if o.list {
		return a.listEvents()
	}
	out, err := a.outputOptions()
	if err != nil {
		return err
	}
	p := output.New(out)
	bodies, err := a.payloads(o)
	if err != nil {
		return err
	}
	if err := a.editPayloads(ctx, p, o, bodies); err != nil {
		return err
	}
	volley, err := a.volley(ctx, p, o, bodies)
	if err != nil {
		return err
	}
	if o.dryRun {
		return a.dryRun(volley)
	}
	to, err := a.destination(o.send)
	if err != nil {
		return err
	}
	if err := a.checkReach(ctx, o, to.routes); err != nil {
		return err
	}
	judge, err := a.newJudge(o)
	if err != nil {
		return err
	}
	defer judge.close()
	secret, err := a.secret()
	if err != nil {
		return err
	}
	defer func() { _ = to.close() }() // what was sent is in the log: each sending waited for it
	if err := to.open(ctx, []webhook.Secret{secret.Secret}); err != nil {
		return err
	}
	judge.lost = to.lost != nil
	s := &sending{app: a, printer: p, to: to, style: out.Style, timeout: to.timeout(), words: true, signed: secret.String(), judge: judge, patience: o.patience}
	a.sayWarnings(p)
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

// payloads is what is to be sent: the user's own payload, or samples.
func (a *app) payloads(o *triggerOptions) ([][]byte, error) {
	switch {
	case o.data != "" && len(o.names) > 0:
		return nil, usage("--data and "+o.names[0]+" are both given", "leave one of them out")
	case o.data != "":
		body, err := a.readPayload(o.data)
		return [][]byte{body}, err
	case len(o.names) == 0:
		return nil, usage("which event?", "vidiking trigger render.complete", "all events: vidiking trigger --list")
	}
	source := sample.New(a.w.Now, a.w.Random)
	var bodies [][]byte
	for _, name := range o.names {
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

func (a *app) targetIsNoEvent(target string) error {
	f := usage("there is no event "+target, "a handler goes behind --to: vidiking trigger render.complete --to localhost:3000")
	if line, ok := a.withFlag("--to", target); ok {
		f.hint, f.asTyped = []string{"a handler goes behind --to: " + line}, true
	}
	return f
}

// editPayloads changes the payloads as the flags ask, in place.
func (a *app) editPayloads(ctx context.Context, p output.Printer, o *triggerOptions, bodies [][]byte) (err error) {
	if o.edits.byHand && len(bodies) > 1 {
		return usage(fmt.Sprintf("--edit takes one payload, and these are %d", len(bodies)),
			"edit one event: vidiking trigger render.complete --edit", "or change all of them alike: --set data.id=job_42")
	}
	for i, body := range bodies {
		if bodies[i], err = o.edits.apply(p, "", body); err != nil {
			return err
		}
		if o.edits.byHand {
			if bodies[i], err = a.editByHand(ctx, p, bodies[i], "send it as it is: leave --edit out"); err != nil {
				return err
			}
		}
	}
	return nil
}

// readPayload reads the user's own payload and checks that it is JSON. It is sent as it is.
func (a *app) readPayload(name string) ([]byte, error) {
	body, shown, err := a.readBody(name, "give a file, or - for stdin: --data event.json")
	if err != nil {
		return nil, err
	}
	if len(bytes.TrimSpace(body)) == 0 {
		return nil, usage(shown+" is empty", `a payload is a JSON object: {"event":…,"timestamp":…,"data":{…}}`)
	}
	if _, err := jsontext.ParseObject(body); err != nil {
		return nil, notJSON(shown, err)
	}
	return body, nil
}

// dryRun prints what would be sent, byte for byte; several are a line each.
func (a *app) dryRun(v *volley) error {
	for shot := range v.shots {
		if err := a.printBody(shot.Body(shot.Item), v.total); err != nil {
			return err
		}
	}
	return v.err
}

// printBody prints one of so many bodies.
func (a *app) printBody(body []byte, of int) error {
	if of > 1 || a.w.StdoutTerminal {
		body = append(body[:len(body):len(body)], '\n')
	}
	return a.printText(string(body))
}

// sign makes the header of a delivery, and spoils header or body where that was asked for.
func (o *triggerOptions) sign(secret webhook.Secret, body *[]byte) webhook.Header {
	h := webhook.Header{
		{Name: "Content-Type", Value: "application/json"},
		{Name: "User-Agent", Value: userAgent()},
	}
	sig := signature.Sign(secret, *body, signature.Style(o.style))
	switch o.corrupt {
	case corruptBody:
		*body = spoilBody(*body)
	case corruptSignature:
		sig = spoilSignature(sig)
	}
	if o.corrupt != corruptNone {
		h = append(h, webhook.Field{Name: webhook.SignatureHeader, Value: sig})
	}
	return o.given.set(h)
}

// listEvents lists what can be triggered.
func (a *app) listEvents() error {
	o, err := a.outputOptions()
	if err != nil {
		return err
	}
	return closedPipe(output.Events(a.w.Stdout, o.Format, webhook.Events(), sample.Scenarios()))
}

package sendcmd

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/vidiking/vidiking-cli/internal/cli/cmdutil"
	"github.com/vidiking/vidiking-cli/internal/display"
	"github.com/vidiking/vidiking-cli/internal/output"
	"github.com/vidiking/vidiking-cli/internal/send"
	"github.com/vidiking/vidiking-cli/internal/store"
	"github.com/vidiking/vidiking-cli/internal/webhook"
)

// replayOptions are the arguments and flags of replay.
type replayOptions struct {
	ids       []string
	last      int
	selection cmdutil.Selection
	scope     cmdutil.Scope
	change    send.Change
	headers   []string
	send      cmdutil.SendFlags
	dryRun    bool
}

// NewReplayCommand returns the replay command, which is also webhooks replay.
func NewReplayCommand(a *cmdutil.App) *cobra.Command {
	o := &replayOptions{}
	cmd := &cobra.Command{
		Use:   "replay ID…",
		Short: "Send recorded deliveries again, byte for byte or changed",
		Long: `Send recorded deliveries again, oldest first, with the same bytes, headers and signature. Each replay is a new delivery that refers
to the original. It goes through the running listen of its project, or directly to the targets that failed if none runs. By default,
"last" and selections such as --failed cover your project only; --all-projects includes the other projects.

--edit, --set, --unset and --timestamp change the payload and sign it with your secret; --resign only replaces the signature. The
recorded deliveries never change.`,
		Example: `  vidiking replay last
  vidiking replay 8kx4m2 c47nq5
  vidiking replay --last 3 --to localhost:4000
  vidiking replay --failed --since 1h --dry-run
  vidiking replay last --edit
  vidiking replay last --set data.status=FAILED --timestamp now
  vidiking replay --last 3 --resign`,
		Annotations: cmdutil.Manual{
			Flags: `Selection: last, failed, event, status, since, until, search, filter, all-projects, probes
Changes: edit, set, unset, timestamp, header, resign, signature-style
Destination: to, timeout, insecure, dry-run`,
			Environment: "VIDIKING_WEBHOOK_SECRET, VISUAL, EDITOR",
			Exits: `0 every response was 2xx, or there was nothing to send
1 the command failed, or an id matches nothing
2 usage or configuration error
3 the handler refused a delivery, or was unreachable`,
			SeeAlso: "webhooks list, webhooks show, trigger",
		}.Annotations(),
		ValidArgsFunction: cmdutil.CompleteIDs(a, -1),
		Args:              cobra.ArbitraryArgs,
		RunE: func(cmd *cobra.Command, args []string) error {
			o.ids = args
			if err := o.send.Read(a, cmd.Flags()); err != nil {
				return err
			}
			return runReplay(cmd.Context(), a, o)
		},
	}
	return cmdutil.WithFlags(a, cmd, o.AddFlags)
}

// AddFlags adds the flags to a command.
func (o *replayOptions) AddFlags(cmd *cobra.Command) {
	f, c := cmd.Flags(), &o.change
	f.IntVar(&o.last, "last", 0, "replay the newest `N` deliveries")
	o.selection.AddFlags(cmd)
	o.scope.AddFlag(cmd, cmdutil.ScopeOfDeliveries)
	addEditFlags(cmd, &c.Edits, &c.ByHand)
	f.StringVar(&c.Edits.Timestamp, "timestamp", "", "set the timestamp in the payload to `TIME`: now, 1h (ago) or 2026-03-02T14:03:10Z")
	f.BoolVar(&c.Resign, "resign", false, "sign with your secret; changes of the payload imply this")
	f.Var(cmdutil.OneOf(&c.Style, "prefixed", "bare"), "signature-style", "form of the new signature: sha256=<hex>, or the hex alone (default: as recorded)")
	f.VarP(cmdutil.Repeated(&o.headers), "header", "H", "add or replace a header, '`NAME: VALUE`' (repeatable)")
	o.send.AddFlags(cmd)
	f.BoolVar(&o.dryRun, "dry-run", false, "show the deliveries without sending them")
	_ = cmd.RegisterFlagCompletionFunc("timestamp", cobra.FixedCompletions([]string{"now"}, cobra.ShellCompDirectiveNoFileComp))
	_ = cmd.RegisterFlagCompletionFunc("signature-style", cobra.FixedCompletions([]string{"prefixed", "bare"}, cobra.ShellCompDirectiveNoFileComp))
}

// Check checks which deliveries are selected and how the flags combine.
func (o *replayOptions) Check(a *cmdutil.App) error {
	switch {
	case len(o.ids) == 0 && o.last == 0 && !o.selection.IsSet():
		return cmdutil.Usage("replay needs an id or a selection", "replay the newest: vidiking replay last", "replay undelivered deliveries: vidiking replay --failed")
	case len(o.ids) > 0 && (o.last != 0 || o.selection.IsSet()):
		return cmdutil.Usage("cannot combine ids with flags that select deliveries", "use either of them")
	case o.last < 0:
		return cmdutil.Usage(fmt.Sprintf("invalid --last %d: it cannot be negative", o.last), "for example: --last 3")
	}
	given, err := cmdutil.ParseHeaders(o.headers)
	if err != nil {
		return err
	}
	if (o.change.Resign || o.change.Style != "") && given.Has(webhook.SignatureHeader) {
		return cmdutil.Usage("--header "+webhook.SignatureHeader+" would replace the new signature", "leave out --header, or --resign and --signature-style")
	}
	o.change.Fields, o.change.Host = given.Fields, given.Host
	o.change.Edits.Timestamp, err = absoluteTime(a, o.change.Edits.Timestamp)
	return err
}

// absoluteTime returns a --timestamp that is relative to now as a time in the format of the samples. It keeps an absolute time as typed.
func absoluteTime(a *cmdutil.App, text string) (string, error) {
	if _, err := time.Parse(time.RFC3339, text); err == nil || text == "" {
		return text, nil
	}
	t, err := cmdutil.ParseWhen(a, "--timestamp", text)
	return t.UTC().Format(time.RFC3339), err
}

func runReplay(ctx context.Context, a *cmdutil.App, o *replayOptions) error {
	if err := o.Check(a); err != nil {
		return err
	}
	out, err := a.OutputOptions()
	if err != nil {
		return err
	}
	p := output.New(out)
	rows, inFlight, err := selectReplays(ctx, a, o)
	if err != nil {
		return err
	}
	if len(rows) == 0 {
		p.ClosingLine("Nothing to send: " + cmdutil.NoMatch(inFlight))
		return nil
	}
	if err := o.change.CheckMasked(rows); err != nil {
		return err
	}
	printMaskedQuery(p, rows)
	replays := &send.Replays{
		Deliveries: rows, Change: &o.change,
		OpenReader: func(ctx context.Context) (*store.Reader, error) { return cmdutil.OpenReader(ctx, a) },
	}
	if err := prepareChange(ctx, a, p, replays); err != nil {
		return err
	}
	if replays.Resolver, err = cmdutil.NewResolver(a, o.send); err != nil {
		return err
	}
	defer replays.Resolver.Close()
	if o.dryRun {
		return printReplays(ctx, a, p, replays)
	}
	secret, err := setSecrets(a, replays)
	if err != nil {
		return err
	}
	if err := cmdutil.WarnUncertain(ctx, a, p, rows); err != nil {
		return err
	}
	ro := runnerOptions(a, p, out)
	ro.Secret, ro.Resigned = secret.String(), secret.IsSet()
	printGenerated(a, p, secret)
	return send.NewRunner(ro).SendReplays(ctx, replays)
}

// prepareChange edits all payloads before the first is sent, because an edit that fails for one of them must fail early. It opens the
// editor for --edit.
func prepareChange(ctx context.Context, a *cmdutil.App, p output.Printer, r *send.Replays) error {
	if !r.Change.EditsPayload() {
		return nil
	}
	if n := len(r.Deliveries); r.Change.ByHand && n > 1 {
		return cmdutil.Usage(fmt.Sprintf("--edit takes one delivery, but %d are selected", n),
			"edit one: vidiking replay "+r.Deliveries[0].ID.Short(cmdutil.ShortID)+" --edit", "or change all in the same way: --set data.id=job_42")
	}
	return r.Each(ctx, p, func(d webhook.Delivery, body []byte) (err error) {
		if r.Change.ByHand {
			r.Change.Edited, err = cmdutil.EditByHand(ctx, a, p, body, "show its bytes: vidiking webhooks show "+d.ID.Short(cmdutil.ShortID)+" --raw")
		}
		return err
	})
}

// setSecrets sets the secrets of the replays and returns the one that signs them. It generates a secret only if they are signed.
func setSecrets(a *cmdutil.App, r *send.Replays) (secret cmdutil.KnownSecret, err error) {
	if !r.Change.Signs() {
		r.Verify, err = cmdutil.ExistingSecrets(a)
		return secret, err
	}
	secret, err = cmdutil.Secret(a)
	r.Secret, r.Verify = secret.Secret, []webhook.Secret{secret.Secret}
	return secret, err
}

// printMaskedQuery prints that masked query parameters are not sent.
func printMaskedQuery(p output.Printer, rows []webhook.Summary) {
	for _, s := range rows {
		if len(s.MaskedQuery) > 0 {
			p.Notice(output.Notice{
				Code:    "masked_query",
				Message: s.ID.Short(cmdutil.ShortID) + " was imported with masked query parameters, which are not sent: " + display.Clean(strings.Join(s.MaskedQuery, ", ")) + ".",
			})
			return
		}
	}
}

// printReplays prints what would be sent: the rows, or the bodies if payloads are edited.
func printReplays(ctx context.Context, a *cmdutil.App, p output.Printer, r *send.Replays) error {
	destinations, err := r.Destinations(ctx)
	if err != nil {
		return err
	}
	if r.Change.EditsPayload() {
		if err := r.Each(ctx, p, func(_ webhook.Delivery, body []byte) error { return printBody(a, body, len(r.Deliveries)) }); err != nil {
			return err
		}
	} else {
		for _, row := range r.Deliveries {
			p.Row(row)
		}
	}
	closing := fmt.Sprintf("%d would be sent to %s", len(r.Deliveries), destinations)
	if r.Change.Signs() {
		closing += ", with a new signature"
	}
	p.ClosingLine(closing)
	return output.ClosedPipe(p.Err())
}

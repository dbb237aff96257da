package sendcmd

import (
	"cmp"
	"context"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/vidiking/vidiking-cli/internal/cli/cmdutil"
	"github.com/vidiking/vidiking-cli/internal/display"
	"github.com/vidiking/vidiking-cli/internal/output"
	"github.com/vidiking/vidiking-cli/internal/relay"
	"github.com/vidiking/vidiking-cli/internal/webhook"
)

// replayOptions is what the flags of `replay` say.
type replayOptions struct {
	ids    []string
	last   int
	pick   cmdutil.Selection
	change ReplayChange
	send   SendOptions
	dryRun bool
	of     cmdutil.Scope
}

// NewReplayCommand returns `replay`, which is also `webhooks replay`.
func NewReplayCommand(a *cmdutil.App) *cobra.Command {
	o := &replayOptions{}
	cmd := &cobra.Command{
		Use:   "replay ID…",
		Short: "Send recorded deliveries again, byte for byte or changed",
		Long: `Sends recorded deliveries again: the same bytes, headers and signature, in the order in which they were received. Each sending is
a new delivery that remembers which one it repeats. It goes through the running listen of its project, else straight to the targets
where it failed. last and selections like --failed mean the deliveries of your project; --all-projects adds those of others.

With --edit, --set, --unset or --timestamp the payload is changed first, and signed anew with your secret; --resign signs it anew as
it is. What was recorded never changes.`,
		Example: `  vidiking replay last
  vidiking replay 8kx4m2 c47nq5
  vidiking replay --last 3 --to localhost:4000
  vidiking replay --failed --since 1h --dry-run
  vidiking replay last --edit
  vidiking replay last --set data.status=FAILED --timestamp now
  vidiking replay --last 3 --resign`,
		Annotations: cmdutil.Manual{
			Flags: `Which deliveries: last, failed, event, status, since, until, search, filter, all-projects, probes
What is changed: edit, set, unset, timestamp, header, resign, signature-style
Where they go: to, timeout, insecure, dry-run`,
			Environment: "VIDIKING_WEBHOOK_SECRET, VISUAL, EDITOR",
			Exits: `0 every delivery was answered 2xx, or there was nothing to send
1 it failed, or an id names nothing
2 it was called or configured wrongly
3 the handler refused a delivery, or could not be reached`,
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

func (o *replayOptions) AddFlags(cmd *cobra.Command) {
	f := cmd.Flags()
	f.IntVar(&o.last, "last", 0, "the newest `N`")
	o.pick.AddFlags(cmd)
	o.of.AddFlag(cmd, cmdutil.ScopeOfDeliveries)
	o.change.AddFlags(cmd)
	o.send.AddFlags(cmd)
	f.BoolVar(&o.dryRun, "dry-run", false, "show what would be sent, and send nothing")
}

// Check refuses what does not say what to send.
func (o *replayOptions) Check(a *cmdutil.App) error {
	switch {
	case len(o.ids) == 0 && o.last == 0 && !o.pick.IsSet():
		return cmdutil.Usage("which delivery?", "the newest: vidiking replay last", "what was not delivered: vidiking replay --failed")
	case len(o.ids) > 0 && (o.last != 0 || o.pick.IsSet()):
		return cmdutil.Usage("ids and a selection are both given", "leave one of them out")
	case o.last < 0:
		return cmdutil.Usage(fmt.Sprintf("--last %d is less than nothing", o.last), "as in --last 3")
	}
	return o.change.Check(a)
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
	rows, underWay, err := selectReplays(ctx, a, o)
	if err != nil {
		return err
	}
	if len(rows) == 0 {
		p.ClosingLine("Nothing to send: " + cmdutil.NoneOf(underWay))
		return nil
	}
	if err := o.change.CheckMasked(rows); err != nil {
		return err
	}
	sayMaskedQueries(p, rows)
	if rows, err = prepareChange(ctx, a, p, &o.change, rows); err != nil {
		return err
	}
	targets, err := NewDestinations(a, o.send)
	if err != nil {
		return err
	}
	defer targets.Close()
	s := &sending{app: a, printer: p, style: out.Style}
	if o.dryRun {
		return s.dryReplay(ctx, targets, &o.change, rows)
	}
	secret, err := replaySecret(a, &o.change)
	if err != nil {
		return err
	}
	if err := cmdutil.WarnUncertain(ctx, a, p, rows); err != nil {
		return err
	}
	s.signed, s.anew = secret.signs.String(), secret.signs.IsSet()
	s.saySecret(secret.signs)
	return s.replayAll(ctx, targets, &o.change, secret, rows)
}

// replaySecrets is what a replay signs with, where it does, and what it is checked against where no session does that.
type replaySecrets struct {
	signs  cmdutil.KnownSecret
	checks []webhook.Secret
}

// replaySecret finds the secrets. What signs nothing makes none.
func replaySecret(a *cmdutil.App, c *ReplayChange) (replaySecrets, error) {
	if !c.signs() {
		given, err := a.GivenSecrets()
		return replaySecrets{checks: given}, err
	}
	secret, err := a.Secret()
	return replaySecrets{secret, []webhook.Secret{secret.Secret}}, err
}

// replayAll sends the deliveries one by one, each to its own destination.
func (s *sending) replayAll(ctx context.Context, targets *Destinations, c *ReplayChange, secret replaySecrets, rows []webhook.Summary) error {
	err := s.eachChanged(ctx, c, rows, func(d webhook.Delivery, body []byte) error {
		to, err := c.destination(targets, d)
		if err != nil {
			return err
		}
		if to, err = targets.Open(ctx, to, secret.checks); err != nil {
			return err
		}
		s.switchTo(to)
		s.replayed = &d
		in := ReplayOf(d, c.Header(secret.signs.Secret, d, body), body)
		in.Probe = c.isProbe(d)
		in.Host = cmp.Or(c.given.Host, in.Host)
		return s.Send(ctx, in)
	})
	if err != nil {
		return err
	}
	return s.end(len(rows))
}

// sayMaskedQueries says that masked query parameters are not sent.
func sayMaskedQueries(p output.Printer, rows []webhook.Summary) {
	for _, s := range rows {
		if len(s.MaskedQuery) > 0 {
			p.Notice(output.Notice{
				Code:    "masked_query",
				Message: s.ID.Short(cmdutil.ShortID) + " was imported without values of its query, so these are left out: " + display.Clean(strings.Join(s.MaskedQuery, ", ")) + ".",
			})
			return
		}
	}
}

// switchTo sends to another destination from now on, and says so.
func (s *sending) switchTo(to *Destination) {
	if s.to == to {
		return
	}
	if s.to != nil {
		s.printer.SentVia(s.way())
	}
	s.to, s.timeout = to, to.timeout()
	s.sayDestination()
}

// ReplayOf is a delivery as it is sent again: with that header and body, to the path and query that it came with, and under its Host.
// Parameters that were masked are left out.
func ReplayOf(d webhook.Delivery, header webhook.Header, body []byte) relay.Arrival {
	return relay.Arrival{
		Header: header, Body: body, Origin: webhook.OriginReplay, Parent: d.ID,
		Rest: d.Rest, Query: webhook.WithoutParameters(d.Query, d.MaskedQuery), Host: d.Host,
	}
}

// dryReplay shows what would be sent: the rows, or where payloads are changed, those, byte for byte.
func (s *sending) dryReplay(ctx context.Context, targets *Destinations, c *ReplayChange, rows []webhook.Summary) error {
	where, err := targets.whereOf(ctx, rows, c)
	if err != nil {
		return err
	}
	if c.edits.IsSet() {
		err := s.eachChanged(ctx, c, rows, func(_ webhook.Delivery, body []byte) error { return printBody(s.app, body, len(rows)) })
		if err != nil {
			return err
		}
	} else {
		for _, row := range rows {
			s.printer.Row(row)
		}
	}
	closing := fmt.Sprintf("%d would be sent to %s", len(rows), where)
	if c.signs() {
		closing += ", newly signed"
	}
	s.printer.ClosingLine(closing)
	return cmdutil.ClosedPipe(s.printer.Err())
}

// eachChanged hands on each delivery and the body that is sent for it. They are read one at a time, since together they may be large.
func (s *sending) eachChanged(ctx context.Context, c *ReplayChange, rows []webhook.Summary, do func(d webhook.Delivery, body []byte) error) error {
	from, err := cmdutil.OpenReader(ctx, s.app)
	if err != nil {
		return err
	}
	defer func() { _ = from.Close() }() // it was only read
	for _, row := range rows {
		d, err := from.Get(ctx, row.ID)
		if err != nil {
			return err
		}
		body, err := changed(s.printer, c, d)
		if err != nil {
			return err
		}
		if err := do(d, body); err != nil {
			return err
		}
	}
	return nil
}

package webhookscmd

import (
	"context"
	"errors"
	"fmt"
	"strconv"

	"github.com/spf13/cobra"

	"github.com/vidiking/vidiking-cli/internal/cli/cmdutil"
	"github.com/vidiking/vidiking-cli/internal/display"
	"github.com/vidiking/vidiking-cli/internal/output"
	"github.com/vidiking/vidiking-cli/internal/store"
)

// listLimit is how many deliveries `list` shows unless told otherwise: more than a screen, less than a flood.
const listLimit = 50

// listOptions is what the flags of `webhooks list` say.
type listOptions struct {
	pick   cmdutil.Selection
	limit  int // 0: all
	follow bool
}

func newListCommand(a *cmdutil.App) *cobra.Command {
	o := &listOptions{}
	cmd := &cobra.Command{
		Use:   "list",
		Short: "List deliveries, the newest last",
		Long: `Lists the deliveries of the log, the newest last. With --follow it goes on: a row for each delivery that comes and each that has
its answer, until you interrupt it.`,
		Example: `  vidiking webhooks list
  vidiking webhooks list --failed --since 1h
  vidiking webhooks list --event 'render.*' --status refused --limit 0
  vidiking webhooks list --filter 'event:render.* -status:delivered took:>2s'
  vidiking webhooks list --search job_9bn2ze --follow
  vidiking webhooks list -o json | jq -r .id`,
		Args: cmdutil.NoArgs,
		Annotations: cmdutil.Manual{
			Flags: `Which deliveries: failed, event, status, since, until, search, filter, limit, probes
How they are shown: follow`,
			Exits: `0 done, also where nothing matches
1 the delivery log can't be read
2 it was called or configured wrongly`,
			SeeAlso: "webhooks show, watch, replay, formatting, json",
		}.Annotations(),
		RunE: func(cmd *cobra.Command, _ []string) error {
			if o.limit < 0 {
				return cmdutil.Usage(fmt.Sprintf("--limit %d is less than nothing", o.limit), "0 is no limit")
			}
			q, err := o.pick.Query(a)
			if err != nil {
				return err
			}
			q.Limit = o.limit
			if o.follow {
				return follow(cmd.Context(), a, q)
			}
			return runList(cmd.Context(), a, q, &o.pick)
		},
	}
	return cmdutil.WithFlags(a, cmd, o.AddFlags)
}

func (o *listOptions) AddFlags(cmd *cobra.Command) {
	o.pick.AddFlags(cmd)
	cmd.Flags().BoolVar(&o.follow, "follow", false, "go on with what comes, until it is interrupted")
	cmd.Flags().IntVar(&o.limit, "limit", listLimit, "at most the newest `N`; 0 is all (default "+strconv.Itoa(listLimit)+")")
}

func runList(ctx context.Context, a *cmdutil.App, q store.Query, by *cmdutil.Selection) error {
	out, err := a.OutputOptions()
	if err != nil {
		return err
	}
	p := output.New(out)
	r, err := cmdutil.OpenReader(ctx, a)
	if errors.Is(err, store.ErrNoLog) {
		p.ClosingLine("No deliveries yet. Send one: vidiking trigger render.complete")
		return nil
	}
	if err != nil {
		return err
	}
	defer func() { _ = r.Close() }()
	rows, err := r.List(ctx, q)
	if err != nil {
		return err
	}
	if len(rows) == 0 {
		return sayNone(ctx, r, func(s string) { p.ClosingLine(s + cmdutil.SuggestEvents(q.Filter)) }, by)
	}
	n, err := Count(ctx, a, r, q, len(rows))
	if err != nil {
		return err
	}
	out.Style.IDLength, out.Style.Targets = cmdutil.IDLength(rows), n.others > 0
	p = output.New(out)
	p.Head()
	p.Batch(func() {
		for _, s := range rows {
			p.Row(s)
		}
	})
	if err := p.Err(); err != nil {
		return cmdutil.ClosedPipe(err)
	}
	closing := n.String()
	if len(rows) < n.All {
		closing = fmt.Sprintf("the newest %s of %s", display.Count(len(rows)), closing)
	}
	if !by.IsSet() && n.Failed > 0 { // of a selection the command would send others, too
		closing += ": " + n.Replay()
	}
	p.ClosingLine(closing)
	return nil
}

// sayNone says why the list is empty.
func sayNone(ctx context.Context, r *store.Reader, say func(string), by *cmdutil.Selection) error {
	n, err := r.Count(ctx, store.Query{})
	switch {
	case err != nil:
		return err
	case n == 0 || !by.IsSet():
		say("No deliveries yet. Send one: vidiking trigger render.complete")
	case n == 1:
		say("The only delivery does not match.")
	default:
		say(fmt.Sprintf("No matches in %s deliveries.", display.Count(n)))
	}
	return nil
}

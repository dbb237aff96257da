package webhookscmd

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/spf13/cobra"

	"github.com/vidiking/vidiking-cli/internal/cli/cmdutil"
	"github.com/vidiking/vidiking-cli/internal/display"
	"github.com/vidiking/vidiking-cli/internal/output"
	"github.com/vidiking/vidiking-cli/internal/store"
	"github.com/vidiking/vidiking-cli/internal/webhook"
)

// defaultLimit is the default number of deliveries that `list` shows: more than a screenful, but not too many.
const defaultLimit = 50

// listOptions are the flags of `webhooks list`.
type listOptions struct {
	selection cmdutil.Selection
	limit     int // 0 means all
	follow    bool
}

func newListCommand(a *cmdutil.App) *cobra.Command {
	o := &listOptions{}
	cmd := &cobra.Command{
		Use:   "list",
		Short: "List deliveries, newest last",
		Long: `List the deliveries in the log, newest last. With --follow, it keeps running until you interrupt it and prints a row for each new
delivery and each new response.`,
		Example: `  vidiking webhooks list
  vidiking webhooks list --failed --since 1h
  vidiking webhooks list --event 'render.*' --status refused --limit 0
  vidiking webhooks list --filter 'event:render.* -status:delivered took:>2s'
  vidiking webhooks list --search job_9bn2ze --follow
  vidiking webhooks list -o json | jq -r .id`,
		Args: cmdutil.NoArgs,
		Annotations: cmdutil.Manual{
			Flags: `Which deliveries: failed, event, status, since, until, search, filter, limit, probes
Output: follow`,
			Exits: `0 done, even if nothing matches
1 the delivery log cannot be read
2 usage or configuration error`,
			SeeAlso: "webhooks show, watch, replay, formatting, json",
		}.Annotations(),
		RunE: func(cmd *cobra.Command, _ []string) error {
			if o.limit < 0 {
				return cmdutil.Usage(fmt.Sprintf("invalid --limit %d: it cannot be negative", o.limit), "0 means no limit")
			}
			q, err := o.selection.Query(a)
			if err != nil {
				return err
			}
			q.Limit = o.limit
			if o.follow {
				return follow(cmd.Context(), a, q)
			}
			return runList(cmd.Context(), a, q, &o.selection)
		},
	}
	return cmdutil.WithFlags(a, cmd, o.AddFlags)
}

func (o *listOptions) AddFlags(cmd *cobra.Command) {
	o.selection.AddFlags(cmd)
	cmd.Flags().BoolVar(&o.follow, "follow", false, "keep printing new deliveries until interrupted")
	cmd.Flags().IntVar(&o.limit, "limit", defaultLimit, "show at most the newest `N` deliveries; 0 shows all (default "+strconv.Itoa(defaultLimit)+")")
}

func runList(ctx context.Context, a *cmdutil.App, q store.Query, selection *cmdutil.Selection) error {
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
	var rows []webhook.Summary
	var n Counts
	searching := func(took time.Duration) string {
		return fmt.Sprintf("Searching the delivery log: %s. Ctrl-C cancels.", display.Duration(took))
	}
	err = cmdutil.ShowElapsed(a, searching, func() error {
		if rows, err = r.List(ctx, q); err != nil || len(rows) == 0 || out.Format == output.FormatJSON {
			return err
		}
		n, err = Count(ctx, a, r, q, len(rows))
		return err
	})
	if err != nil {
		return err
	}
	if len(rows) == 0 {
		line, err := emptyLine(ctx, r, selection)
		if err != nil {
			return err
		}
		p.ClosingLine(line + cmdutil.SuggestEvents(q.Filter))
		return nil
	}
	out.Table = true
	out.Style.IDLength, out.Style.Targets = cmdutil.IDLength(rows), n.others > 0
	p = output.New(out)
	p.Head()
	p.Batch(func() {
		for _, s := range rows {
			p.Row(s)
		}
	})
	if err := p.Err(); err != nil {
		return output.ClosedPipe(err)
	}
	closing := n.String()
	if len(rows) < n.All {
		closing = fmt.Sprintf("the newest %s of %s", display.Count(len(rows)), closing)
	}
	if !selection.IsSet() && n.Failed > 0 { // the command selects all failed deliveries, so it does not fit a selection
		closing += ": " + n.Replay()
	}
	p.ClosingLine(closing)
	return nil
}

// emptyLine returns the line that explains why the list is empty.
func emptyLine(ctx context.Context, r *store.Reader, selection *cmdutil.Selection) (string, error) {
	n, err := r.Count(ctx, store.Query{})
	switch {
	case err != nil:
		return "", err
	case n == 0 || !selection.IsSet():
		return "No deliveries yet. Send one: vidiking trigger render.complete", nil
	case n == 1:
		return "The only delivery does not match.", nil
	default:
		return fmt.Sprintf("No matches in %s deliveries.", display.Count(n)), nil
	}
}

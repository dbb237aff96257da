package cli

import (
	"context"
	"errors"
	"fmt"
	"strconv"

	"github.com/spf13/cobra"

	"github.com/vidiking/vidiking-cli/internal/display"
	"github.com/vidiking/vidiking-cli/internal/output"
	"github.com/vidiking/vidiking-cli/internal/store"
)

// listLimit is how many deliveries `list` shows unless told otherwise: more than a screen, less than a flood.
const listLimit = 50

// listOptions is what the flags of `webhooks list` say.
type listOptions struct {
	pick   selection
	limit  int // 0: all
	follow bool
}

func (a *app) list() *cobra.Command {
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
		Args: noArgs,
		Annotations: manual{
			flags: `Which deliveries: failed, event, status, since, until, search, filter, limit, probes
How they are shown: follow`,
			exits: `0 done, also where nothing matches
1 the delivery log can't be read
2 it was called or configured wrongly`,
			seeAlso: "webhooks show, watch, replay, formatting, json",
		}.annotations(),
		RunE: func(cmd *cobra.Command, _ []string) error {
			if o.limit < 0 {
				return usage(fmt.Sprintf("--limit %d is less than nothing", o.limit), "0 is no limit")
			}
			q, err := o.pick.query(a)
			if err != nil {
				return err
			}
			q.Limit = o.limit
			if o.follow {
				return a.follow(cmd.Context(), q)
			}
			return a.runList(cmd.Context(), q, &o.pick)
		},
	}
	return a.withFlags(cmd, o.addFlags)
}

func (o *listOptions) addFlags(cmd *cobra.Command) {
	o.pick.addFlags(cmd)
	cmd.Flags().BoolVar(&o.follow, "follow", false, "go on with what comes, until it is interrupted")
	cmd.Flags().IntVar(&o.limit, "limit", listLimit, "at most the newest `N`; 0 is all (default "+strconv.Itoa(listLimit)+")")
}

func (a *app) runList(ctx context.Context, q store.Query, by *selection) error {
	out, err := a.outputOptions()
	if err != nil {
		return err
	}
	p := output.New(out)
	r, err := a.openReader(ctx)
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
		return a.sayNone(ctx, r, func(s string) { p.ClosingLine(s + suggestEvents(q.Filter)) }, by)
	}
	n, err := a.count(ctx, r, q, len(rows))
	if err != nil {
		return err
	}
	out.Style.IDLength, out.Style.Targets = idLength(rows), n.others > 0
	p = output.New(out)
	p.Head()
	p.Batch(func() {
		for _, s := range rows {
			p.Row(s)
		}
	})
	if err := p.Err(); err != nil {
		return closedPipe(err)
	}
	closing := n.String()
	if len(rows) < n.all {
		closing = fmt.Sprintf("the newest %s of %s", display.Count(len(rows)), closing)
	}
	if !by.isSet() && n.failed > 0 { // of a selection the command would send others, too
		closing += ": " + n.replay()
	}
	p.ClosingLine(closing)
	return nil
}

// sayNone says why the list is empty.
func (a *app) sayNone(ctx context.Context, r *store.Reader, say func(string), by *selection) error {
	n, err := r.Count(ctx, store.Query{})
	switch {
	case err != nil:
		return err
	case n == 0 || !by.isSet():
		say("No deliveries yet. Send one: vidiking trigger render.complete")
	case n == 1:
		say("The only delivery does not match.")
	default:
		say(fmt.Sprintf("None of the %s deliveries match.", display.Count(n)))
	}
	return nil
}

// openReader opens the delivery log for reading.
func (a *app) openReader(ctx context.Context) (*store.Reader, error) {
	dir, err := a.dataDir()
	if err != nil {
		return nil, err
	}
	var r *store.Reader
	err = a.showMigration(dir, func() (err error) {
		r, err = store.OpenReader(ctx, dir)
		return err
	})
	if err != nil && !errors.Is(err, store.ErrNoLog) {
		return nil, a.cannotRecord(err)
	}
	return r, err
}

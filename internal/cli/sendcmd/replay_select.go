package sendcmd

import (
	"context"
	"errors"

	"github.com/vidiking/vidiking-cli/internal/cli/cmdutil"
	"github.com/vidiking/vidiking-cli/internal/display"
	"github.com/vidiking/vidiking-cli/internal/store"
	"github.com/vidiking/vidiking-cli/internal/webhook"
)

// selectReplays returns the deliveries to send, oldest first, and the number of those that it omits because a running listen sends them.
func selectReplays(ctx context.Context, a *cmdutil.App, o *replayOptions) (rows []webhook.Summary, inFlight int, err error) {
	q, err := o.selection.Query(a)
	if err != nil {
		return nil, 0, err
	}
	if q.Project, err = o.scope.Project(a); err != nil {
		return nil, 0, err
	}
	q.Limit = o.last
	r, err := cmdutil.OpenReader(ctx, a)
	if errors.Is(err, store.ErrNoLog) && len(o.ids) == 0 {
		return nil, 0, nil
	}
	if err != nil {
		return nil, 0, cmdutil.NotFoundWithoutLog(cmdutil.First(o.ids), err)
	}
	defer func() { _ = r.Close() }()
	if len(o.ids) == 0 {
		rows, err := r.List(ctx, q)
		if err != nil {
			return nil, 0, err
		}
		if len(rows) == 0 {
			return nil, 0, inOtherProjects(ctx, r, q)
		}
		if rows, err = withoutRepeats(ctx, r, rows); err != nil {
			return nil, 0, err
		}
		return cmdutil.WithoutInFlight(ctx, a, r, rows)
	}
	rows, err = cmdutil.ResolveAll(ctx, r, o.ids, q.Project)
	return rows, 0, err
}

// inOtherProjects returns an error if the selection matches deliveries of other projects only; nil if it matches none at all.
func inOtherProjects(ctx context.Context, r *store.Reader, q store.Query) error {
	if q.Project == "" {
		return nil
	}
	q.Project, q.Not, q.Limit = "", q.Project, 0
	n, err := r.Count(ctx, q)
	if err != nil || n == 0 {
		return err
	}
	matches := display.Deliveries(n) + " of other projects do"
	if n == 1 {
		matches = "1 delivery of another project does"
	}
	return cmdutil.Failed(nil, "no delivery of this project matches; "+matches, "list them: vidiking webhooks list", "include them: --all-projects")
}

// withoutRepeats removes repeats, because the same bytes must be sent only once. A repeat is an unchanged replay of a selected delivery,
// or a pending delivery that a replay resolved.
func withoutRepeats(ctx context.Context, r *store.Reader, rows []webhook.Summary) ([]webhook.Summary, error) {
	selected := make(map[webhook.ID]bool, len(rows))
	for _, s := range rows {
		selected[s.ID] = true
	}
	var kept []webhook.Summary
	for _, s := range rows {
		if s.Status == webhook.StatusPending && s.ResolvedBy != "" {
			continue
		}
		if selected[s.ReplayOf] {
			same, err := r.SameBody(ctx, s.ID, s.ReplayOf)
			if err != nil {
				return nil, err
			}
			if same {
				continue
			}
		}
		kept = append(kept, s)
	}
	return kept, nil
}

package webhookscmd

import (
	"context"
	"fmt"

	"github.com/vidiking/vidiking-cli/internal/cli/cmdutil"
	"github.com/vidiking/vidiking-cli/internal/display"
	"github.com/vidiking/vidiking-cli/internal/filter"
	"github.com/vidiking/vidiking-cli/internal/store"
)

// Counts is how many deliveries a query selects, and how many of them are not delivered.
type Counts struct {
	All    int
	others int // of all, those of other projects
	Failed int
	own    int // of failed, those of this project, which are what `replay` selects

	NeedsSecret bool // the handler probably does not have the secret yet
}

// Count counts the deliveries that a query selects, whatever its limit. A list of them has found so many; -1 if there is none.
func Count(ctx context.Context, a *cmdutil.App, r *store.Reader, q store.Query, listed int) (n Counts, err error) {
	limit := q.Limit
	q.Limit, n.All = 0, listed
	if listed < 0 || limit > 0 && listed >= limit {
		if n.All, err = r.Count(ctx, q); err != nil {
			return n, err
		}
	}
	project, err := cmdutil.Project(a)
	if err != nil {
		return n, err
	}
	if n.others, err = countOthers(ctx, r, q, project); err != nil {
		return n, err
	}
	q.Filter = q.Filter.And(filter.Failed())
	if n.Failed, err = r.Count(ctx, q); err != nil || n.Failed == 0 {
		return n, err
	}
	q.Project = project
	n.own, err = r.Count(ctx, q)
	return n, err
}

// countOthers counts the deliveries of other projects that a query selects. Without other projects in the log it costs next to nothing.
func countOthers(ctx context.Context, r *store.Reader, q store.Query, project string) (int, error) {
	all, err := r.Count(ctx, store.Query{Not: project})
	if err != nil || all == 0 || q.Filter.IsZero() && q.Session == "" && !q.Probes {
		return all, err
	}
	q.Not = project
	return r.Count(ctx, q)
}

// String says how many there are, how many of them belong to other projects, and how many are not delivered.
func (n Counts) String() string {
	return display.Deliveries(n.All) + ofOthers(n.others) + n.notDelivered()
}

func ofOthers(n int) string {
	switch n {
	case 0:
		return ""
	case 1:
		return " (1 of another project)"
	default:
		return fmt.Sprintf(" (%s of other projects)", display.Count(n))
	}
}

// notDelivered names last what `replay --failed` sends, since that command may follow.
func (n Counts) notDelivered() string {
	switch others := n.Failed - n.own; {
	case n.Failed == 0:
		return ""
	case others == 0:
		return fmt.Sprintf(", %s undelivered", display.Count(n.own))
	case n.own == 0:
		return fmt.Sprintf(", %s of other projects undelivered", display.Count(others))
	default:
		return fmt.Sprintf(", %s of other projects and %s of this one undelivered", display.Count(others), display.Count(n.own))
	}
}

// Replay is the command that sends again what was not delivered. Another project's deliveries are included only if there are no others.
func (n Counts) Replay() string {
	if n.own == 0 {
		return "vidiking replay --failed --all-projects"
	}
	return "vidiking replay --failed"
}

package cli

import (
	"context"
	"fmt"

	"github.com/vidiking/vidiking-cli/internal/display"
	"github.com/vidiking/vidiking-cli/internal/filter"
	"github.com/vidiking/vidiking-cli/internal/store"
)

// counts is how many deliveries a query selects, and how many of them are not delivered.
type counts struct {
	all    int
	others int // of all, those of other projects
	failed int
	own    int // of failed, those of this project, which are what `replay` selects

	needsSecret bool // the handler probably does not have the secret yet
}

// count counts the deliveries that a query selects, whatever its limit. A list of them has found so many; -1 if there is none.
func (a *app) count(ctx context.Context, r *store.Reader, q store.Query, listed int) (n counts, err error) {
	limit := q.Limit
	q.Limit, n.all = 0, listed
	if listed < 0 || limit > 0 && listed >= limit {
		if n.all, err = r.Count(ctx, q); err != nil {
			return n, err
		}
	}
	project, err := a.project()
	if err != nil {
		return n, err
	}
	if n.others, err = countOthers(ctx, r, q, project); err != nil {
		return n, err
	}
	q.Filter = q.Filter.And(filter.Failed())
	if n.failed, err = r.Count(ctx, q); err != nil || n.failed == 0 {
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
func (n counts) String() string {
	return display.Deliveries(n.all) + ofOthers(n.others) + n.notDelivered()
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
func (n counts) notDelivered() string {
	switch others := n.failed - n.own; {
	case n.failed == 0:
		return ""
	case others == 0:
		return fmt.Sprintf(", %s still not delivered", display.Count(n.own))
	case n.own == 0:
		return fmt.Sprintf(", %s of other projects still not delivered", display.Count(others))
	default:
		return fmt.Sprintf(", %s of other projects and %s of this one still not delivered", display.Count(others), display.Count(n.own))
	}
}

// replay is the command that sends again what was not delivered. Another project's deliveries are included only if there are no others.
func (n counts) replay() string {
	if n.own == 0 {
		return "vidiking replay --failed --all-projects"
	}
	return "vidiking replay --failed"
}

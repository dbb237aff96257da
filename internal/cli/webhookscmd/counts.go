package webhookscmd

import (
	"context"
	"fmt"

	"github.com/vidiking/vidiking-cli/internal/cli/cmdutil"
	"github.com/vidiking/vidiking-cli/internal/display"
	"github.com/vidiking/vidiking-cli/internal/filter"
	"github.com/vidiking/vidiking-cli/internal/store"
)

// Counts has the number of deliveries that a query selects, and how many of them failed.
type Counts struct {
	All       int
	others    int // the part of All that belongs to other projects
	Failed    int
	ownFailed int // the part of Failed that belongs to this project, which `replay` selects

	NeedsSecret bool // the handler probably does not have the secret yet
}

// Count counts the deliveries that a query selects, ignoring its limit. The argument listed is the number of deliveries that a list of the
// query returned; -1 if they were not listed.
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
	n.ownFailed, err = r.Count(ctx, q)
	return n, err
}

// countOthers counts the selected deliveries of other projects. It takes almost no time if the log has no other projects.
func countOthers(ctx context.Context, r *store.Reader, q store.Query, project string) (int, error) {
	all, err := r.Count(ctx, store.Query{Not: project})
	if err != nil || all == 0 || q.Filter.IsZero() && q.Session == "" && !q.Probes {
		return all, err
	}
	q.Not = project
	return r.Count(ctx, q)
}

// String describes the counts: all deliveries, those of other projects, and undelivered ones.
func (n Counts) String() string {
	return display.Deliveries(n.All) + ofOthers(n.others) + n.undelivered()
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

// undelivered describes the failed deliveries. Those that `replay --failed` sends come last, because that command may follow.
func (n Counts) undelivered() string {
	switch others := n.Failed - n.ownFailed; {
	case n.Failed == 0:
		return ""
	case others == 0:
		return fmt.Sprintf(", %s undelivered", display.Count(n.ownFailed))
	case n.ownFailed == 0:
		return fmt.Sprintf(", %s of other projects undelivered", display.Count(others))
	default:
		return fmt.Sprintf(", %s of other projects and %s of this one undelivered", display.Count(others), display.Count(n.ownFailed))
	}
}

// Replay returns the command that replays the failed deliveries. It includes other projects only if this project has none.
func (n Counts) Replay() string {
	if n.ownFailed == 0 {
		return "vidiking replay --failed --all-projects"
	}
	return "vidiking replay --failed"
}

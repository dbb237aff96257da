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

	limited bool // the counts end at maxCounted+1
}

// maxCounted limits the counts of a query with a filter, because counting all of its deliveries can mean reading the whole log for a list
// of fifty.
const maxCounted = 10_000

// Count counts the deliveries that a query selects, ignoring its limit. The argument listed is the number of deliveries that a list of the
// query returned; -1 if they were not listed.
func Count(ctx context.Context, a *cmdutil.App, r *store.Reader, q store.Query, listed int) (Counts, error) {
	project, err := cmdutil.Project(a)
	if err != nil {
		return Counts{}, err
	}
	return countFor(ctx, r, q, project, listed)
}

func countFor(ctx context.Context, r *store.Reader, q store.Query, project string, listed int) (n Counts, err error) {
	limit := q.Limit
	q.Limit, n.All = 0, listed
	if n.limited = !q.Filter.IsZero() || q.Session != ""; n.limited {
		q.Limit = maxCounted + 1
	}
	if listed < 0 || limit > 0 && listed >= limit {
		if n.All, err = r.Count(ctx, q); err != nil {
			return n, err
		}
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
	all := display.Deliveries(n.All)
	if n.limited && n.All > maxCounted {
		all = n.count(n.All) + " deliveries"
	}
	return all + ofOthers(n.others, n.count(n.others)) + n.undelivered()
}

func (n Counts) count(deliveries int) string {
	if n.limited && deliveries > maxCounted {
		return "more than " + display.Count(maxCounted)
	}
	return display.Count(deliveries)
}

func ofOthers(n int, counted string) string {
	switch n {
	case 0:
		return ""
	case 1:
		return " (1 of another project)"
	default:
		return fmt.Sprintf(" (%s of other projects)", counted)
	}
}

// undelivered describes the failed deliveries. Those that `replay --failed` sends come last, because that command may follow.
func (n Counts) undelivered() string {
	switch others := n.Failed - n.ownFailed; {
	case n.Failed == 0:
		return ""
	case others == 0:
		return fmt.Sprintf(", %s undelivered", n.count(n.ownFailed))
	case n.ownFailed == 0:
		return fmt.Sprintf(", %s of other projects undelivered", n.count(others))
	default:
		return fmt.Sprintf(", %s of other projects and %s of this one undelivered", n.count(others), n.count(n.ownFailed))
	}
}

// Replay returns the command that replays the failed deliveries. It includes other projects only if this project has none.
func (n Counts) Replay() string {
	if n.ownFailed == 0 {
		return "vidiking replay --failed --all-projects"
	}
	return "vidiking replay --failed"
}

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
	All         int
	others      int // the part of All that belongs to other projects
	Failed      int
	ownFailed   int // the part of Failed that belongs to this project, which `replay` selects
	otherFailed int // the rest of Failed

	NeedsSecret bool // the handler probably does not have the secret yet

	most        int  // the counts end after this one, which means more; 0: they are exact
	isAllListed bool // All is exact, because all were listed
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
	n.All, n.isAllListed = listed, listed >= 0 && (q.Limit == 0 || listed < q.Limit)
	q.Limit = 0
	if !q.Filter.IsZero() || q.Session != "" {
		n.most = max(maxCounted, listed)
		q.Limit = n.most + 1
	}
	if !n.isAllListed {
		if n.All, err = r.Count(ctx, q); err != nil {
			return n, err
		}
	}
	if n.others, err = countOthers(ctx, r, q, project); err != nil {
		return n, err
	}
	q.Filter = q.Filter.And(filter.Failed())
	if n.otherFailed, err = countOthers(ctx, r, q, project); err != nil {
		return n, err
	}
	q.Project = project
	n.ownFailed, err = r.Count(ctx, q)
	n.Failed = n.ownFailed + n.otherFailed
	return n, err
}

// countOthers counts the selected deliveries of other projects. It takes almost no time if the log has no other projects.
func countOthers(ctx context.Context, r *store.Reader, q store.Query, project string) (int, error) {
	if project == "" {
		return 0, nil
	}
	all, err := r.Count(ctx, store.Query{Not: project, Probes: q.Probes})
	if err != nil || all == 0 || q.Filter.IsZero() && q.Session == "" && !q.Probes {
		return all, err
	}
	q.Not = project
	return r.Count(ctx, q)
}

// String describes the counts: all deliveries, those of other projects, and undelivered ones.
func (n Counts) String() string {
	all := display.Deliveries(n.All)
	if !n.isAllListed && n.isMore(n.All) {
		all = n.count(n.All) + " deliveries"
	}
	return all + ofOthers(n.others, n.count(n.others)) + n.undelivered()
}

// isMore reports whether a count ended before all deliveries were counted.
func (n Counts) isMore(deliveries int) bool { return n.most > 0 && deliveries > n.most }

func (n Counts) count(deliveries int) string {
	if n.isMore(deliveries) {
		return "more than " + display.Count(n.most)
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
	switch {
	case n.Failed == 0:
		return ""
	case n.otherFailed == 0:
		return fmt.Sprintf(", %s undelivered", n.count(n.ownFailed))
	case n.ownFailed == 0:
		return fmt.Sprintf(", %s of other projects undelivered", n.count(n.otherFailed))
	default:
		return fmt.Sprintf(", %s of other projects and %s of this one undelivered", n.count(n.otherFailed), n.count(n.ownFailed))
	}
}

// Replay returns the command that replays the failed deliveries. It includes other projects only if this project has none.
func (n Counts) Replay() string {
	if n.ownFailed == 0 {
		return "vidiking replay --failed --all-projects"
	}
	return "vidiking replay --failed"
}

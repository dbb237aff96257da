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
	q.Filter = q.Filter.And(filter.Failed())
	if n.failed, err = r.Count(ctx, q); err != nil || n.failed == 0 {
		return n, err
	}
	if q.Project, err = a.project(); err != nil {
		return n, err
	}
	n.own, err = r.Count(ctx, q)
	return n, err
}

// String says how many there are, and how many are not delivered.
func (n counts) String() string { return display.Deliveries(n.all) + n.notDelivered() }

func (n counts) notDelivered() string {
	if n.failed == 0 {
		return ""
	}
	return fmt.Sprintf(", %s still not delivered", display.Count(n.failed))
}

// replay is the command that sends again what was not delivered. Another project's deliveries are included only if there are no others.
func (n counts) replay() string {
	if n.own == 0 {
		return "vidiking replay --failed --all-projects"
	}
	return "vidiking replay --failed"
}

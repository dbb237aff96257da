package cli

import (
	"context"
	"errors"
	"slices"

	"github.com/vidiking/vidiking-cli/internal/display"
	"github.com/vidiking/vidiking-cli/internal/session"
	"github.com/vidiking/vidiking-cli/internal/store"
	"github.com/vidiking/vidiking-cli/internal/webhook"
)

// selectReplays returns what is to be sent, in the order in which it was received, and how many a listen is sending by itself.
func (a *app) selectReplays(ctx context.Context, o *replayOptions) (rows []webhook.Summary, underWay int, err error) {
	q, err := o.pick.query(a)
	if err != nil {
		return nil, 0, err
	}
	if q.Project, err = o.of.project(a); err != nil {
		return nil, 0, err
	}
	q.Limit = o.last
	r, err := a.openReader(ctx)
	if errors.Is(err, store.ErrNoLog) && len(o.ids) == 0 {
		return nil, 0, nil
	}
	if err != nil {
		return nil, 0, noLogAs(first(o.ids), err)
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
		return a.withoutUnderWay(ctx, r, rows)
	}
	rows, err = resolveAll(ctx, r, o.ids, q.Project)
	return rows, 0, err
}

// inOtherProjects is the error of a selection that matches deliveries of other projects alone; nil if it matches none at all.
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
	return failed(nil, "no delivery of this project matches; "+matches, "look at them: vidiking webhooks list", "replay them, too: --all-projects")
}

// resolveAll finds the deliveries that a person means, each once, in the order in which they were received. `last` is the newest of the
// project.
func resolveAll(ctx context.Context, r *store.Reader, ids []string, project string) ([]webhook.Summary, error) {
	var rows []webhook.Summary
	for _, typed := range ids {
		s, err := r.Resolve(ctx, typed, project)
		if err != nil {
			return nil, err
		}
		if !slices.ContainsFunc(rows, func(before webhook.Summary) bool { return before.ID == s.ID }) {
			rows = append(rows, s)
		}
	}
	slices.SortStableFunc(rows, func(a, b webhook.Summary) int { return a.ReceivedAt.Compare(b.ReceivedAt) })
	return rows, nil
}

// withoutRepeats leaves out a replay with the bytes of its original where that is selected, too, and what was never sent itself and a
// replay has delivered since: the same bytes are sent once.
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

// withoutUnderWay leaves out what a listen that is alive is sending just now, or holds, and says how many these are.
func (a *app) withoutUnderWay(ctx context.Context, r *store.Reader, rows []webhook.Summary) (left []webhook.Summary, underWay int, err error) {
	dir, err := a.dataDir()
	if err != nil {
		return nil, 0, err
	}
	due, err := r.Due(ctx)
	if err != nil {
		return nil, 0, err
	}
	live, err := session.Live(dir)
	holders := make(map[webhook.ID]string)
	for _, d := range due {
		if isHeld(d) {
			holders[d.ID] = d.Session
		}
	}
	all := len(rows)
	left = slices.DeleteFunc(rows, func(s webhook.Summary) bool {
		holder, isHeld := holders[s.ID]
		if !isHeld && s.Status == webhook.StatusPending {
			holder = s.Session
		}
		return session.IsLive(live, holder)
	})
	return left, all - len(left), err
}

// noneOf says why there is nothing to do, where so many that are under way were left out.
func noneOf(underWay int) string {
	switch underWay {
	case 0:
		return "no delivery matches."
	case 1:
		return "1 delivery matches, and listen is still to send it."
	default:
		return display.Deliveries(underWay) + " match, and listen is still to send them."
	}
}

func first(s []string) string {
	if len(s) == 0 {
		return ""
	}
	return s[0]
}

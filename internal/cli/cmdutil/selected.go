package cmdutil

import (
	"context"
	"slices"

	"github.com/vidiking/vidiking-cli/internal/display"
	"github.com/vidiking/vidiking-cli/internal/session"
	"github.com/vidiking/vidiking-cli/internal/store"
	"github.com/vidiking/vidiking-cli/internal/webhook"
)

// ResolveAll finds the deliveries that a person means, each once, in the order in which they were received. `last` is the newest of the
// project.
func ResolveAll(ctx context.Context, r *store.Reader, ids []string, project string) ([]webhook.Summary, error) {
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

// WithoutUnderWay leaves out what a listen that is alive is sending just now, or holds, and says how many these are.
func WithoutUnderWay(ctx context.Context, a *App, r *store.Reader, rows []webhook.Summary) (left []webhook.Summary, underWay int, err error) {
	dir, err := a.DataDir()
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

// NoneOf says why there is nothing to do, where so many that are under way were left out.
func NoneOf(underWay int) string {
	switch underWay {
	case 0:
		return "no delivery matches."
	case 1:
		return "1 delivery matches, and listen is still to send it."
	default:
		return display.Deliveries(underWay) + " match, and listen is still to send them."
	}
}

// First returns the first of several words, or "".
func First(s []string) string {
	if len(s) == 0 {
		return ""
	}
	return s[0]
}

package cmdutil

import (
	"context"
	"slices"
	"sort"

	"github.com/vidiking/vidiking-cli/internal/display"
	"github.com/vidiking/vidiking-cli/internal/session"
	"github.com/vidiking/vidiking-cli/internal/store"
	"github.com/vidiking/vidiking-cli/internal/webhook"
)

// ResolveAll returns the deliveries that the ids identify, each once, in the order they were received. `last` is the newest delivery of the
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
	sort.SliceStable(rows, func(i, j int) bool { return rows[i].ReceivedAt.Before(rows[j].ReceivedAt) })
	return rows, nil
}

// InFlight returns a function that reports whether a running listen is sending or holding a delivery.
func InFlight(ctx context.Context, a *App, r *store.Reader) (func(webhook.Summary) bool, error) {
	dir, err := a.DataDir()
	if err != nil {
		return nil, err
	}
	due, err := r.Due(ctx)
	if err != nil {
		return nil, err
	}
	live, err := session.Live(dir)
	if err != nil {
		return nil, err
	}
	holders := make(map[webhook.ID]string)
	for _, d := range due {
		if isHeld(d) {
			holders[d.ID] = d.Session
		}
	}
	return func(s webhook.Summary) bool {
		holder, isHeld := holders[s.ID]
		if !isHeld && s.Status == webhook.StatusPending {
			holder = s.Session
		}
		return session.IsLive(live, holder)
	}, nil
}

// WithoutInFlight removes the deliveries that a running listen is sending or holding, and returns how many it removed.
func WithoutInFlight(ctx context.Context, a *App, r *store.Reader, rows []webhook.Summary) (rest []webhook.Summary, inFlight int, err error) {
	isInFlight, err := InFlight(ctx, a, r)
	if err != nil {
		return nil, 0, err
	}
	rest = slices.DeleteFunc(slices.Clone(rows), isInFlight)
	return rest, len(rows) - len(rest), nil
}

// NoMatch explains why a command has nothing to do after it removed inFlight deliveries.
func NoMatch(inFlight int) string {
	switch inFlight {
	case 0:
		return "no delivery matches."
	case 1:
		return "1 delivery matches, but listen has yet to send it."
	default:
		return display.Deliveries(inFlight) + " match, but listen has yet to send them."
	}
}

// First returns the first of several strings; "" if there are none.
func First(s []string) string {
	if len(s) == 0 {
		return ""
	}
	return s[0]
}

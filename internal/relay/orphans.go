package relay

import (
	"context"
	"slices"

	"github.com/vidiking/vidiking-cli/internal/filter"
	"github.com/vidiking/vidiking-cli/internal/session"
	"github.com/vidiking/vidiking-cli/internal/store"
	"github.com/vidiking/vidiking-cli/internal/webhook"
)

// Orphans returns the deliveries that a session recorded and had not sent when it ended, and that no replay has delivered since.
func Orphans(ctx context.Context, log *store.Reader, dataDir string) ([]webhook.Summary, error) {
	pending, err := log.List(ctx, store.Query{Filter: filter.WithStatus(webhook.StatusPending)})
	if err != nil || len(pending) == 0 {
		return nil, err
	}
	live, err := session.Live(dataDir) // after the list: a session that began since is in neither
	if err != nil {
		return nil, err
	}
	return slices.DeleteFunc(pending, func(s webhook.Summary) bool { return s.ResolvedBy != "" || session.IsLive(live, s.Session) }), nil
}

package relay

import (
	"context"
	"fmt"

	"github.com/vidiking/vidiking-cli/internal/session"
	"github.com/vidiking/vidiking-cli/internal/store"
)

// Pending counts deliveries that ended sessions left pending.
type Pending struct {
	NeverSent int // held deliveries without an attempt
	Unknown   int // an attempt may have started, so the handler may have received them
}

// CountPending counts the pending deliveries of a project (empty: all projects) that ended sessions left and that no replay has delivered
// since.
func CountPending(ctx context.Context, log *store.Reader, dataDir, project string) (Pending, error) {
	var left Pending
	unsent, err := log.CountPending(ctx)
	for _, u := range unsent {
		if !inProject(u.Project, project) || u.Session == "" || session.IsAlive(dataDir, u.Session) { // "": sent by a trigger or replay without a listen
			continue
		}
		left.NeverSent += u.NeverSent
		left.Unknown += u.Unknown
	}
	return left, err
}

// inProject reports whether deliveries of project belong to the project named to. Deliveries without a project belong to every project.
func inProject(project, to string) bool { return to == "" || project == "" || project == to }

// AdoptPending assigns to a session the deliveries that ended sessions of its project still had to send: held deliveries and, if scheduled
// is set, retries. The caller has locked the session, so no other session adopts them.
func AdoptPending(ctx context.Context, log *store.Log, dataDir, id, project string, scheduled bool) ([]store.Due, error) {
	all, err := log.Reader().Due(ctx)
	if err != nil {
		return nil, err
	}
	var dead []string
	checked := map[string]bool{id: true, "": true}
	for _, due := range all {
		if !inProject(due.Project, project) {
			continue
		}
		if s := due.Session; !checked[s] && !session.IsAlive(dataDir, s) {
			dead = append(dead, s)
		}
		checked[due.Session] = true
	}
	pending, err := log.AdoptPending(ctx, id, dead, scheduled)
	if err != nil {
		return nil, fmt.Errorf("resume deliveries: %w", err)
	}
	return pending, nil
}

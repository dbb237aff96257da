package relay

import (
	"context"
	"fmt"

	"github.com/vidiking/vidiking-cli/internal/session"
	"github.com/vidiking/vidiking-cli/internal/store"
)

// Pending counts the deliveries that dead sessions left pending.
type Pending struct {
	NeverSent int // they were held, and no attempt had begun
	Unknown   int // an attempt may have begun: the handler may have received them
}

// LeftPending counts the pending deliveries of a project (empty: of all) that dead sessions left, and that no replay has delivered since.
func LeftPending(ctx context.Context, log *store.Reader, dataDir, project string) (Pending, error) {
	var left Pending
	unsent, err := log.CountPending(ctx)
	for _, u := range unsent {
		if !belongs(u.Project, project) || u.Session == "" || session.IsAlive(dataDir, u.Session) { // "": a trigger or replay without a listen
			continue
		}
		left.NeverSent += u.NeverSent
		left.Unknown += u.Unknown
	}
	return left, err
}

// belongs reports whether deliveries of one project are those of another. Deliveries without a project belong to every project.
func belongs(project, to string) bool { return to == "" || project == "" || project == to }

// AdoptPending makes a session responsible for what dead sessions of its project were still to send: held deliveries and, if scheduled is set,
// retries. The session is locked already, so that no other one adopts from it.
func AdoptPending(ctx context.Context, log *store.Log, dataDir, id, project string, scheduled bool) ([]store.Due, error) {
	all, err := log.Reader().Due(ctx)
	if err != nil {
		return nil, err
	}
	var dead []string
	checked := map[string]bool{id: true, "": true}
	for _, due := range all {
		if !belongs(due.Project, project) {
			continue
		}
		if s := due.Session; !checked[s] && !session.IsAlive(dataDir, s) {
			dead = append(dead, s)
		}
		checked[due.Session] = true
	}
	owed, err := log.AdoptPending(ctx, id, dead, scheduled)
	if err != nil {
		return nil, fmt.Errorf("resume deliveries: %w", err)
	}
	return owed, nil
}

package store

import (
	"maps"
	"slices"

	"github.com/vidiking/vidiking-cli/internal/store/sqlite"
	"github.com/vidiking/vidiking-cli/internal/webhook"
)

// A failed delivery is resolved target by target, when the same bytes are delivered there later. A replay that was sent where the
// project's routes led resolves all of its targets, even if no route names them anymore. Probes resolve nothing.

const (
	// Uses the index delivery_failed_body, so a body that was sent a thousand times costs no more than one that was sent once.
	selectFailedAlike = `SELECT n, project FROM delivery WHERE body_hash = ? AND body_bytes = ? AND n < ?
		AND (status = 'refused' OR status = 'unreachable' OR status = 'timed_out') AND resolved_by = '' AND NOT probe AND NOT met`

	// The chain of originals of a replay, and all replays of those. UNION drops rows that it has already seen, so a cycle in an imported log
	// ends.
	selectReplayTree = `WITH RECURSIVE
		back(id, parent) AS (SELECT id, replay_of FROM delivery WHERE id = ?
			UNION SELECT d.id, d.replay_of FROM back JOIN delivery d ON d.id = back.parent),
		tree(id, n) AS (SELECT d.id, d.n FROM back JOIN delivery d ON d.id = back.id
			UNION SELECT d.id, d.n FROM tree JOIN delivery d ON d.replay_of = tree.id AND d.replay_of <> '')
		SELECT d.n, d.project FROM tree JOIN delivery d ON d.n = tree.n
		WHERE d.body_hash = ? AND d.body_bytes = ? AND d.n < ? AND d.resolved_by = ''
		AND d.status IN ('refused', 'unreachable', 'timed_out', 'pending') AND NOT d.probe AND NOT d.met`

	// The targets at which the latest attempt failed, or which are still due.
	selectOpenTargets = `SELECT target FROM attempt a WHERE delivery = ?1 AND (failure <> '' OR code NOT BETWEEN 200 AND 299)
			AND n = (SELECT max(n) FROM attempt WHERE delivery = ?1 AND target = a.target)
			AND target NOT IN (SELECT target FROM resolution WHERE delivery = ?1)
		UNION SELECT target FROM due WHERE delivery = ?1 AND target <> ''`

	selectResolutions = "SELECT target, id FROM resolution WHERE delivery = ?"
	insertResolution  = "INSERT OR REPLACE INTO resolution (delivery, target, id) VALUES (?, ?, ?)"
	updateResolved    = "UPDATE delivery SET resolved_by = ? WHERE n = ?"
)

// resolve marks the deliveries that the newest attempts of d resolve.
func (t *transaction) resolve(d attempted, newest []webhook.Attempt, status webhook.Status) error {
	var delivered []string
	for _, a := range newest {
		if a.Status() == webhook.StatusDelivered {
			delivered = append(delivered, a.Target)
		}
	}
	if d.probe || !d.repeated || len(delivered) == 0 {
		return nil
	}
	if err := t.withdrawOutcomes(d.bodyHash); err != nil {
		return err
	}
	failed, err := projectsOf(t.conn, selectFailedAlike, d.bodyHash, d.bodyBytes, d.n)
	if err != nil {
		return err
	}
	everywhere := map[int64]bool{} // resolved at all targets
	if d.replayOf != "" && status == webhook.StatusDelivered {
		tree, err := projectsOf(t.conn, selectReplayTree, string(d.replayOf), d.bodyHash, d.bodyBytes, d.n)
		if err != nil {
			return err
		}
		for n, project := range tree {
			failed[n] = project
			imported := n < 0 // its targets belong to another machine
			everywhere[n] = imported || d.routed && (project == d.project || project == "")
		}
	}
	for _, n := range slices.Sorted(maps.Keys(failed)) {
		targets := delivered
		if everywhere[n] {
			targets = nil
		}
		if err := t.resolveOne(n, d.id, targets); err != nil {
			return err
		}
	}
	return nil
}

// projectsOf runs a query for deliveries and returns their projects by number.
func projectsOf(c *sqlite.Conn, text string, args ...any) (map[int64]string, error) {
	found := map[int64]string{}
	err := c.Rows(text, args, func(r *sqlite.Row) error {
		n := r.Int()
		found[n] = r.Text()
		return nil
	})
	return found, err
}

// resolveOne resolves a delivery at the given targets, or at all if they are nil. When no open target remains, the delivery is resolved.
func (t *transaction) resolveOne(n int64, by webhook.ID, targets []string) error {
	var open []string
	err := t.conn.Rows(selectOpenTargets, []any{n}, func(r *sqlite.Row) error {
		open = append(open, r.Text())
		return nil
	})
	if err != nil {
		return err
	}
	remaining := len(open)
	for _, target := range open {
		if targets != nil && !slices.Contains(targets, target) {
			continue
		}
		if err := t.conn.Exec(insertResolution, n, target, string(by)); err != nil {
			return err
		}
		if err := t.conn.Exec(deleteDue, n, target); err != nil {
			return err
		}
		remaining--
	}
	if remaining > 0 || len(open) == 0 && targets != nil {
		return nil
	}
	t.add(change{kind: ChangeResolved, delivery: n})
	t.recent.incomplete, t.recent.resolved = true, true
	return t.conn.Exec(updateResolved, string(by), n)
}

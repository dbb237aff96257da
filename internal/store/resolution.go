package store

import (
	"maps"
	"slices"

	"github.com/vidiking/vidiking-cli/internal/store/sqlite"
	"github.com/vidiking/vidiking-cli/internal/webhook"
)

// A delivery that failed is resolved, target by target, when the same bytes are delivered there later. A replay that went where the
// project's routes led resolves it at all of its targets, also at those that no route names anymore. Probes resolve nothing.

const (
	// By the index delivery_failed_body, so that a body sent a thousand times costs no more than once.
	selectFailedAlike = `SELECT n, project FROM delivery WHERE body_hash = ? AND body_bytes = ? AND n < ?
		AND (status = 'refused' OR status = 'unreachable' OR status = 'timed_out') AND resolved_by = '' AND NOT probe AND NOT met`

	// What a replay goes back to, from replay to replay, and all replays of that. UNION leaves out what was there before, so a circle,
	// should an imported log ever hold one, ends.
	selectReplayTree = `WITH RECURSIVE
		back(id, parent) AS (SELECT id, replay_of FROM delivery WHERE id = ?
			UNION SELECT d.id, d.replay_of FROM back JOIN delivery d ON d.id = back.parent),
		tree(id, n) AS (SELECT d.id, d.n FROM back JOIN delivery d ON d.id = back.id
			UNION SELECT d.id, d.n FROM tree JOIN delivery d ON d.replay_of = tree.id AND d.replay_of <> '')
		SELECT d.n, d.project FROM tree JOIN delivery d ON d.n = tree.n
		WHERE d.body_hash = ? AND d.body_bytes = ? AND d.n < ? AND d.resolved_by = ''
		AND d.status IN ('refused', 'unreachable', 'timed_out', 'pending') AND NOT d.probe AND NOT d.met`

	// Where a delivery failed, by its latest attempt there, or is still to be sent.
	selectOpenTargets = `SELECT target FROM attempt a WHERE delivery = ?1 AND (failure <> '' OR code NOT BETWEEN 200 AND 299)
			AND n = (SELECT max(n) FROM attempt WHERE delivery = ?1 AND target = a.target)
			AND target NOT IN (SELECT target FROM resolution WHERE delivery = ?1)
		UNION SELECT target FROM due WHERE delivery = ?1 AND target <> ''`

	selectResolutions = "SELECT target, id FROM resolution WHERE delivery = ?"
	insertResolution  = "INSERT OR REPLACE INTO resolution (delivery, target, id) VALUES (?, ?, ?)"
	updateResolved    = "UPDATE delivery SET resolved_by = ? WHERE n = ?"
)

// made is a delivery whose attempts were just written.
type made struct {
	n         int64
	id        webhook.ID
	replayOf  webhook.ID
	repeats   bool // the bytes came before, or it is a replay
	probe     bool
	routed    bool
	project   string
	bodyHash  int64
	bodyBytes int64
	expected  string
	attempts  int
}

// resolve marks what the newest attempts of a delivery make up for.
func (t *transaction) resolve(m made, newest []webhook.Attempt, status webhook.Status) error {
	var delivered []string
	for _, a := range newest {
		if a.Status() == webhook.StatusDelivered {
			delivered = append(delivered, a.Target)
		}
	}
	if m.probe || !m.repeats || len(delivered) == 0 {
		return nil
	}
	failed, err := t.earlier(selectFailedAlike, m.bodyHash, m.bodyBytes, m.n)
	if err != nil {
		return err
	}
	everywhere := map[int64]bool{} // resolved wherever they failed
	if m.replayOf != "" && status == webhook.StatusDelivered {
		tree, err := t.earlier(selectReplayTree, string(m.replayOf), m.bodyHash, m.bodyBytes, m.n)
		if err != nil {
			return err
		}
		for n, project := range tree {
			failed[n] = project
			everywhere[n] = n < 0 || m.routed && (project == m.project || project == "") // an imported one's targets are another machine's
		}
	}
	for _, n := range slices.Sorted(maps.Keys(failed)) {
		at := delivered
		if everywhere[n] {
			at = nil
		}
		if err := t.resolveOne(n, m.id, at); err != nil {
			return err
		}
	}
	return nil
}

// earlier returns deliveries and their projects.
func (t *transaction) earlier(text string, args ...any) (map[int64]string, error) {
	found := map[int64]string{}
	err := t.conn.Rows(text, args, func(q *sqlite.Row) error {
		n := q.Int()
		found[n] = q.Text()
		return nil
	})
	return found, err
}

// resolveOne resolves a delivery at some targets; nil: at all. Once no target is left, it is resolved.
func (t *transaction) resolveOne(n int64, by webhook.ID, at []string) error {
	var open []string
	err := t.conn.Rows(selectOpenTargets, []any{n}, func(q *sqlite.Row) error {
		open = append(open, q.Text())
		return nil
	})
	if err != nil {
		return err
	}
	left := len(open)
	for _, target := range open {
		if at != nil && !slices.Contains(at, target) {
			continue
		}
		if err := t.conn.Exec(insertResolution, n, target, string(by)); err != nil {
			return err
		}
		if err := t.conn.Exec(deleteDue, n, target); err != nil {
			return err
		}
		left--
	}
	if left > 0 || len(open) == 0 && at != nil {
		return nil
	}
	t.changes = append(t.changes, change{kind: ChangeResolved, delivery: n})
	return t.conn.Exec(updateResolved, string(by), n)
}

package store

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/vidiking/vidiking-cli/internal/webhook"
)

// Due is something that is still to be sent: a delivery to a target.
type Due struct {
	ID     webhook.ID
	Target string    // empty: each target that is for the delivery's event
	At     time.Time // to the millisecond; zero: as soon as the target takes connections
	Tries  int       // how many attempts there were at that target
	Event  string

	Uncertain bool // it is held, and may have reached the handler
}

// Adopt makes session answer for what others were to send and did not live to: deliveries that were recorded by sessions which are not
// among the live ones, and are pending, or have something due. It returns that, oldest delivery first. What a replay has delivered
// since is due no more.
func (l *Log) Adopt(ctx context.Context, session string, live []string) ([]Due, error) {
	j := l.job(jobAdopt)
	j.adoption = &adoption{session: session, live: append(slices.Clone(live), session, "")}
	if err := l.do(ctx, j); err != nil {
		return nil, fmt.Errorf("take over what is still to be sent: %w", err)
	}
	taken := j.adoption.taken
	l.jobs.Put(j.reset())
	return taken, nil
}

// IsDue reports whether a delivery is still to be sent somewhere: it is held for a handler, or tried again later.
func (r *Reader) IsDue(ctx context.Context, id webhook.ID) (bool, error) {
	var n int64
	err := r.with(ctx, func(c *conn) (err error) {
		n, err = c.number("SELECT count(*) FROM due WHERE delivery = (SELECT n FROM delivery WHERE id = ?)", string(id))
		return err
	})
	if err != nil {
		return false, fmt.Errorf("look whether %s is to be sent: %w", id, err)
	}
	return n > 0, nil
}

// adoption is what Adopt asks the writer for.
type adoption struct {
	session string
	live    []string // sessions whose deliveries stay theirs; "" is that of what no listen received
	taken   []Due
}

const (
	insertDue = "INSERT OR REPLACE INTO due (delivery, target, at, uncertain) VALUES (?, ?, ?, ?)"
	deleteDue = "DELETE FROM due WHERE delivery = ? AND target = ?"

	deleteMended = "DELETE FROM due WHERE delivery IN (SELECT n FROM delivery WHERE resolved_by <> '')"

	selectOwed = `SELECT d.id, d.event, ifnull(u.target, ''), ifnull(u.at, 0), ifnull(u.uncertain, 0),
			(SELECT count(*) FROM attempt a WHERE a.delivery = d.n AND a.target = u.target AND a.failure <> 'stale')
		FROM delivery d LEFT JOIN due u ON u.delivery = d.n
		WHERE (d.status = 'pending' OR u.target IS NOT NULL) AND d.resolved_by = '' AND d.session NOT IN (%s)
		ORDER BY d.received_at, d.n`
	updateOwed = `UPDATE delivery SET session = ? WHERE resolved_by = '' AND session NOT IN (%s)
		AND (status = 'pending' OR n IN (SELECT delivery FROM due))`
)

// schedule writes what is due of a delivery whose attempts were just written.
func (t *transaction) schedule(n int64, j *job) error {
	for _, a := range j.attempts {
		if err := t.conn.exec(deleteDue, n, a.Target); err != nil {
			return err
		}
	}
	for _, d := range j.due {
		at := int64(0)
		if !d.At.IsZero() {
			at = d.At.UnixMilli()
		}
		if err := t.conn.exec(insertDue, n, d.Target, at, d.Uncertain); err != nil {
			return err
		}
	}
	return nil
}

func (t *transaction) adopt(a *adoption) error {
	if err := t.conn.exec(deleteMended); err != nil {
		return err
	}
	a.taken = nil
	places := "?" + strings.Repeat(", ?", len(a.live)-1)
	live := make([]any, len(a.live))
	for i, s := range a.live {
		live[i] = s
	}
	err := t.conn.rows(fmt.Sprintf(selectOwed, places), live, func(q *query) error {
		d := Due{ID: webhook.ID(q.text()), Event: q.text(), Target: q.text()}
		if ms := q.int(); ms != 0 {
			d.At = time.UnixMilli(ms).UTC()
		}
		d.Uncertain, d.Tries = q.bool(), int(q.int())
		a.taken = append(a.taken, d)
		return nil
	})
	if err != nil || len(a.taken) == 0 {
		return err
	}
	return t.conn.exec(fmt.Sprintf(updateOwed, places), append([]any{a.session}, live...)...)
}

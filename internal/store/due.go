package store

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/vidiking/vidiking-cli/internal/store/sqlite"
	"github.com/vidiking/vidiking-cli/internal/webhook"
)

// Due is a delivery that is still to be sent to a target.
type Due struct {
	ID     webhook.ID
	Target string
	At     time.Time // to the millisecond; zero: the delivery is held, and sent as soon as the target takes connections
	Tries  int       // how many attempts there were at that target
	Event  string

	Project   string // of the delivery; only read
	Session   string // that sends it; empty in Hold and AddAttempts: the one that received the delivery, or has taken over the row
	Uncertain bool   // it may have reached the handler, and its outcome is unknown
}

// Hold writes that a delivery is still to be sent to a target, if there is no attempt to record with it. It replaces what was due at that
// target, and at the target from, if that is not empty. It returns once that is durable.
func (l *Log) Hold(due Due, from string) error {
	j := l.job(jobHold)
	j.id, j.due, j.from = due.ID, []Due{due}, from
	if err := l.do(context.Background(), j); err != nil {
		return fmt.Errorf("hold %s: %w", due.ID, err)
	}
	l.jobs.Put(j.reset())
	return nil
}

// Adopt makes a session responsible for what dead sessions were still to send: deliveries that are held and, if scheduled is set, those
// that are due at a time. It returns them, oldest delivery first. A delivery that a replay has resolved since is not due any more.
func (l *Log) Adopt(ctx context.Context, session string, dead []string, scheduled bool) ([]Due, error) {
	j := l.job(jobAdopt)
	j.adoption = &adoption{session: session, dead: dead, scheduled: scheduled}
	if err := l.do(ctx, j); err != nil {
		return nil, fmt.Errorf("take over what is still to be sent: %w", err)
	}
	taken := j.adoption.taken
	l.jobs.Put(j.reset())
	return taken, nil
}

// Due returns what is still to be sent, by any session.
func (r *Reader) Due(ctx context.Context) ([]Due, error) {
	var all []Due
	err := r.with(ctx, func(c *sqlite.Conn) error {
		return c.Rows(selectDue+" ORDER BY d.received_at, d.n", nil, func(q *sqlite.Row) error {
			all = append(all, scanDue(q))
			return nil
		})
	})
	if err != nil {
		return nil, fmt.Errorf("read what is still to be sent: %w", err)
	}
	return all, nil
}

func scanDue(q *sqlite.Row) Due {
	d := Due{ID: webhook.ID(q.Text()), Event: q.Text(), Project: q.Text(), Target: q.Text(), Session: q.Text()}
	if ms := q.Int(); ms != 0 {
		d.At = time.UnixMilli(ms).UTC()
	}
	d.Uncertain, d.Tries = q.Bool(), int(q.Int())
	return d
}

// Unsent counts the pending deliveries that one session is responsible for.
type Unsent struct {
	Session   string
	Project   string // of the deliveries
	NeverSent int    // they are held, and no attempt has begun
	Unknown   int    // an attempt may have begun: nobody knows how it ended
}

// Unsent counts the pending deliveries by session and project. Imported deliveries and those that a replay has resolved are left out.
func (r *Reader) Unsent(ctx context.Context) ([]Unsent, error) {
	var all []Unsent
	err := r.with(ctx, func(c *sqlite.Conn) error {
		return c.Rows(selectUnsent, nil, func(q *sqlite.Row) error {
			u := Unsent{Session: q.Text(), Project: q.Text(), NeverSent: int(q.Int())}
			u.Unknown = int(q.Int()) - u.NeverSent
			all = append(all, u)
			return nil
		})
	})
	if err != nil {
		return nil, fmt.Errorf("count the pending deliveries: %w", err)
	}
	return all, nil
}

// IsDue reports whether a delivery is still to be sent somewhere: it is held for a handler, or tried again later.
func (r *Reader) IsDue(ctx context.Context, id webhook.ID) (bool, error) {
	var n int64
	err := r.with(ctx, func(c *sqlite.Conn) (err error) {
		n, err = c.Number("SELECT count(*) FROM due WHERE delivery = (SELECT n FROM delivery WHERE id = ?)", string(id))
		return err
	})
	if err != nil {
		return false, fmt.Errorf("look whether %s is to be sent: %w", id, err)
	}
	return n > 0, nil
}

// adoption is the order that Adopt gives to the writer.
type adoption struct {
	session   string
	dead      []string
	scheduled bool
	taken     []Due
}

const (
	// A row keeps the session that took it over.
	insertDue = `INSERT INTO due (delivery, target, at, uncertain, session)
		VALUES (?1, ?2, ?3, ?4, CASE ?5 WHEN '' THEN (SELECT session FROM delivery WHERE n = ?1) ELSE ?5 END)
		ON CONFLICT (delivery, target) DO UPDATE SET at = excluded.at, uncertain = excluded.uncertain`
	deleteDue = "DELETE FROM due WHERE delivery = ? AND target = ?"

	deleteResolved = `DELETE FROM due WHERE delivery IN (SELECT n FROM delivery WHERE resolved_by <> '')
		OR EXISTS (SELECT 1 FROM resolution r WHERE r.delivery = due.delivery AND r.target = due.target)`

	selectDue = `SELECT d.id, d.event, d.project, u.target, u.session, u.at, u.uncertain,
			(SELECT count(*) FROM attempt a WHERE a.delivery = d.n AND a.target = u.target AND a.failure <> 'stale')
		FROM due u JOIN delivery d ON d.n = u.delivery`
	selectOwed = selectDue + " WHERE (u.at = 0 OR ?) AND u.session IN (%s) ORDER BY d.received_at, d.n"
	updateOwed = "UPDATE due SET session = ? WHERE (at = 0 OR ?) AND session IN (%s)"

	selectUnsent = `SELECT ifnull((SELECT u.session FROM due u WHERE u.delivery = d.n), d.session) AS sender, d.project,
			sum(EXISTS (SELECT 1 FROM due u WHERE u.delivery = d.n AND u.at = 0 AND NOT u.uncertain)), count(*)
		FROM delivery d WHERE d.status = 'pending' AND d.resolved_by = '' AND d.n > 0 GROUP BY sender, d.project` // n > 0: not imported
)

// hold writes what is due of a delivery without an attempt.
func (t *transaction) hold(j *job) error {
	n, err := t.conn.Number("SELECT n FROM delivery WHERE id = ?", string(j.id))
	if err != nil {
		return err
	}
	if n == 0 {
		return &NotFoundError{Typed: string(j.id)}
	}
	if j.from != "" {
		if err := t.conn.Exec(deleteDue, n, j.from); err != nil {
			return err
		}
	}
	return t.insertDue(n, j.due)
}

// schedule writes what is due of a delivery whose attempts were just written.
func (t *transaction) schedule(n int64, j *job) error {
	for _, a := range j.attempts {
		if slices.ContainsFunc(j.due, func(d Due) bool { return d.Target == a.Target }) {
			continue // replaced below, so that it keeps its session
		}
		if err := t.conn.Exec(deleteDue, n, a.Target); err != nil {
			return err
		}
	}
	return t.insertDue(n, j.due)
}

func (t *transaction) insertDue(n int64, due []Due) error {
	for _, d := range due {
		at := int64(0)
		if !d.At.IsZero() {
			at = d.At.UnixMilli()
		}
		if err := t.conn.Exec(insertDue, n, d.Target, at, d.Uncertain, d.Session); err != nil {
			return err
		}
	}
	return nil
}

func (t *transaction) adopt(a *adoption) error {
	if err := t.conn.Exec(deleteResolved); err != nil {
		return err
	}
	a.taken = nil
	if len(a.dead) == 0 {
		return nil
	}
	places := "?" + strings.Repeat(", ?", len(a.dead)-1)
	args := []any{a.scheduled}
	for _, s := range a.dead {
		args = append(args, s)
	}
	err := t.conn.Rows(fmt.Sprintf(selectOwed, places), args, func(q *sqlite.Row) error {
		d := scanDue(q)
		d.Session = a.session
		a.taken = append(a.taken, d)
		return nil
	})
	if err != nil || len(a.taken) == 0 {
		return err
	}
	return t.conn.Exec(fmt.Sprintf(updateOwed, places), append([]any{a.session}, args...)...)
}

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
	At     time.Time // to the millisecond; zero: the delivery is held, and sent as soon as the target accepts connections
	Tries  int       // number of earlier attempts at that target
	Event  string

	Project string // of the delivery; only read
	// Session is the session that sends it. If it is empty in Hold or AddAttempts, a new row belongs to the session that received the
	// delivery, and an existing row keeps its session.
	Session   string
	Uncertain bool // it may have reached the handler, and its outcome is unknown
}

// Due returns everything that any session is still to send.
func (r *Reader) Due(ctx context.Context) ([]Due, error) {
	var all []Due
	err := r.with(ctx, func(c *sqlite.Conn) error {
		return c.Rows(selectDue+" ORDER BY d.received_at, d.n", nil, func(r *sqlite.Row) error {
			all = append(all, scanDue(r))
			return nil
		})
	})
	if err != nil {
		return nil, fmt.Errorf("read the pending deliveries: %w", err)
	}
	return all, nil
}

func scanDue(r *sqlite.Row) Due {
	d := Due{ID: webhook.ID(r.Text()), Event: r.Text(), Project: r.Text(), Target: r.Text(), Session: r.Text()}
	if ms := r.Int(); ms != 0 {
		d.At = time.UnixMilli(ms).UTC()
	}
	d.Uncertain, d.Tries = r.Bool(), int(r.Int())
	return d
}

// PendingCount counts the pending deliveries of one session and project.
type PendingCount struct {
	Session   string // responsible for sending them
	Project   string
	NeverSent int // they are held, and no attempt has started
	Unknown   int // an attempt may have started, and its outcome is unknown
}

// CountPending counts the pending deliveries by session and project. It leaves out imported and resolved deliveries.
func (r *Reader) CountPending(ctx context.Context) ([]PendingCount, error) {
	var all []PendingCount
	err := r.with(ctx, func(c *sqlite.Conn) error {
		return c.Rows(countPending, nil, func(r *sqlite.Row) error {
			n := PendingCount{Session: r.Text(), Project: r.Text(), NeverSent: int(r.Int())}
			n.Unknown = int(r.Int()) - n.NeverSent
			all = append(all, n)
			return nil
		})
	})
	if err != nil {
		return nil, fmt.Errorf("count the pending deliveries: %w", err)
	}
	return all, nil
}

// IsDue reports whether a delivery is still to be sent to some target: it is held for a handler, or will be retried.
func (r *Reader) IsDue(ctx context.Context, id webhook.ID) (bool, error) {
	var n int64
	err := r.with(ctx, func(c *sqlite.Conn) (err error) {
		n, err = c.Number("SELECT count(*) FROM due WHERE delivery = (SELECT n FROM delivery WHERE id = ?)", string(id))
		return err
	})
	if err != nil {
		return false, fmt.Errorf("check whether %s is due: %w", id, err)
	}
	return n > 0, nil
}

// adoption is the request and the result of AdoptPending.
type adoption struct {
	session   string
	dead      []string
	scheduled bool
	adopted   []Due
}

const (
	// A row keeps the session that adopted it.
	insertDue = `INSERT INTO due (delivery, target, at, uncertain, session)
		VALUES (?1, ?2, ?3, ?4, CASE ?5 WHEN '' THEN (SELECT session FROM delivery WHERE n = ?1) ELSE ?5 END)
		ON CONFLICT (delivery, target) DO UPDATE SET at = excluded.at, uncertain = excluded.uncertain`
	deleteDue = "DELETE FROM due WHERE delivery = ? AND target = ?"

	deleteResolved = `DELETE FROM due WHERE delivery IN (SELECT n FROM delivery WHERE resolved_by <> '')
		OR EXISTS (SELECT 1 FROM resolution r WHERE r.delivery = due.delivery AND r.target = due.target)`

	selectDue = `SELECT d.id, d.event, d.project, u.target, u.session, u.at, u.uncertain,
			(SELECT count(*) FROM attempt a WHERE a.delivery = d.n AND a.target = u.target AND a.failure <> 'stale')
		FROM due u CROSS JOIN delivery d ON d.n = u.delivery` // CROSS: otherwise SQLite reads all deliveries in the order of the list
	selectPending = selectDue + " WHERE (u.at = 0 OR ?) AND u.session IN (%s) ORDER BY d.received_at, d.n"
	updatePending = "UPDATE due SET session = ? WHERE (at = 0 OR ?) AND session IN (%s)"

	countPending = `SELECT ifnull((SELECT u.session FROM due u WHERE u.delivery = d.n), d.session) AS sender, d.project,
			sum(EXISTS (SELECT 1 FROM due u WHERE u.delivery = d.n AND u.at = 0 AND NOT u.uncertain)), count(*)
		FROM delivery d WHERE d.status = 'pending' AND d.resolved_by = '' AND +d.n > 0 GROUP BY sender, d.project` // n > 0: not imported; + to use the index
)

// hold writes the due row of a delivery without an attempt.
func hold(c *sqlite.Conn, j *job) error {
	n, err := c.Number("SELECT n FROM delivery WHERE id = ?", string(j.id))
	if err != nil {
		return err
	}
	if n == 0 {
		return &NotFoundError{Typed: string(j.id)}
	}
	if j.replaces != "" {
		if err := c.Exec(deleteDue, n, j.replaces); err != nil {
			return err
		}
	}
	return writeDue(c, n, j.due)
}

// replaceDue replaces the due rows at the targets of attempts that were just written.
func replaceDue(c *sqlite.Conn, n int64, attempts []webhook.Attempt, due []Due) error {
	for _, a := range attempts {
		if slices.ContainsFunc(due, func(d Due) bool { return d.Target == a.Target }) {
			continue // updated below, which keeps its session
		}
		if err := c.Exec(deleteDue, n, a.Target); err != nil {
			return err
		}
	}
	return writeDue(c, n, due)
}

func writeDue(c *sqlite.Conn, n int64, due []Due) error {
	for _, d := range due {
		at := int64(0)
		if !d.At.IsZero() {
			at = d.At.UnixMilli()
		}
		if err := c.Exec(insertDue, n, d.Target, at, d.Uncertain, d.Session); err != nil {
			return err
		}
	}
	return nil
}

func adopt(c *sqlite.Conn, a *adoption) error {
	if err := c.Exec(deleteResolved); err != nil {
		return err
	}
	a.adopted = nil
	if len(a.dead) == 0 {
		return nil
	}
	placeholders := "?" + strings.Repeat(", ?", len(a.dead)-1)
	args := []any{a.scheduled}
	for _, s := range a.dead {
		args = append(args, s)
	}
	err := c.Rows(fmt.Sprintf(selectPending, placeholders), args, func(r *sqlite.Row) error {
		d := scanDue(r)
		d.Session = a.session
		a.adopted = append(a.adopted, d)
		return nil
	})
	if err != nil || len(a.adopted) == 0 {
		return err
	}
	return c.Exec(fmt.Sprintf(updatePending, placeholders), append([]any{a.session}, args...)...)
}

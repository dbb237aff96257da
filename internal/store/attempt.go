package store

import (
	"github.com/vidiking/vidiking-cli/internal/webhook"
)

const (
	selectForAttempt = "SELECT n, attempts, replay_of FROM delivery WHERE id = ?"

	insertAttempt = `INSERT INTO attempt (delivery, n, target, started_at, code, failure, error, duration, connect, first_byte,
		answer_bytes, answer_cut, header, answer, masked) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`

	updateLatest = "UPDATE delivery SET status = ?, attempts = ?, target = ?, code = ?, duration = ?, failure = ? WHERE n = ?"

	// What webhook.StatusOf looks at.
	selectOutcomes = "SELECT target, code, failure FROM attempt WHERE delivery = ? ORDER BY n"

	// The family of a delivery: what it goes back to, from replay to replay, and all replays of those. UNION leaves out what was
	// there before, so a circle, should an imported log ever hold one, ends.
	selectMendable = `WITH RECURSIVE
		back(id, parent) AS (SELECT id, replay_of FROM delivery WHERE id = ?
			UNION SELECT d.id, d.replay_of FROM back JOIN delivery d ON d.id = back.parent),
		family(id, n) AS (SELECT d.id, d.n FROM back JOIN delivery d ON d.id = back.id
			UNION SELECT d.id, d.n FROM family JOIN delivery d ON d.replay_of = family.id AND d.replay_of <> '')
		SELECT d.n FROM family JOIN delivery d ON d.n = family.n JOIN delivery made ON made.n = ?
		WHERE d.n < made.n AND d.body_hash = made.body_hash AND d.body_bytes = made.body_bytes AND d.mended_by = '' AND d.status IN ('refused', 'unreachable', 'timed_out', 'pending')`
	updateMended = "UPDATE delivery SET mended_by = ? WHERE n = ?"
)

func (t *transaction) attempt(j *job) error {
	var n int64
	var replayOf webhook.ID
	a := &j.attempt
	err := t.conn.rows(selectForAttempt, []any{string(j.id)}, func(q *query) error {
		n = q.int()
		a.N = int(q.int()) + 1
		replayOf = webhook.ID(q.text())
		return nil
	})
	if err != nil {
		return err
	}
	if n == 0 {
		return &NotFoundError{Typed: string(j.id)}
	}
	if err := t.insertAttempt(n, j); err != nil {
		return err
	}
	if j.status, err = t.statusWith(n, *a); err != nil {
		return err
	}
	if err := t.updateLatest(n, j); err != nil {
		return err
	}
	t.changes = append(t.changes, change{kind: ChangeAttempted, delivery: n, attempt: a.N})
	if j.status == webhook.StatusDelivered {
		return t.mend(n, j.id, replayOf)
	}
	return nil
}

func (t *transaction) insertAttempt(delivery int64, j *job) error {
	q, err := t.conn.prepare(insertAttempt)
	if err != nil {
		return err
	}
	a := &j.attempt
	q.bindInt(delivery).bindInt(int64(a.N)).bindText(a.Target).bindTime(a.StartedAt).bindInt(int64(a.Code))
	q.bindText(string(a.Failure)).bindText(a.Error)
	q.bindInt(int64(a.Duration)).bindInt(int64(a.Connect)).bindInt(int64(a.FirstByte))
	q.bindInt(a.AnswerBytes).bindBool(a.AnswerCut).bindBlob(j.header).bindBlob(a.Answer)
	q.bindText(joinNames(a.Masked))
	return q.run()
}

// statusWith is the delivery's status now that a, its latest attempt, is written.
func (t *transaction) statusWith(delivery int64, a webhook.Attempt) (webhook.Status, error) {
	if a.N == 1 {
		return a.Status(), nil
	}
	var all []webhook.Attempt
	err := t.conn.rows(selectOutcomes, []any{delivery}, func(q *query) error {
		all = append(all, webhook.Attempt{Target: q.text(), Code: int(q.int()), Failure: webhook.Failure(q.text())})
		return nil
	})
	return webhook.StatusOf(all), err
}

func (t *transaction) updateLatest(delivery int64, j *job) error {
	q, err := t.conn.prepare(updateLatest)
	if err != nil {
		return err
	}
	a := &j.attempt
	q.bindText(string(j.status)).bindInt(int64(a.N)).bindText(a.Target).bindInt(int64(a.Code)).bindInt(int64(a.Duration))
	return q.bindText(string(a.Failure)).bindInt(delivery).run()
}

// mend marks what by, a replay that was delivered just now, makes good: every delivery of its family with the same bytes that came
// before it, and that failed or was never sent, and was not mended yet. A failed replay of the same original is one of them. What was
// edited makes only its own bytes good: those of the original have still not arrived.
func (t *transaction) mend(n int64, by, replayOf webhook.ID) error {
	if replayOf == "" {
		return nil
	}
	var mended []int64
	err := t.conn.rows(selectMendable, []any{string(replayOf), n}, func(q *query) error {
		mended = append(mended, q.int())
		return nil
	})
	if err != nil {
		return err
	}
	for _, m := range mended {
		if err := t.conn.exec(updateMended, string(by), m); err != nil {
			return err
		}
		t.changes = append(t.changes, change{kind: ChangeMended, delivery: m})
	}
	return nil
}

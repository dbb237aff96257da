package store

import (
	"github.com/vidiking/vidiking-cli/internal/webhook"
)

const (
	selectForAttempt = "SELECT n, attempts, replay_of FROM delivery WHERE id = ?"

	insertAttempt = `INSERT INTO attempt (delivery, n, target, started_at, code, failure, error, duration, connect, first_byte,
		answer_bytes, answer_cut, header, answer, masked, url) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`

	updateDelivery = "UPDATE delivery SET status = ?, attempts = ?, target = ?, code = ?, duration = ?, failure = ? WHERE n = ?"

	// What webhook.Deciding looks at, and what a row shows of the attempt that it picks.
	selectOutcomes = "SELECT n, target, code, failure, duration FROM attempt WHERE delivery = ? ORDER BY n"

	// The family of a delivery: what it goes back to, from replay to replay, and all replays of those. UNION leaves out what was
	// there before, so a circle, should an imported log ever hold one, ends.
	selectMendable = `WITH RECURSIVE
		back(id, parent) AS (SELECT id, replay_of FROM delivery WHERE id = ?
			UNION SELECT d.id, d.replay_of FROM back JOIN delivery d ON d.id = back.parent),
		family(id, n) AS (SELECT d.id, d.n FROM back JOIN delivery d ON d.id = back.id
			UNION SELECT d.id, d.n FROM family JOIN delivery d ON d.replay_of = family.id AND d.replay_of <> '')
		SELECT d.n FROM family JOIN delivery d ON d.n = family.n JOIN delivery made ON made.n = ?
		WHERE d.n < made.n AND d.body_hash = made.body_hash AND d.body_bytes = made.body_bytes AND d.resolved_by = '' AND d.status IN ('refused', 'unreachable', 'timed_out', 'pending')`
	updateMended = "UPDATE delivery SET resolved_by = ? WHERE n = ?"
)

func (t *transaction) attempt(j *job) error {
	var n int64
	var had int
	var replayOf webhook.ID
	err := t.conn.rows(selectForAttempt, []any{string(j.id)}, func(q *query) error {
		n, had = q.int(), int(q.int())
		replayOf = webhook.ID(q.text())
		return nil
	})
	if err != nil {
		return err
	}
	if n == 0 {
		return &NotFoundError{Typed: string(j.id)}
	}
	for i := range j.attempts {
		j.attempts[i].N = had + i + 1
		if err := t.insertAttempt(n, j.attempts[i], j.answers[i]); err != nil {
			return err
		}
		t.changes = append(t.changes, change{kind: ChangeAttempted, delivery: n, attempt: j.attempts[i].N})
	}
	if err := t.schedule(n, j); err != nil {
		return err
	}
	deciding, err := t.deciding(n, j.attempts)
	if err != nil {
		return err
	}
	j.status = deciding.Status()
	if err := t.updateDelivery(n, had+len(j.attempts), deciding); err != nil {
		return err
	}
	if j.status == webhook.StatusDelivered {
		return t.mend(n, j.id, replayOf)
	}
	return nil
}

func (t *transaction) insertAttempt(delivery int64, a webhook.Attempt, header []byte) error {
	q, err := t.conn.prepare(insertAttempt)
	if err != nil {
		return err
	}
	q.bindInt(delivery).bindInt(int64(a.N)).bindText(a.Target).bindTime(a.StartedAt).bindInt(int64(a.Code))
	q.bindText(string(a.Failure)).bindText(a.Error)
	q.bindInt(int64(a.Duration)).bindInt(int64(a.Connect)).bindInt(int64(a.FirstByte))
	q.bindInt(a.AnswerBytes).bindBool(a.AnswerCut).bindBlob(header).bindBlob(a.Answer)
	return q.bindText(joinNames(a.Masked)).bindText(a.URL).run()
}

// deciding is the attempt that decides the delivery's status, now that the newest are written.
func (t *transaction) deciding(delivery int64, newest []webhook.Attempt) (webhook.Attempt, error) {
	if newest[0].N == 1 {
		return webhook.Deciding(newest), nil
	}
	var all []webhook.Attempt
	err := t.conn.rows(selectOutcomes, []any{delivery}, func(q *query) error {
		all = append(all, webhook.Attempt{
			N: int(q.int()), Target: q.text(), Code: int(q.int()), Failure: webhook.Failure(q.text()), Duration: q.duration(),
		})
		return nil
	})
	return webhook.Deciding(all), err
}

func (t *transaction) updateDelivery(delivery int64, attempts int, a webhook.Attempt) error {
	q, err := t.conn.prepare(updateDelivery)
	if err != nil {
		return err
	}
	q.bindText(string(a.Status())).bindInt(int64(attempts)).bindText(a.Target).bindInt(int64(a.Code)).bindInt(int64(a.Duration))
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
		t.changes = append(t.changes, change{kind: ChangeResolved, delivery: m})
	}
	return nil
}

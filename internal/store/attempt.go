package store

import (
	"github.com/vidiking/vidiking-cli/internal/store/sqlite"
	"github.com/vidiking/vidiking-cli/internal/webhook"
)

const (
	selectForAttempt = `SELECT n, attempts, replay_of, same_body_as, probe, routed, project, body_hash, body_bytes, expected_status
		FROM delivery WHERE id = ?`

	insertAttempt = `INSERT INTO attempt (delivery, n, target, started_at, code, failure, error, duration, connect, first_byte,
		answer_bytes, answer_cut, header, answer, masked, url) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`

	updateDelivery = "UPDATE delivery SET status = ?, attempts = ?, target = ?, code = ?, duration = ?, failure = ?, met = ? WHERE n = ?"

	// What webhook.Deciding looks at, and what a row shows of the attempt that it picks.
	selectOutcomes = "SELECT n, target, code, failure, duration FROM attempt WHERE delivery = ? ORDER BY n"
)

func (t *transaction) attempt(j *job) error {
	m, err := t.made(j.id)
	if err != nil {
		return err
	}
	for i := range j.attempts {
		j.attempts[i].N = m.attempts + i + 1
		if err := t.insertAttempt(m.n, j.attempts[i], j.answers[i]); err != nil {
			return err
		}
		t.changes = append(t.changes, change{kind: ChangeAttempted, delivery: m.n, attempt: j.attempts[i].N})
	}
	if err := t.schedule(m.n, j); err != nil {
		return err
	}
	deciding, err := t.deciding(m.n, j.attempts)
	if err != nil {
		return err
	}
	j.status = deciding.Status()
	if err := t.updateDelivery(m, m.attempts+len(j.attempts), deciding); err != nil {
		return err
	}
	return t.resolve(m, j.attempts, j.status)
}

// made reads the delivery that attempts are written for.
func (t *transaction) made(id webhook.ID) (m made, err error) {
	err = t.conn.Rows(selectForAttempt, []any{string(id)}, func(q *sqlite.Row) error {
		m = made{n: q.Int(), id: id, attempts: int(q.Int()), replayOf: webhook.ID(q.Text())}
		m.repeats = q.Text() != "" || m.replayOf != ""
		m.probe, m.routed, m.project = q.Bool(), q.Bool(), q.Text()
		m.bodyHash, m.bodyBytes, m.expected = q.Int(), q.Int(), q.Text()
		return nil
	})
	if err == nil && m.n == 0 {
		err = &NotFoundError{Typed: string(id)}
	}
	return m, err
}

func (t *transaction) insertAttempt(delivery int64, a webhook.Attempt, header []byte) error {
	q, err := t.conn.Prepare(insertAttempt)
	if err != nil {
		return err
	}
	q.BindInt(delivery).BindInt(int64(a.N)).BindText(a.Target).BindTime(a.StartedAt).BindInt(int64(a.Code))
	q.BindText(string(a.Failure)).BindText(a.Error)
	q.BindInt(int64(a.Duration)).BindInt(int64(a.Connect)).BindInt(int64(a.FirstByte))
	q.BindInt(a.ResponseBytes).BindBool(a.ResponseTruncated).BindBlob(header).BindBlob(a.Response)
	return q.BindText(joinNames(a.Masked)).BindText(a.URL).Run()
}

// deciding is the attempt that decides the delivery's status, now that the newest are written.
func (t *transaction) deciding(delivery int64, newest []webhook.Attempt) (webhook.Attempt, error) {
	if newest[0].N == 1 {
		return webhook.Deciding(newest), nil
	}
	var all []webhook.Attempt
	err := t.conn.Rows(selectOutcomes, []any{delivery}, func(q *sqlite.Row) error {
		all = append(all, webhook.Attempt{
			N: int(q.Int()), Target: q.Text(), Code: int(q.Int()), Failure: webhook.Failure(q.Text()), Duration: q.Duration(),
		})
		return nil
	})
	return webhook.Deciding(all), err
}

func (t *transaction) updateDelivery(m made, attempts int, a webhook.Attempt) error {
	q, err := t.conn.Prepare(updateDelivery)
	if err != nil {
		return err
	}
	q.BindText(string(a.Status())).BindInt(int64(attempts)).BindText(a.Target).BindInt(int64(a.Code)).BindInt(int64(a.Duration))
	return q.BindText(string(a.Failure)).BindBool(webhook.MeetsStatus(m.expected, a.Code)).BindInt(m.n).Run()
}

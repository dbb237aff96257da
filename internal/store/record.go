package store

import (
	"fmt"
	"slices"

	"github.com/vidiking/vidiking-cli/internal/store/sqlite"
	"github.com/vidiking/vidiking-cli/internal/webhook"
)

const (
	// The first of its kind, so that all of the provider's retries point at one delivery.
	selectSameBody = "SELECT id FROM delivery WHERE body_hash = ? AND body_bytes = ? ORDER BY n LIMIT 1"

	insertDelivery = `INSERT INTO delivery (n, id, session, received_at, origin, event, about, status, verdict, secret_hint,
		replay_of, resolved_by, same_body_as, body_bytes, body_hash, attempts, target, code, duration, failure, masked,
		` + requestColumns + `)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, '', ?, ?, ?, 0, '', 0, 0, '', ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`

	// requestColumns are bound by bindRequest.
	requestColumns = "method, path, rest, query, masked_query, host, project, probe, routed, expected_status, met"

	insertContent = "INSERT INTO content (n, header, body) VALUES (?, ?, ?)"
	insertPart    = "INSERT INTO part (delivery, n, body) VALUES (?, ?, ?)"
)

// partBytes is how much of a body is written at a time. A connection holds on to twice that for ever.
const partBytes = 256 << 10

func (t *transaction) record(j *job) error {
	d := j.delivery
	if d.ReplayOf == "" {
		same, err := t.sameBody(j)
		if err != nil {
			return err
		}
		j.sameBodyAs = same
	}
	n := t.next()
	if err := t.insertDelivery(n, j); err != nil {
		return err
	}
	if err := t.insertContent(n, j.header, d.Body); err != nil {
		return err
	}
	t.changes = append(t.changes, change{kind: ChangeRecorded, delivery: n})
	return nil
}

func (t *transaction) sameBody(j *job) (webhook.ID, error) {
	q, err := t.conn.Prepare(selectSameBody)
	if err != nil {
		return "", err
	}
	var same webhook.ID
	err = q.BindInt(j.bodyHash).BindInt(j.delivery.BodyBytes).Each(func(q *sqlite.Row) error {
		same = webhook.ID(q.Text())
		return nil
	})
	return same, err
}

func (t *transaction) insertDelivery(n int64, j *job) error {
	q, err := t.conn.Prepare(insertDelivery)
	if err != nil {
		return err
	}
	d := j.delivery
	q.BindInt(n).BindText(string(d.ID)).BindText(d.Session).BindTime(d.ReceivedAt)
	q.BindText(string(d.Origin)).BindText(d.Event).BindText(d.About).BindText(string(d.Status))
	q.BindText(string(d.Verdict)).BindText(d.SecretHint).BindText(string(d.ReplayOf)).BindText(string(j.sameBodyAs))
	q.BindInt(d.BodyBytes).BindInt(j.bodyHash).BindText(joinNames(d.Masked))
	err = bindRequest(q, &d.Summary).Run()
	if sqlite.IsDuplicate(err) {
		return fmt.Errorf("%w: %s", ErrDuplicateID, d.ID)
	}
	return err
}

// bindRequest binds requestColumns.
func bindRequest(q *sqlite.Stmt, s *webhook.Summary) *sqlite.Stmt {
	q.BindText(s.Method).BindText(s.Path).BindText(s.Rest).BindText(s.Query).BindText(joinNames(s.MaskedQuery))
	return q.BindText(s.Host).BindText(s.Project).BindBool(s.Probe).BindBool(s.Routed).BindText(s.ExpectedStatus).BindBool(s.Met)
}

func (t *transaction) insertContent(n int64, header, body []byte) error {
	q, err := t.conn.Prepare(insertContent)
	if err != nil {
		return err
	}
	first := min(len(body), partBytes)
	if err := q.BindInt(n).BindBlob(header).BindBlob(body[:first]).Run(); err != nil {
		return err
	}
	part := int64(1)
	for rest := range slices.Chunk(body[first:], partBytes) {
		if q, err = t.conn.Prepare(insertPart); err != nil {
			return err
		}
		if err := q.BindInt(n).BindInt(part).BindBlob(rest).Run(); err != nil {
			return err
		}
		part++
	}
	return nil
}

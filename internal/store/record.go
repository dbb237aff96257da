package store

import (
	"errors"
	"fmt"
	"slices"

	"github.com/ncruces/go-sqlite3"

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
	q, err := t.conn.prepare(selectSameBody)
	if err != nil {
		return "", err
	}
	var same webhook.ID
	err = q.bindInt(j.bodyHash).bindInt(j.delivery.BodyBytes).each(func(q *query) error {
		same = webhook.ID(q.text())
		return nil
	})
	return same, err
}

func (t *transaction) insertDelivery(n int64, j *job) error {
	q, err := t.conn.prepare(insertDelivery)
	if err != nil {
		return err
	}
	d := j.delivery
	q.bindInt(n).bindText(string(d.ID)).bindText(d.Session).bindTime(d.ReceivedAt)
	q.bindText(string(d.Origin)).bindText(d.Event).bindText(d.About).bindText(string(d.Status))
	q.bindText(string(d.Verdict)).bindText(d.SecretHint).bindText(string(d.ReplayOf)).bindText(string(j.sameBodyAs))
	q.bindInt(d.BodyBytes).bindInt(j.bodyHash).bindText(joinNames(d.Masked))
	err = q.bindRequest(&d.Summary).run()
	if errors.Is(err, sqlite3.CONSTRAINT_UNIQUE) {
		return fmt.Errorf("%w: %s", ErrDuplicateID, d.ID)
	}
	return err
}

// bindRequest binds requestColumns.
func (q *query) bindRequest(s *webhook.Summary) *query {
	q.bindText(s.Method).bindText(s.Path).bindText(s.Rest).bindText(s.Query).bindText(joinNames(s.MaskedQuery))
	return q.bindText(s.Host).bindText(s.Project).bindBool(s.Probe).bindBool(s.Routed).bindText(s.ExpectedStatus).bindBool(s.Met)
}

func (t *transaction) insertContent(n int64, header, body []byte) error {
	q, err := t.conn.prepare(insertContent)
	if err != nil {
		return err
	}
	first := min(len(body), partBytes)
	if err := q.bindInt(n).bindBlob(header).bindBlob(body[:first]).run(); err != nil {
		return err
	}
	part := int64(1)
	for rest := range slices.Chunk(body[first:], partBytes) {
		if q, err = t.conn.prepare(insertPart); err != nil {
			return err
		}
		if err := q.bindInt(n).bindInt(part).bindBlob(rest).run(); err != nil {
			return err
		}
		part++
	}
	return nil
}

package store

import (
	"fmt"
	"slices"

	"github.com/vidiking/vidiking-cli/internal/store/encoding"
	"github.com/vidiking/vidiking-cli/internal/store/sqlite"
	"github.com/vidiking/vidiking-cli/internal/webhook"
)

const (
	// The oldest delivery, because all retries of the provider should refer to the same one.
	selectSameBody = "SELECT id FROM delivery WHERE body_hash = ? AND body_bytes = ? ORDER BY n LIMIT 1"

	insertDelivery = `INSERT INTO delivery (n, id, session, received_at, origin, event, about, status, verdict, secret_hint,
		replay_of, resolved_by, same_body_as, body_bytes, body_hash, attempts, target, code, duration, failure, masked,
		` + requestColumns + `)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, '', ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`

	// requestColumns are bound by bindRequest.
	requestColumns = "method, path, rest, query, masked_query, host, project, probe, routed, expected_status, met"

	insertContent = "INSERT INTO content (n, header, body) VALUES (?, ?, ?)"
	insertPart    = "INSERT INTO part (delivery, n, body) VALUES (?, ?, ?)"

	selectForAttempt = `SELECT n, attempts, replay_of, same_body_as, probe, routed, project, body_hash, body_bytes, expected_status
		FROM delivery WHERE id = ?`

	insertAttempt = `INSERT INTO attempt (delivery, n, target, started_at, code, failure, error, duration, connect, first_byte,
		response_bytes, response_truncated, header, response, masked, url) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`

	updateDelivery = "UPDATE delivery SET status = ?, attempts = ?, target = ?, code = ?, duration = ?, failure = ?, met = ? WHERE n = ?"

	// The fields that webhook.Deciding needs, and the columns of delivery that describe the attempt it returns.
	selectOutcomes = "SELECT n, target, code, failure, duration FROM attempt WHERE delivery = ? ORDER BY n"
)

// record inserts a delivery.
func (t *transaction) record(j *job) error {
	d := j.record.delivery
	if d.ReplayOf == "" {
		same, err := findSameBody(t.conn, j.record.bodyHash, d.BodyBytes)
		if err != nil {
			return err
		}
		j.record.sameBodyAs = same
	}
	n := t.nextRow()
	if err := writeDelivery(t.conn, n, j.record); err != nil {
		return err
	}
	if err := writeContent(t.conn, n, j.record.header, d.Body); err != nil {
		return err
	}
	if err := writeStates(t.conn, j.record.state); err != nil {
		return err
	}
	if err := writeDue(t.conn, n, j.due); err != nil {
		return err
	}
	t.counts.Add(d.Project, d.Probe, 1)
	t.add(change{kind: ChangeRecorded, delivery: n})
	t.recent.record(n, &j.record)
	t.recorded[d.ID] = attempted{
		n: n, id: d.ID, expected: d.ExpectedStatus, project: d.Project, routed: d.Routed, probe: d.Probe,
		replayOf: d.ReplayOf, repeated: d.ReplayOf != "" || j.record.sameBodyAs != "", bodyHash: j.record.bodyHash, bodyBytes: d.BodyBytes,
		hasOutcome: j.record.early != nil, hasDue: len(j.due) > 0,
	}
	if e := j.record.early; e != nil {
		e.id = d.ID
		t.early[j.record.bodyHash] = append(t.early[j.record.bodyHash], *e)
	}
	return nil
}

func findSameBody(c *sqlite.Conn, hash, size int64) (same webhook.ID, err error) {
	s, err := c.Prepare(selectSameBody)
	if err != nil {
		return "", err
	}
	err = s.BindInt(hash).BindInt(size).Each(func(r *sqlite.Row) error {
		same = webhook.ID(r.Text())
		return nil
	})
	return same, err
}

func writeDelivery(c *sqlite.Conn, n int64, rec recordedBody) error {
	s, err := c.Prepare(insertDelivery)
	if err != nil {
		return err
	}
	d := rec.delivery
	s.BindInt(n).BindText(string(d.ID)).BindText(d.Session).BindTime(d.ReceivedAt)
	s.BindText(string(d.Origin)).BindText(d.Event).BindText(d.About).BindText(string(d.Status))
	s.BindText(string(d.Verdict)).BindText(d.SecretHint).BindText(string(d.ReplayOf)).BindText(string(rec.sameBodyAs))
	s.BindInt(d.BodyBytes).BindInt(rec.bodyHash).BindInt(int64(d.Attempts))
	s.BindText(d.Target).BindInt(int64(d.Code)).BindInt(int64(d.Duration)).BindText(string(d.Failure)).BindText(encoding.JoinNames(d.Masked))
	err = bindRequest(s, &d.Summary).Run()
	if sqlite.IsDuplicate(err) {
		return fmt.Errorf("%w: %s", ErrDuplicateID, d.ID)
	}
	return err
}

func bindRequest(s *sqlite.Stmt, d *webhook.Summary) *sqlite.Stmt {
	s.BindText(d.Method).BindText(d.Path).BindText(d.Rest).BindText(d.Query).BindText(encoding.JoinNames(d.MaskedQuery))
	return s.BindText(d.Host).BindText(d.Project).BindBool(d.Probe).BindBool(d.Routed).BindText(d.ExpectedStatus).BindBool(d.Met)
}

// writeContent inserts the header and the body of a delivery. A large body is divided into parts.
func writeContent(c *sqlite.Conn, n int64, header, body []byte) error {
	s, err := c.Prepare(insertContent)
	if err != nil {
		return err
	}
	first := min(len(body), encoding.PartBytes)
	if err := s.BindInt(n).BindBlob(header).BindBlob(body[:first]).Run(); err != nil {
		return err
	}
	part := int64(1)
	for rest := range slices.Chunk(body[first:], encoding.PartBytes) {
		if s, err = c.Prepare(insertPart); err != nil {
			return err
		}
		if err := s.BindInt(n).BindInt(part).BindBlob(rest).Run(); err != nil {
			return err
		}
		part++
	}
	return nil
}

// attempted is a delivery for which attempts are written.
type attempted struct {
	n        int64
	id       webhook.ID
	attempts int // written before
	expected string

	hasOutcome bool // the row already has the status and the deciding attempt
	hasDue     bool // it may have due rows
	project    string
	routed     bool
	probe      bool

	replayOf  webhook.ID
	repeated  bool // it is a replay, or the same bytes arrived before
	bodyHash  int64
	bodyBytes int64
}

// addAttempts inserts attempts, and updates the delivery's status, its due rows, and the deliveries that it resolves.
func (t *transaction) addAttempts(j *job) error {
	d, err := t.findAttempted(j.id)
	if err != nil {
		return err
	}
	list := j.attempts.list
	for i := range list {
		list[i].N = d.attempts + i + 1
		if err := writeAttempt(t.conn, d.n, list[i], j.attempts.headers[i]); err != nil {
			return err
		}
		t.add(change{kind: ChangeAttempted, delivery: d.n, attempt: list[i].N})
	}
	if d.hasDue || len(j.due) > 0 {
		if err := replaceDue(t.conn, d.n, list, j.due); err != nil {
			return err
		}
	}
	deciding, err := decidingAttempt(t.conn, d.n, list)
	if err != nil {
		return err
	}
	j.status = deciding.Status()
	outcome := webhook.Summary{
		Status: j.status, Met: webhook.MeetsStatus(d.expected, deciding.Code), Attempts: d.attempts + len(list),
		Target: deciding.Target, Code: deciding.Code, Duration: deciding.Duration, Failure: deciding.Failure,
	}
	if !d.hasOutcome {
		if err := t.updateDelivery(d.n, outcome); err != nil {
			return err
		}
	}
	t.recent.attempt(j.id, &j.attempts, outcome)
	if known, ok := t.recorded[d.id]; ok {
		known.attempts += len(list)
		known.hasOutcome, known.hasDue = false, known.hasDue || len(j.due) > 0
		t.recorded[d.id] = known
	}
	return t.resolve(d, list, j.status)
}

// updateDelivery writes what attempts change in the row of a delivery.
func (t *transaction) updateDelivery(n int64, d webhook.Summary) error {
	s, err := t.conn.Prepare(updateDelivery)
	if err != nil {
		return err
	}
	s.BindText(string(d.Status)).BindInt(int64(d.Attempts))
	s.BindText(d.Target).BindInt(int64(d.Code)).BindInt(int64(d.Duration)).BindText(string(d.Failure))
	return s.BindBool(d.Met).BindInt(n).Run()
}

func (t *transaction) findAttempted(id webhook.ID) (d attempted, err error) {
	if d, ok := t.recorded[id]; ok {
		return d, nil
	}
	err = t.conn.Rows(selectForAttempt, []any{string(id)}, func(r *sqlite.Row) error {
		d = attempted{n: r.Int(), id: id, attempts: int(r.Int()), replayOf: webhook.ID(r.Text()), hasDue: true}
		d.repeated = r.Text() != "" || d.replayOf != ""
		d.probe, d.routed, d.project = r.Bool(), r.Bool(), r.Text()
		d.bodyHash, d.bodyBytes, d.expected = r.Int(), r.Int(), r.Text()
		return nil
	})
	if err == nil && d.n == 0 {
		err = &NotFoundError{Typed: string(id)}
	}
	return d, err
}

func writeAttempt(c *sqlite.Conn, delivery int64, a webhook.Attempt, header []byte) error {
	s, err := c.Prepare(insertAttempt)
	if err != nil {
		return err
	}
	s.BindInt(delivery).BindInt(int64(a.N)).BindText(a.Target).BindTime(a.StartedAt).BindInt(int64(a.Code))
	s.BindText(string(a.Failure)).BindText(a.Error)
	s.BindInt(int64(a.Duration)).BindInt(int64(a.Connect)).BindInt(int64(a.FirstByte))
	s.BindInt(a.ResponseBytes).BindBool(a.ResponseTruncated).BindBlob(header).BindBlob(a.Response)
	return s.BindText(encoding.JoinNames(a.Masked)).BindText(a.URL).Run()
}

// decidingAttempt returns the attempt that decides the delivery's status. The newest attempts are already written.
func decidingAttempt(c *sqlite.Conn, delivery int64, newest []webhook.Attempt) (webhook.Attempt, error) {
	if newest[0].N == 1 {
		return webhook.Deciding(newest), nil
	}
	var all []webhook.Attempt
	err := c.Rows(selectOutcomes, []any{delivery}, func(r *sqlite.Row) error {
		all = append(all, webhook.Attempt{
			N: int(r.Int()), Target: r.Text(), Code: int(r.Int()), Failure: webhook.Failure(r.Text()), Duration: r.Duration(),
		})
		return nil
	})
	return webhook.Deciding(all), err
}

package store

import (
	"fmt"

	"github.com/vidiking/vidiking-cli/internal/webhook"
)

// selectSummaries reads what scanSummary scans.
const selectSummaries = "SELECT " + summaryColumns + " FROM delivery d"

const summaryColumns = `d.n, d.id, d.session, d.received_at, d.origin, d.event, d.about, d.status, d.verdict, d.secret_hint,
	d.replay_of, d.resolved_by, d.same_body_as, d.body_bytes, d.attempts, d.target, d.code, d.duration, d.failure, d.masked,
	d.method, d.path, d.rest, d.query, d.masked_query, d.host, d.project, d.probe, d.routed, d.expected_status, d.met`

// scanSummary reads summaryColumns from the current column on, and returns delivery.n with them.
func scanSummary(q *query) (n int64, s webhook.Summary) {
	n = q.int()
	s.ID = webhook.ID(q.text())
	s.Session = q.text()
	s.ReceivedAt = q.time()
	s.Origin = webhook.Origin(q.text())
	s.Event = q.text()
	s.About = q.text()
	s.Status = webhook.Status(q.text())
	s.Verdict = webhook.Verdict(q.text())
	s.SecretHint = q.text()
	s.ReplayOf = webhook.ID(q.text())
	s.ResolvedBy = webhook.ID(q.text())
	s.SameBodyAs = webhook.ID(q.text())
	s.BodyBytes = q.int()
	s.Attempts = int(q.int())
	s.Target = q.text()
	s.Code = int(q.int())
	s.Duration = q.duration()
	s.Failure = webhook.Failure(q.text())
	s.Masked = splitNames(q.text())
	s.Method, s.Path, s.Rest, s.Query = q.text(), q.text(), q.text(), q.text()
	s.MaskedQuery = splitNames(q.text())
	s.Host, s.Project = q.text(), q.text()
	s.Probe, s.Routed, s.ExpectedStatus, s.Met = q.bool(), q.bool(), q.text(), q.bool()
	s.Imported = n < 0
	return n, s
}

const (
	selectHeader = "SELECT header FROM content WHERE n = ?"
	selectBody   = "SELECT body FROM content WHERE n = ?"
	selectParts  = "SELECT body FROM part WHERE delivery = ? ORDER BY n"

	attemptColumns = `n, target, started_at, code, failure, error, duration, connect, first_byte, answer_bytes, answer_cut, header,
		answer, masked, url`
	selectAttempts = "SELECT " + attemptColumns + " FROM attempt WHERE delivery = ? ORDER BY n"
	selectAttempt  = "SELECT " + attemptColumns + " FROM attempt WHERE delivery = ? AND n = ?"
)

func scanAttempt(q *query) (a webhook.Attempt, err error) {
	a.N = int(q.int())
	a.Target = q.text()
	a.StartedAt = q.time()
	a.Code = int(q.int())
	a.Failure = webhook.Failure(q.text())
	a.Error = q.text()
	a.Duration, a.Connect, a.FirstByte = q.duration(), q.duration(), q.duration()
	a.ResponseBytes, a.ResponseTruncated = q.int(), q.bool()
	a.Header, err = decodeHeader(q.blob())
	a.Response = q.blob()
	a.Masked = splitNames(q.text())
	a.URL = q.text()
	return a, err
}

// readRest reads what a summary leaves out.
func readRest(c *conn, n int64, d *webhook.Delivery) error {
	err := c.rows(selectHeader, []any{n}, func(q *query) (err error) {
		d.Header, err = decodeHeader(q.blob())
		return err
	})
	if err != nil {
		return err
	}
	if d.Body, err = readBody(c, n, d.BodyBytes); err != nil {
		return err
	}
	err = c.rows(selectAttempts, []any{n}, func(q *query) error {
		a, err := scanAttempt(q)
		d.History = append(d.History, a)
		return err
	})
	if err != nil {
		return err
	}
	return c.rows(selectResolutions, []any{n}, func(q *query) error {
		if d.Resolutions == nil {
			d.Resolutions = map[string]webhook.ID{}
		}
		target := q.text()
		d.Resolutions[target] = webhook.ID(q.text())
		return nil
	})
}

// readBody makes room for the whole body once and puts its parts there.
func readBody(c *conn, n, size int64) ([]byte, error) {
	body := make([]byte, 0, size)
	part := func(q *query) error {
		body = append(body, q.raw()...)
		return nil
	}
	err := c.rows(selectBody, []any{n}, part)
	if err == nil && int64(len(body)) < size {
		err = c.rows(selectParts, []any{n}, part)
	}
	if err == nil && int64(len(body)) != size {
		err = fmt.Errorf("%w: %d of %d bytes of a body", ErrCorrupt, len(body), size)
	}
	return body, err
}

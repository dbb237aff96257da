package store

import (
	"fmt"

	"github.com/vidiking/vidiking-cli/internal/store/sqlite"
	"github.com/vidiking/vidiking-cli/internal/webhook"
)

// selectSummaries reads what scanSummary scans.
const selectSummaries = "SELECT " + summaryColumns + " FROM delivery d"

const summaryColumns = `d.n, d.id, d.session, d.received_at, d.origin, d.event, d.about, d.status, d.verdict, d.secret_hint,
	d.replay_of, d.resolved_by, d.same_body_as, d.body_bytes, d.attempts, d.target, d.code, d.duration, d.failure, d.masked,
	d.method, d.path, d.rest, d.query, d.masked_query, d.host, d.project, d.probe, d.routed, d.expected_status, d.met`

// scanSummary reads summaryColumns from the current column on, and returns delivery.n with them.
func scanSummary(q *sqlite.Row) (n int64, s webhook.Summary) {
	n = q.Int()
	s.ID = webhook.ID(q.Text())
	s.Session = q.Text()
	s.ReceivedAt = q.Time()
	s.Origin = webhook.Origin(q.Text())
	s.Event = q.Text()
	s.About = q.Text()
	s.Status = webhook.Status(q.Text())
	s.Verdict = webhook.Verdict(q.Text())
	s.SecretHint = q.Text()
	s.ReplayOf = webhook.ID(q.Text())
	s.ResolvedBy = webhook.ID(q.Text())
	s.SameBodyAs = webhook.ID(q.Text())
	s.BodyBytes = q.Int()
	s.Attempts = int(q.Int())
	s.Target = q.Text()
	s.Code = int(q.Int())
	s.Duration = q.Duration()
	s.Failure = webhook.Failure(q.Text())
	s.Masked = splitNames(q.Text())
	s.Method, s.Path, s.Rest, s.Query = q.Text(), q.Text(), q.Text(), q.Text()
	s.MaskedQuery = splitNames(q.Text())
	s.Host, s.Project = q.Text(), q.Text()
	s.Probe, s.Routed, s.ExpectedStatus, s.Met = q.Bool(), q.Bool(), q.Text(), q.Bool()
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

func scanAttempt(q *sqlite.Row) (a webhook.Attempt, err error) {
	a.N = int(q.Int())
	a.Target = q.Text()
	a.StartedAt = q.Time()
	a.Code = int(q.Int())
	a.Failure = webhook.Failure(q.Text())
	a.Error = q.Text()
	a.Duration, a.Connect, a.FirstByte = q.Duration(), q.Duration(), q.Duration()
	a.ResponseBytes, a.ResponseTruncated = q.Int(), q.Bool()
	a.Header, err = decodeHeader(q.Blob())
	a.Response = q.Blob()
	a.Masked = splitNames(q.Text())
	a.URL = q.Text()
	return a, err
}

// readRest reads what a summary leaves out.
func readRest(c *sqlite.Conn, n int64, d *webhook.Delivery) error {
	err := c.Rows(selectHeader, []any{n}, func(q *sqlite.Row) (err error) {
		d.Header, err = decodeHeader(q.Blob())
		return err
	})
	if err != nil {
		return err
	}
	if d.Body, err = readBody(c, n, d.BodyBytes); err != nil {
		return err
	}
	err = c.Rows(selectAttempts, []any{n}, func(q *sqlite.Row) error {
		a, err := scanAttempt(q)
		d.History = append(d.History, a)
		return err
	})
	if err != nil {
		return err
	}
	return c.Rows(selectResolutions, []any{n}, func(q *sqlite.Row) error {
		if d.Resolutions == nil {
			d.Resolutions = map[string]webhook.ID{}
		}
		target := q.Text()
		d.Resolutions[target] = webhook.ID(q.Text())
		return nil
	})
}

// readBody makes room for the whole body once and puts its parts there.
func readBody(c *sqlite.Conn, n, size int64) ([]byte, error) {
	body := make([]byte, 0, size)
	part := func(q *sqlite.Row) error {
		body = append(body, q.Raw()...)
		return nil
	}
	err := c.Rows(selectBody, []any{n}, part)
	if err == nil && int64(len(body)) < size {
		err = c.Rows(selectParts, []any{n}, part)
	}
	if err == nil && int64(len(body)) != size {
		err = fmt.Errorf("%w: %d of %d bytes of a body", ErrCorrupt, len(body), size)
	}
	return body, err
}

package store

import (
	"fmt"

	"github.com/vidiking/vidiking-cli/internal/store/encoding"
	"github.com/vidiking/vidiking-cli/internal/store/sqlite"
	"github.com/vidiking/vidiking-cli/internal/webhook"
)

// selectSummaries selects the columns that scanSummary reads.
const selectSummaries = "SELECT " + summaryColumns + " FROM delivery d"

const summaryColumns = `d.n, d.id, d.session, d.received_at, d.origin, d.event, d.about, d.status, d.verdict, d.secret_hint,
	d.replay_of, d.resolved_by, d.same_body_as, d.body_bytes, d.attempts, d.target, d.code, d.duration, d.failure, d.masked,
	d.method, d.path, d.rest, d.query, d.masked_query, d.host, d.project, d.probe, d.routed, d.expected_status, d.met`

// scanSummary reads summaryColumns, and also returns delivery.n.
func scanSummary(r *sqlite.Row) (n int64, s webhook.Summary) {
	n = r.Int()
	s.ID = webhook.ID(r.Text())
	s.Session = r.Text()
	s.ReceivedAt = r.Time()
	s.Origin = webhook.Origin(r.Text())
	s.Event = r.Text()
	s.About = r.Text()
	s.Status = webhook.Status(r.Text())
	s.Verdict = webhook.Verdict(r.Text())
	s.SecretHint = r.Text()
	s.ReplayOf = webhook.ID(r.Text())
	s.ResolvedBy = webhook.ID(r.Text())
	s.SameBodyAs = webhook.ID(r.Text())
	s.BodyBytes = r.Int()
	s.Attempts = int(r.Int())
	s.Target = r.Text()
	s.Code = int(r.Int())
	s.Duration = r.Duration()
	s.Failure = webhook.Failure(r.Text())
	s.Masked = encoding.SplitNames(r.Text())
	s.Method, s.Path, s.Rest, s.Query = r.Text(), r.Text(), r.Text(), r.Text()
	s.MaskedQuery = encoding.SplitNames(r.Text())
	s.Host, s.Project = r.Text(), r.Text()
	s.Probe, s.Routed, s.ExpectedStatus, s.Met = r.Bool(), r.Bool(), r.Text(), r.Bool()
	s.Imported = n < 0
	return n, s
}

func readSummaries(c *sqlite.Conn, where string, args ...any) (list []webhook.Summary, err error) {
	err = c.Rows(selectSummaries+where, args, func(r *sqlite.Row) error {
		_, s := scanSummary(r)
		list = append(list, s)
		return nil
	})
	return list, err
}

const (
	selectHeader = "SELECT header FROM content WHERE n = ?"
	selectBody   = "SELECT body FROM content WHERE n = ?"
	selectParts  = "SELECT body FROM part WHERE delivery = ? ORDER BY n"

	attemptColumns = `n, target, started_at, code, failure, error, duration, connect, first_byte, response_bytes, response_truncated,
		header, response, masked, url`
	selectAttempts = "SELECT " + attemptColumns + " FROM attempt WHERE delivery = ? ORDER BY n"
	selectAttempt  = "SELECT " + attemptColumns + " FROM attempt WHERE delivery = ? AND n = ?"
)

func scanAttempt(r *sqlite.Row) (a webhook.Attempt, err error) {
	a.N = int(r.Int())
	a.Target = r.Text()
	a.StartedAt = r.Time()
	a.Code = int(r.Int())
	a.Failure = webhook.Failure(r.Text())
	a.Error = r.Text()
	a.Duration, a.Connect, a.FirstByte = r.Duration(), r.Duration(), r.Duration()
	a.ResponseBytes, a.ResponseTruncated = r.Int(), r.Bool()
	a.Header, err = encoding.DecodeHeader(r.Blob())
	a.Response = r.Blob()
	a.Masked = encoding.SplitNames(r.Text())
	a.URL = r.Text()
	return a, err
}

// readContent reads the fields of a delivery that its summary does not have.
func readContent(c *sqlite.Conn, n int64, d *webhook.Delivery) error {
	err := c.Rows(selectHeader, []any{n}, func(r *sqlite.Row) (err error) {
		d.Header, err = encoding.DecodeHeader(r.Blob())
		return err
	})
	if err != nil {
		return err
	}
	if d.Body, err = readBody(c, n, d.BodyBytes); err != nil {
		return err
	}
	err = c.Rows(selectAttempts, []any{n}, func(r *sqlite.Row) error {
		a, err := scanAttempt(r)
		d.History = append(d.History, a)
		return err
	})
	if err != nil {
		return err
	}
	return c.Rows(selectResolutions, []any{n}, func(r *sqlite.Row) error {
		if d.Resolutions == nil {
			d.Resolutions = map[string]webhook.ID{}
		}
		target := r.Text()
		d.Resolutions[target] = webhook.ID(r.Text())
		return nil
	})
}

// readBody allocates the whole body once and copies the parts into it.
func readBody(c *sqlite.Conn, n, size int64) ([]byte, error) {
	body := make([]byte, 0, size)
	appendPart := func(r *sqlite.Row) error {
		body = append(body, r.Raw()...)
		return nil
	}
	err := c.Rows(selectBody, []any{n}, appendPart)
	if err == nil && int64(len(body)) < size {
		err = c.Rows(selectParts, []any{n}, appendPart)
	}
	if err == nil && int64(len(body)) != size {
		err = fmt.Errorf("%w: it has %d of the %d bytes of a body", ErrCorrupt, len(body), size)
	}
	return body, err
}

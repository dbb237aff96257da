package store

import (
	"fmt"

	"github.com/vidiking/vidiking-cli/internal/store/encoding"
	"github.com/vidiking/vidiking-cli/internal/store/journal"
	"github.com/vidiking/vidiking-cli/internal/store/sqlite"
	"github.com/vidiking/vidiking-cli/internal/webhook"
)

// An entry is the payload of a journal frame: a kind, and the fields of a job in a fixed order. The body of a delivery comes last and has
// no length, so that it can be written without a copy.
const (
	entryRecord   = 1
	entryAttempts = 2
	entryFiled    = 3 // a position of this journal: everything up to there is in the log
	entryState    = 4 // values to set
)

// encoder encodes entries.
type encoder struct{ encoding.Encoder }

// record encodes a delivery to record, except its body.
func (e *encoder) record(j *job) {
	rec := &j.record
	d := rec.delivery
	e.Begin(entryRecord)
	for _, s := range []string{
		string(d.ID), d.Session, string(d.Origin), d.Event, d.About, string(d.Status), string(d.Verdict), d.SecretHint,
		string(d.ReplayOf), d.Method, d.Path, d.Rest, d.Query, d.Host, d.Project, d.ExpectedStatus,
	} {
		e.Text(s)
	}
	e.Time(d.ReceivedAt)
	e.Int(rec.bodyHash)
	e.Texts(d.Masked)
	e.Texts(d.MaskedQuery)
	e.Bool(d.Probe)
	e.Bool(d.Routed)
	e.Bool(d.Met)
	e.Bytes(rec.header)
	e.states(rec.state)
	e.due(j.due)
}

func (e *encoder) states(all []State) {
	e.Length(len(all))
	for _, s := range all {
		e.Text(s.Key)
		e.Bytes(s.Value)
	}
}

// attempts encodes attempts to add, and the due rows.
func (e *encoder) attempts(j *job) {
	e.Begin(entryAttempts)
	e.Text(string(j.id))
	e.Length(len(j.attempts.list))
	for i, a := range j.attempts.list {
		e.Text(a.Target)
		e.Text(string(a.Failure))
		e.Text(a.Error)
		e.Text(a.URL)
		e.Time(a.StartedAt)
		e.Int(int64(a.Code))
		e.Duration(a.Duration)
		e.Duration(a.Connect)
		e.Duration(a.FirstByte)
		e.Int(a.ResponseBytes)
		e.Bool(a.ResponseTruncated)
		e.Texts(a.Masked)
		e.Bytes(j.attempts.headers[i])
		e.Bytes(a.Response)
	}
	e.due(j.due)
}

func (e *encoder) due(all []Due) {
	e.Length(len(all))
	for _, d := range all {
		e.Text(d.Target)
		e.Text(d.Session)
		e.Bool(d.Uncertain)
		e.Bool(d.At.IsZero())
		if !d.At.IsZero() {
			e.Time(d.At)
		}
	}
}

func (e *encoder) filed(p journal.Position) {
	e.Begin(entryFiled)
	e.Int(p.File)
	e.Int(p.Offset)
}

// decoder decodes an entry.
type decoder struct{ encoding.Decoder }

// decodeEntry fills a job with an entry. The job's bytes are parts of the entry. For an entryFiled, it returns the position.
func decodeEntry(entry []byte, j *job) (filed journal.Position, err error) {
	if len(entry) == 0 {
		return filed, fmt.Errorf("%w: an entry of a journal is empty", sqlite.ErrCorrupt)
	}
	d := decoder{encoding.NewDecoder(entry[1:])}
	switch entry[0] {
	case entryRecord:
		d.record(j)
	case entryAttempts:
		d.attempts(j)
	case entryState:
		j.kind, j.record.state = jobState, d.states()
	case entryFiled:
		filed = journal.Position{File: d.Int(), Offset: d.Int()}
	default:
		d.Fail()
	}
	return filed, d.Err()
}

func (d *decoder) record(j *job) {
	j.kind = jobRecord
	v := &webhook.Delivery{}
	v.ID, v.Session, v.Origin, v.Event = webhook.ID(d.Text()), d.Text(), webhook.Origin(d.Text()), d.Text()
	v.About, v.Status, v.Verdict = d.Text(), webhook.Status(d.Text()), webhook.Verdict(d.Text())
	v.SecretHint, v.ReplayOf, v.Method = d.Text(), webhook.ID(d.Text()), d.Text()
	v.Path, v.Rest, v.Query, v.Host = d.Text(), d.Text(), d.Text(), d.Text()
	v.Project, v.ExpectedStatus = d.Text(), d.Text()
	v.ReceivedAt = d.Time()
	rec := recordedBody{delivery: v, bodyHash: d.Int()}
	v.Masked, v.MaskedQuery = d.Texts(), d.Texts()
	v.Probe, v.Routed, v.Met = d.Bool(), d.Bool(), d.Bool()
	rec.header = d.Bytes()
	rec.state = d.states()
	j.id = v.ID
	d.due(j)
	v.Body = d.Rest()
	v.BodyBytes = int64(len(v.Body))
	j.record = rec
}

func (d *decoder) states() (all []State) {
	for range d.Length() {
		all = append(all, State{Key: d.Text(), Value: d.Bytes()})
	}
	return all
}

func (d *decoder) attempts(j *job) {
	j.kind = jobAttempts
	j.id = webhook.ID(d.Text())
	for range d.Length() {
		a := webhook.Attempt{
			Target: d.Text(), Failure: webhook.Failure(d.Text()), Error: d.Text(), URL: d.Text(), StartedAt: d.Time(), Code: int(d.Int()),
			Duration: d.Duration(), Connect: d.Duration(), FirstByte: d.Duration(), ResponseBytes: d.Int(), ResponseTruncated: d.Bool(),
			Masked: d.Texts(),
		}
		header := d.Bytes()
		a.Response = d.Bytes()
		j.attempts.list = append(j.attempts.list, a)
		j.attempts.headers = append(j.attempts.headers, header)
	}
	d.due(j)
	if len(d.Rest()) > 0 {
		d.Fail()
	}
}

func (d *decoder) due(j *job) {
	for range d.Length() {
		due := Due{ID: j.id, Target: d.Text(), Session: d.Text(), Uncertain: d.Bool()}
		if isZero := d.Bool(); !isZero {
			due.At = d.Time()
		}
		j.due = append(j.due, due)
	}
}

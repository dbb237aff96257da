package store

import (
	"encoding/binary"
	"fmt"
	"math"
	"time"

	"github.com/vidiking/vidiking-cli/internal/store/journal"
	"github.com/vidiking/vidiking-cli/internal/webhook"
)

// An entry is the payload of a journal frame: a kind, and the fields of a job in a fixed order. Strings and bytes follow their length, and
// numbers are varints. The body of a delivery comes last and has no length, so that it can be written without a copy.
const (
	entryRecord   = 1
	entryAttempts = 2
	entryFiled    = 3 // a position of this journal: everything up to there is in the log
	entryState    = 4 // values to set
)

// encoder appends fields to an entry.
type encoder struct{ b []byte }

func (e *encoder) text(s string)            { e.b = appendString(e.b, s) }
func (e *encoder) bytes(p []byte)           { e.b = append(binary.AppendUvarint(e.b, uint64(len(p))), p...) }
func (e *encoder) int(v int64)              { e.b = binary.AppendVarint(e.b, v) }
func (e *encoder) time(t time.Time)         { e.int(t.UnixMilli()) }
func (e *encoder) length(n int)             { e.b = binary.AppendUvarint(e.b, uint64(n)) } //nolint:gosec // a length
func (e *encoder) duration(d time.Duration) { e.int(int64(d)) }

func (e *encoder) bool(v bool) { e.b, _ = binary.Append(e.b, binary.LittleEndian, v) } // it only fails for other types

func (e *encoder) texts(list []string) { e.text(joinNames(list)) }

// record encodes a delivery to record, except its body.
func (e *encoder) record(j *job) {
	rec := &j.record
	d := rec.delivery
	e.b = append(e.b, entryRecord)
	for _, s := range []string{
		string(d.ID), d.Session, string(d.Origin), d.Event, d.About, string(d.Status), string(d.Verdict), d.SecretHint,
		string(d.ReplayOf), d.Method, d.Path, d.Rest, d.Query, d.Host, d.Project, d.ExpectedStatus,
	} {
		e.text(s)
	}
	e.time(d.ReceivedAt)
	e.int(rec.bodyHash)
	e.texts(d.Masked)
	e.texts(d.MaskedQuery)
	e.bool(d.Probe)
	e.bool(d.Routed)
	e.bool(d.Met)
	e.bytes(rec.header)
	e.states(rec.state)
	e.due(j.due)
}

func (e *encoder) states(all []State) {
	e.length(len(all))
	for _, s := range all {
		e.text(s.Key)
		e.bytes(s.Value)
	}
}

// attempts encodes attempts to add, and the due rows.
func (e *encoder) attempts(j *job) {
	e.b = append(e.b, entryAttempts)
	e.text(string(j.id))
	e.length(len(j.attempts.list))
	for i, a := range j.attempts.list {
		e.text(a.Target)
		e.text(string(a.Failure))
		e.text(a.Error)
		e.text(a.URL)
		e.time(a.StartedAt)
		e.int(int64(a.Code))
		e.duration(a.Duration)
		e.duration(a.Connect)
		e.duration(a.FirstByte)
		e.int(a.ResponseBytes)
		e.bool(a.ResponseTruncated)
		e.texts(a.Masked)
		e.bytes(j.attempts.headers[i])
		e.bytes(a.Response)
	}
	e.due(j.due)
}

func (e *encoder) due(all []Due) {
	e.length(len(all))
	for _, d := range all {
		e.text(d.Target)
		e.text(d.Session)
		e.bool(d.Uncertain)
		e.bool(d.At.IsZero())
		if !d.At.IsZero() {
			e.time(d.At)
		}
	}
}

func (e *encoder) filed(p journal.Position) {
	e.b = append(e.b, entryFiled)
	e.int(p.File)
	e.int(p.Offset)
}

// decoder reads the fields of an entry. After the first error, it returns zero values.
type decoder struct {
	b   []byte
	err error
}

func (d *decoder) fail() {
	if d.err == nil {
		d.err = fmt.Errorf("%w: an entry of a journal cannot be decoded", ErrCorrupt)
	}
	d.b = nil
}

// bytes returns a part of the entry, without a copy.
func (d *decoder) bytes() []byte {
	s, rest := cutString(d.b)
	if rest == nil {
		d.fail()
		return nil
	}
	d.b = rest
	return s
}

func (d *decoder) text() string            { return string(d.bytes()) }
func (d *decoder) texts() []string         { return splitNames(d.text()) }
func (d *decoder) duration() time.Duration { return time.Duration(d.int()) }

func (d *decoder) int() int64 {
	v, n := binary.Varint(d.b)
	if n <= 0 {
		d.fail()
		return 0
	}
	d.b = d.b[n:]
	return v
}

// length reads the number of items that follow. Each item takes at least one byte.
func (d *decoder) length() int {
	v, n := binary.Uvarint(d.b)
	if n <= 0 || v > uint64(len(d.b)-n) || v > math.MaxInt32 {
		d.fail()
		return 0
	}
	d.b = d.b[n:]
	return int(v)
}

func (d *decoder) bool() bool {
	if len(d.b) == 0 || d.b[0] > 1 {
		d.fail()
		return false
	}
	v := d.b[0] == 1
	d.b = d.b[1:]
	return v
}

func (d *decoder) time() time.Time {
	t := time.UnixMilli(d.int()).UTC()
	if t.IsZero() {
		return time.Time{} // equal to what was encoded, also for ==
	}
	return t
}

// decodeEntry fills a job with an entry. The job's bytes are parts of the entry. For an entryFiled, it returns the position.
func decodeEntry(entry []byte, j *job) (filed journal.Position, err error) {
	if len(entry) == 0 {
		return filed, fmt.Errorf("%w: an entry of a journal is empty", ErrCorrupt)
	}
	d := decoder{b: entry[1:]}
	switch entry[0] {
	case entryRecord:
		d.record(j)
	case entryAttempts:
		d.attempts(j)
	case entryState:
		j.kind, j.record.state = jobState, d.states()
	case entryFiled:
		filed = journal.Position{File: d.int(), Offset: d.int()}
	default:
		d.fail()
	}
	return filed, d.err
}

func (d *decoder) record(j *job) {
	j.kind = jobRecord
	v := &webhook.Delivery{}
	v.ID, v.Session, v.Origin, v.Event = webhook.ID(d.text()), d.text(), webhook.Origin(d.text()), d.text()
	v.About, v.Status, v.Verdict = d.text(), webhook.Status(d.text()), webhook.Verdict(d.text())
	v.SecretHint, v.ReplayOf, v.Method = d.text(), webhook.ID(d.text()), d.text()
	v.Path, v.Rest, v.Query, v.Host = d.text(), d.text(), d.text(), d.text()
	v.Project, v.ExpectedStatus = d.text(), d.text()
	v.ReceivedAt = d.time()
	rec := recordedBody{delivery: v, bodyHash: d.int()}
	v.Masked, v.MaskedQuery = d.texts(), d.texts()
	v.Probe, v.Routed, v.Met = d.bool(), d.bool(), d.bool()
	rec.header = d.bytes()
	rec.state = d.states()
	j.id = v.ID
	d.due(j)
	v.Body = d.b
	v.BodyBytes = int64(len(v.Body))
	j.record = rec
}

func (d *decoder) states() (all []State) {
	for range d.length() {
		all = append(all, State{Key: d.text(), Value: d.bytes()})
	}
	return all
}

func (d *decoder) attempts(j *job) {
	j.kind = jobAttempts
	j.id = webhook.ID(d.text())
	for range d.length() {
		a := webhook.Attempt{
			Target: d.text(), Failure: webhook.Failure(d.text()), Error: d.text(), URL: d.text(), StartedAt: d.time(), Code: int(d.int()),
			Duration: d.duration(), Connect: d.duration(), FirstByte: d.duration(), ResponseBytes: d.int(), ResponseTruncated: d.bool(),
			Masked: d.texts(),
		}
		header := d.bytes()
		a.Response = d.bytes()
		j.attempts.list = append(j.attempts.list, a)
		j.attempts.headers = append(j.attempts.headers, header)
	}
	d.due(j)
	if len(d.b) > 0 {
		d.fail()
	}
}

func (d *decoder) due(j *job) {
	for range d.length() {
		due := Due{ID: j.id, Target: d.text(), Session: d.text(), Uncertain: d.bool()}
		if isZero := d.bool(); !isZero {
			due.At = d.time()
		}
		j.due = append(j.due, due)
	}
}

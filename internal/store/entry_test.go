package store

import (
	"bytes"
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/vidiking/vidiking-cli/internal/store/journal"
	"github.com/vidiking/vidiking-cli/internal/webhook"
)

// entryOf encodes a job as its caller does.
func entryOf(j *job) []byte {
	e := encoder{}
	switch j.kind {
	case jobRecord:
		e.record(j)
		return append(e.Entry(), j.record.delivery.Body...)
	case jobState:
		e.Begin(entryState)
		e.states(j.record.state)
	default:
		e.attempts(j)
	}
	return e.Entry()
}

func sampleJobs() []*job {
	d := newSource(1).next(whatSchema4Adds, func(d *webhook.Delivery) { d.Masked, d.ReplayOf = []string{"Cookie"}, "dlv_0000000000" })
	record := &job{kind: jobRecord}
	record.setDelivery(d, time.Now)
	record.record.state = []State{{"key", []byte{0, 1}}, {"", nil}}
	record.due = []Due{{ID: d.ID, Target: "http://c/", At: start}}
	attempts := &job{kind: jobAttempts}
	failed := webhook.Attempt{Target: "http://localhost:3000/", Failure: webhook.FailureReset, Error: "closed", URL: "http://localhost:3000/?x"}
	attempts.setAttempts(d.ID, []webhook.Attempt{answered(200), failed}, []Due{
		{ID: d.ID, Target: "http://a/", At: start}, {ID: d.ID, Target: "http://b/", Session: "ses_1", Uncertain: true},
	})
	state := &job{kind: jobState, record: recordedBody{state: []State{{"key", []byte("value")}}}}
	return []*job{record, attempts, state}
}

func TestEntriesAreDecodedAsEncoded(t *testing.T) {
	for _, want := range sampleJobs() {
		var got job
		if _, err := decodeEntry(entryOf(want), &got); err != nil {
			t.Fatal(err)
		}
		opts := cmp.Options{
			cmp.AllowUnexported(recordedBody{}, attemptsToAdd{}), cmpopts.EquateEmpty(),
			cmpopts.IgnoreFields(webhook.Delivery{}, "Header"), cmpopts.IgnoreFields(webhook.Attempt{}, "Header"), // encoded separately
		}
		for what, pair := range map[string][2]any{
			"record": {want.record, got.record}, "attempts": {want.attempts, got.attempts}, "due": {want.due, got.due}, "id": {want.id, got.id},
		} {
			if diff := cmp.Diff(pair[0], pair[1], opts); diff != "" {
				t.Errorf("%s (-want +got):\n%s", what, diff)
			}
		}
	}
	want := journal.Position{File: 3, Offset: 1 << 40}
	if got, err := decodeEntry(encodeFiled(want), &job{}); err != nil || got != want {
		t.Errorf("position %v, %v, want %v", got, err, want)
	}
}

func FuzzDecodeEntry(f *testing.F) {
	for _, j := range sampleJobs() {
		f.Add(entryOf(j))
	}
	f.Add(encodeFiled(journal.Position{File: 1, Offset: 24}))
	f.Add([]byte{9})
	f.Fuzz(func(t *testing.T, b []byte) {
		var j job
		p, err := decodeEntry(b, &j)
		if err != nil {
			if !errors.Is(err, ErrCorrupt) {
				t.Errorf("got %v, want ErrCorrupt", err)
			}
			return
		}
		again := encodeFiled(p)
		if b[0] != entryFiled {
			again = entryOf(&j)
		}
		var second job
		if _, err := decodeEntry(again, &second); err != nil || b[0] != entryFiled && !bytes.Equal(entryOf(&second), again) {
			t.Errorf("%x is encoded as %x, which is decoded differently: %v", b, again, err)
		}
	})
}

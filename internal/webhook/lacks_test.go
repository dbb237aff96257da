package webhook_test

import (
	"slices"
	"testing"
	"time"

	"github.com/vidiking/vidiking-cli/internal/webhook"
)

func TestLacksDescribesWhatTheOtherRecordHas(t *testing.T) {
	at := time.Date(2026, 3, 2, 13, 2, 31, 0, time.UTC)
	record := func(change ...func(*webhook.Delivery)) webhook.Delivery {
		d := webhook.Delivery{
			Summary: webhook.Summary{ID: "dlv_0000000001", ReceivedAt: at, Status: webhook.StatusDelivered, Attempts: 1},
			Header:  webhook.Header{{"Cookie", "a"}, {"X-A", "1"}}, Body: []byte("{}"),
			History: []webhook.Attempt{{N: 1, StartedAt: at, Code: 200, Header: webhook.Header{{"Set-Cookie", "b"}}, Response: []byte("ok")}},
		}
		for _, f := range change {
			f(&d)
		}
		return d
	}
	rejected := func(d *webhook.Delivery) { d.History, d.Status = nil, webhook.StatusRejected }
	mask := func(d *webhook.Delivery) { d.Header, d.Masked = d.Header.Mask() }
	maskResponse := func(d *webhook.Delivery) { d.History[0].Header, d.History[0].Masked = d.History[0].Header.Mask() }
	tests := []struct {
		name        string
		log, record webhook.Delivery
		want        string
	}{
		{"the same", record(), record(), ""},
		{"masked when exported", record(), record(mask, maskResponse), ""},
		{"masked in both", record(mask), record(mask), ""},
		{"masked in the log", record(mask), record(), "other headers"},
		{"a response masked in the log", record(maskResponse), record(), "another attempt"},
		{"a header is missing", record(), record(func(d *webhook.Delivery) { d.Header = d.Header[:1] }), "other headers"},
		{"another name", record(), record(func(d *webhook.Delivery) { d.Header[1].Name = "X-B" }), "other headers"},
		{"a body", record(), record(func(d *webhook.Delivery) { d.Body = []byte("[]") }), "another payload"},
		{"a time", record(), record(func(d *webhook.Delivery) { d.ReceivedAt = at.Add(1) }), "another time"},
		{"an origin", record(), record(func(d *webhook.Delivery) { d.Origin = webhook.OriginLocal }), "another origin"},
		{"a parent", record(), record(func(d *webhook.Delivery) { d.ReplayOf = "dlv_0000000002" }), "another origin"},
		{"an event", record(), record(func(d *webhook.Delivery) { d.Event = "x" }), "another event"},
		{"a path", record(func(d *webhook.Delivery) { d.Method, d.Path = "POST", "/a" }), record(func(d *webhook.Delivery) { d.Method, d.Path = "POST", "/b" }), "another request"},
		{"a query", record(func(d *webhook.Delivery) { d.Method, d.Query = "POST", "a" }), record(func(d *webhook.Delivery) { d.Method, d.Query = "POST", "b" }), "another request"},
		{"a record of an older version has no request", record(func(d *webhook.Delivery) { d.Method, d.Path = "POST", "/a" }), record(), ""},
		{"a host", record(), record(func(d *webhook.Delivery) { d.Host = "example.com" }), "another request"},
		{"a verdict", record(), record(func(d *webhook.Delivery) { d.Verdict = webhook.VerdictMissing }), "another verdict"},
		{"resolved since", record(func(d *webhook.Delivery) { d.ResolvedBy = "dlv_0000000003" }), record(), ""},
		{"resolved in the record", record(), record(func(d *webhook.Delivery) { d.ResolvedBy = "dlv_0000000003" }), "a replay that resolved it"},
		{"attempted since", record(), record(func(d *webhook.Delivery) { d.History, d.Status = nil, webhook.StatusPending }), ""},
		{"attempted in the record", record(rejected), record(), "a later attempt"},
		{"another status", record(rejected), record(func(d *webhook.Delivery) { d.History, d.Status = nil, webhook.StatusSkipped }), "another status"},
		{"another response", record(), record(func(d *webhook.Delivery) { d.History[0].Response = []byte("no") }), "another attempt"},
		{"another code", record(), record(func(d *webhook.Delivery) { d.History[0].Code = 201 }), "another attempt"},
	}
	for _, test := range tests {
		before := slices.Clone(test.log.Header)
		if got := test.log.Lacks(test.record); got != test.want {
			t.Errorf("%s: Lacks = %q, want %q", test.name, got, test.want)
		}
		if !slices.Equal(before, test.log.Header) {
			t.Errorf("%s: Lacks changed the header", test.name)
		}
	}
}

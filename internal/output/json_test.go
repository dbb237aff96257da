package output_test

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/vidiking/vidiking-cli/internal/display"
	"github.com/vidiking/vidiking-cli/internal/explain"
	"github.com/vidiking/vidiking-cli/internal/output"
	"github.com/vidiking/vidiking-cli/internal/refusal"
	"github.com/vidiking/vidiking-cli/internal/relay"
	"github.com/vidiking/vidiking-cli/internal/webhook"
)

// everything calls each method of a printer once.
func everything(p output.Printer) {
	at := time.Date(2026, 3, 2, 13, 2, 31, 123_456_789, time.UTC)
	s := webhook.Summary{
		ID: "dlv_a61tzr5x0k", ReceivedAt: at, Origin: webhook.OriginReplay, Event: "render.complete", About: "job_9bn2ze",
		Status: webhook.StatusRefused, Verdict: webhook.VerdictValid, SecretHint: "whsec_…Kq7T", ReplayOf: "dlv_8kx4m2abcd",
		ResolvedBy: "dlv_mz41fs0000", BodyBytes: 221, Attempts: 1, Code: 401, Duration: 7123 * time.Microsecond,
		Target: "http://localhost:3000/webhooks/vidiking",
		Method: "POST", Path: "/webhooks/vidiking/order/42", Rest: "/order/42", Query: "token=a%2Bb", Host: "shop.test", Project: "/home/me/shop",
	}
	a := webhook.Attempt{
		N: 1, Target: s.Target, URL: s.Target + "/order/42?token=a%2Bb", StartedAt: at, Code: 401, Duration: s.Duration, Connect: 200 * time.Microsecond,
		FirstByte: 7 * time.Millisecond, Header: webhook.Header{{Name: "Content-Type", Value: "application/json"}},
		Response: []byte(`{"error":"invalid <signature>"}`), ResponseBytes: 70000, ResponseTruncated: true,
	}
	silent := webhook.Attempt{N: 2, Target: s.Target, StartedAt: at, Failure: webhook.FailureRefused, Error: "Nothing is listening.", Response: []byte{0xff}}
	p.Ready(output.Ready{URL: "http://127.0.0.1:4747/x", Forward: []output.Route{{Target: s.Target}}, Verify: "strict", Tunnel: "local", DataDir: "/d", Events: []string{"render.*"}})
	p.Recorded(s)
	p.Attempted(s, a, output.Detail{})
	p.Attempted(s, silent, output.Detail{})
	p.Row(s)
	p.Show(output.DeliveryDetails{Delivery: webhook.Delivery{
		Summary: s, Header: webhook.Header{{Name: "X-A", Value: "1"}, {Name: "X-A", Value: "2"}}, Body: []byte("{}\n"),
		History: []webhook.Attempt{a},
	}, ReplayTree: webhook.ReplayTree{Omitted: 3, Nodes: []webhook.Node{
		{Summary: webhook.Summary{ID: s.ReplayOf}, Pruned: true}, {Summary: s, Depth: 1},
		{Summary: webhook.Summary{ID: "dlv_mz41fs0000", ReplayOf: s.ID, ReceivedAt: at, Status: webhook.StatusDelivered, Code: 200}, Depth: 2, Difference: webhook.DifferenceBody},
	}}})
	findings := []webhook.Finding{
		{
			Code: "other_secret", Certainty: webhook.Certain, Cause: "The body was signed with a different secret, the one of profile \x1b[2Jstaging.",
			Fix: "vidiking listen --profile staging --forward localhost:3000",
		},
		{
			Code: "body_rewritten", Certainty: webhook.Certain, Cause: "The body was re-serialized before it was signed: with / as \\/.",
			Fix: "Sign exactly the bytes that are sent. Do not parse the body and serialize it again.", Detail: []string{"slashes_escaped"},
		},
	}
	s.Verdict, s.SecretHint = webhook.VerdictInvalid, ""
	p.Show(output.DeliveryDetails{Delivery: webhook.Delivery{Summary: s}, Findings: findings, Tried: []string{"1 secret in 12 forms", "the body in 3 forms, and in some others that take a line of their own"}})
	p.Hint(s.ID, display.Hint{Cause: explain.CauseInvalid, Lines: []string{"The signature is invalid."}, Findings: findings})
	p.Hint(s.ID, display.Hint{Cause: refusal.CodeWrongPath, Lines: []string{"Is it?"}, Lead: "Another:", Command: "vidiking listen"})
	p.Notice(output.Notice{Code: "handler_back", At: at, Good: true, Message: "localhost:3000 is back.", Hint: "vidiking replay --failed"})
	p.Warning("configuration", "it is odd", []string{"mend it"})
	p.Stopped(output.Stopped{Counts: relay.Counts{Received: 2, Refused: 1, Unreachable: 1, P50: time.Millisecond, P99: 2 * time.Millisecond}, Failed: 1})
	p.Sent(output.Sent{Sent: 2, Delivered: 1})
	expected := 2
	p.Sent(output.Sent{Sent: 2, Delivered: 1, Expected: &expected})
	p.Expected(output.Expectation{ID: s.ID, Met: true, Expected: "401", Actual: "401"})
	p.Expected(output.Expectation{ID: s.ID, Expected: "200", Actual: "401"})
	p.WaitResult(output.WaitResult{
		Outcome: "timed_out", Since: at, Count: 2, Events: []output.WaitEvent{{Event: "render.*", Received: 2, Delivered: 1}},
		Others: []output.WaitOther{{Event: "ai.failed", Status: webhook.StatusRejected, Count: 3}},
	})
	p.DemoStep(output.DemoStep{Number: 1, Text: "A handler"})
	p.DemoStep(output.DemoStep{Final: true, Passed: true, Text: "1 of 1"})
	// Only for people.
	p.Head()
	p.Waiting(s, time.Second)
	p.SentVia("to localhost")
	p.ClosingLine("2 deliveries")
}

func TestEachObjectIsOneLineWithVersionAndType(t *testing.T) {
	t.Parallel()
	var stdout, stderr bytes.Buffer
	p := output.New(output.Options{Stdout: &stdout, Stderr: &stderr, Format: output.FormatJSON})
	everything(p)
	var types []string
	for line := range strings.Lines(stdout.String()) {
		var o struct {
			V    int    `json:"v"`
			Type string `json:"type"`
		}
		if err := json.Unmarshal([]byte(line), &o); err != nil || o.V != 1 {
			t.Errorf("got the line %q with v %d (%v), want an object with v 1", line, o.V, err)
		}
		types = append(types, o.Type)
	}
	want := []string{
		"ready", "delivery", "attempt", "attempt", "delivery", "delivery", "delivery", "warning", "warning", "warning", "warning",
		"summary", "summary", "summary", "expectation", "expectation", "wait", "step", "step",
	}
	if diff := cmp.Diff(want, types); diff != "" {
		t.Errorf("types of the objects (-want +got):\n%s", diff)
	}
	if stderr.Len() > 0 || p.Err() != nil {
		t.Errorf("got %q on stderr and error %v, want neither", stderr.String(), p.Err())
	}
}

func TestObjectsMatchTheGolden(t *testing.T) {
	t.Parallel()
	var stdout, stderr bytes.Buffer
	everything(output.New(output.Options{Stdout: &stdout, Stderr: &stderr, Format: output.FormatJSON}))
	golden(t, "objects.jsonl", stdout.String())
}

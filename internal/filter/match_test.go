package filter

import (
	"testing"
	"time"

	"github.com/vidiking/vidiking-cli/internal/webhook"
)

// refused returns a delivery that one handler refused and another one could not receive.
func refused() *webhook.Delivery {
	return &webhook.Delivery{
		Summary: webhook.Summary{
			ID: "dlv_a61tzr5x0k", ReceivedAt: now.Add(-time.Hour).UTC(), Origin: webhook.OriginTunnel, Event: webhook.EventRenderComplete,
			About: "job_9bn2ze", Status: webhook.StatusRefused, Verdict: webhook.VerdictValid, BodyBytes: 231, Attempts: 3,
			Target: "http://localhost:4000/hooks", Code: 503, Duration: 2100 * time.Millisecond,
		},
		Header: webhook.Header{{Name: "Content-Type", Value: "application/json"}, {Name: "X-Trace", Value: "caf\xc3\xa9"}},
		Body:   []byte(`{"event":"render.complete","data":{"id":"job_9bn2ze","note":"Größe, \"XL\""}}`),
		History: []webhook.Attempt{
			{N: 1, Target: "http://localhost:3000/hooks", Code: 500, Response: []byte("TypeError: undefined is no function"), Header: webhook.Header{{Name: "X-Powered-By", Value: "Express"}}},
			{N: 2, Target: "http://localhost:3000/hooks", Failure: webhook.FailureTLS, Error: "The certificate has expired."},
			{N: 3, Target: "http://localhost:4000/hooks", Code: 503},
		},
	}
}

// pending returns a delivery without attempts.
func pending() *webhook.Delivery {
	return &webhook.Delivery{
		Summary: webhook.Summary{
			ID: "dlv_c47nq5mx2p", ReceivedAt: now.UTC(), Origin: webhook.OriginTrigger, Status: webhook.StatusPending, Verdict: webhook.VerdictUnchecked,
		},
	}
}

func TestMatch(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		filter           string
		refused, pending bool
	}{
		{"", true, true},
		{"   ", true, true},
		{"event:render.*", true, false},
		{"event:*.failed,render.complete", true, false},
		{"event:ai.*", false, false},
		{`event:""`, false, true},
		{`event:"custom.thing"`, false, false},
		{"-event:render.*", false, true},
		{"status:failed", true, false},
		{"status:refused,pending", true, true},
		{"status:timed-out", false, false},
		{"STATUS:Refused", true, false},
		{"-status:failed", false, true},
		{"verdict:valid", true, false},
		{"verdict:unchecked,missing", false, true},
		{"origin:tunnel", true, false},
		{"code:503", true, false},
		{"code:5xx", true, false},
		{"code:>=500", true, false},
		{"code:>503", false, false},
		{"code:<600", true, false}, // without a response there is no code
		{"-code:5xx", false, true},
		{"code:=503", true, false},
		{"took:>2s", true, false},
		{"took:<2100ms", false, false},
		{"took:<=2.1s", true, false},
		{`took:">2.09 s"`, true, false},
		{"-took:>2s", false, true},
		{"size:231", true, false},
		{"size:>0.2kB", true, false},
		{"size:>1KiB", false, false},
		{"size:0", false, true},
		{"attempts:>1", true, false},
		{"attempts:0", false, true},
		{"since:1h", true, true},
		{"since:59m", false, true},
		{"until:59m", true, false},
		{"since:13:05", true, true},
		{"until:13:05", false, false},
		{"since:2026-03-02", true, true},
		{`since:"2026-03-02 13:30"`, false, true},
		{"id:a61t", true, false},
		{"id:DLV_A61TZR5X0K", true, false},
		{"id:c,a", true, true},
		{"about:JOB_9", true, false},
		{"target:localhost:3000", true, false}, // of any attempt
		{"target::4000", true, false},
		{"header:x-trace", true, false},
		{`header:"content-type: APPLICATION"`, true, false},
		{"header:type:", true, false},
		{`header:"type:application"`, false, false}, // there is a space in between
		{"body:größe", true, false},
		{"body:GRÖSSE", false, false}, // case folding keeps the number of letters
		{"body:GRÖßE", true, false},
		{`body:"größe, \\\"xl"`, true, false},
		{"response:typeerror", true, false},
		{"response:express", true, false},
		{"error:certificate", true, false},
		{"job_9bn2ze", true, false},
		{"JOB_9BN2ZE", true, false},
		{"undefined", true, false},
		{"expired express 3000 CAFÉ", true, false},
		{"expired nowhere", false, false},
		{`"is no function"`, true, false},
		{"is no function", true, false},
		{"-function", false, true},
		{"dlv_c47", false, true},
		{`{"event":"render.complete"`, true, false},
		{"localhost:4000/hooks", true, false},
		{"http://localhost:4000", true, false},
		{"event:render.* status:failed -code:404 since:2h job_", true, false},
	} {
		f, err := Parse(tc.filter, now, place)
		if err != nil {
			t.Errorf("Parse(%q): %v", tc.filter, err)
			continue
		}
		if got := f.Match(refused()); got != tc.refused {
			t.Errorf("%q matches the refused one: %v, want %v", tc.filter, got, tc.refused)
		}
		if got := f.Match(pending()); got != tc.pending {
			t.Errorf("%q matches the pending one: %v, want %v", tc.filter, got, tc.pending)
		}
	}
}

func TestAResolvedDeliveryHasNotFailed(t *testing.T) {
	t.Parallel()
	d := refused()
	d.ResolvedBy = "dlv_mz41fs0000"
	if Failed().Match(d) {
		t.Error("status:failed matches a resolved delivery")
	}
	if !WithStatus(webhook.StatusRefused).Match(d) {
		t.Error("status:refused does not match a resolved delivery that was refused")
	}
}

func TestNeedsContent(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		filter string
		want   bool
	}{
		{"", false},
		{"event:render.* status:failed code:500 took:>1s since:1h id:a about:job size:0 attempts:1 origin:local verdict:valid", false},
		{"word", true},
		{"-body:x", true},
		{"target:x", true},
		{"status:failed header:x", true},
	} {
		if got := parse(t, tc.filter).NeedsContent(); got != tc.want {
			t.Errorf("%q NeedsContent: got %v, want %v", tc.filter, got, tc.want)
		}
	}
}

func TestAndIsCommutative(t *testing.T) {
	t.Parallel()
	a, b := parse(t, "event:render.*"), parse(t, "-code:404 job")
	for _, d := range []*webhook.Delivery{refused(), pending()} {
		want := a.Match(d) && b.Match(d)
		if got, turned := a.And(b).Match(d), b.And(a).Match(d); got != want || turned != want {
			t.Errorf("%s: got %v and %v, want %v", d.ID, got, turned, want)
		}
	}
	if got, want := a.And(b).String(), "event:render.* -code:404 job"; got != want {
		t.Errorf("And: got %q, want %q", got, want)
	}
	if got, want := a.String(), "event:render.*"; got != want {
		t.Errorf("the first after And: got %q, want %q", got, want)
	}
}

func TestEveryConstructorMakesAFilterThatCanBeTyped(t *testing.T) {
	t.Parallel()
	for want, f := range map[string]Filter{
		"":                                    WithStatus().And(WithEvent(), ReceivedSince(time.Time{})),
		"status:failed":                       Failed(),
		"status:rejected,pending":             WithStatus(webhook.StatusRejected, webhook.StatusPending),
		`event:render.*,my.own`:               WithEvent("render.*", "my.own"),
		"since:2026-03-02T13:05:00.00000025Z": ReceivedSince(now.UTC().Add(250)),
	} {
		if got := f.String(); got != want {
			t.Errorf("got %s, want %s", got, want)
		}
		again := parse(t, want)
		for _, d := range []*webhook.Delivery{refused(), pending()} {
			if f.Match(d) != again.Match(d) {
				t.Errorf("%s: the constructed filter matches %s: %v, want the result of the parsed one", want, d.ID, f.Match(d))
			}
		}
	}
}

func TestForKeyNeedsNoQuotes(t *testing.T) {
	t.Parallel()
	f, err := ForKey(Free, now, place, `say "hi", Bob`)
	if err != nil {
		t.Fatal(err)
	}
	if got, want := f.String(), `"say \"hi\", Bob"`; got != want {
		t.Errorf("ForKey: got %q, want %q", got, want)
	}
	if f, err := ForKey(Status, now, place); err != nil || !f.IsZero() {
		t.Errorf("ForKey without values: got %q, %v, want a filter that selects all", f, err)
	}
	_, err = ForKey(Status, now, place, "refusd")
	if err == nil || err.Error() != `unknown status "refusd"` {
		t.Errorf("ForKey: got %v, want an error about the unknown status refusd", err)
	}
}

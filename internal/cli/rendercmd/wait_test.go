package rendercmd

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/vidiking/vidiking-cli/internal/vidiking"
	"github.com/vidiking/vidiking-cli/internal/webhook"
)

// polls returns a poll function that has the given results, one after another. The last one repeats.
func polls(count *int, results ...any) pollFunc {
	return func(context.Context) (vidiking.Job, error) {
		r := results[min(*count, len(results)-1)]
		*count++
		if err, ok := r.(error); ok {
			return vidiking.Job{}, err
		}
		return vidiking.Job{ID: "job_a", Status: r.(string)}, nil
	}
}

func TestPollingEndsWithTheJob(t *testing.T) {
	t.Parallel()
	away := &vidiking.UnreachableError{}
	gone := &vidiking.StatusError{Meta: vidiking.Meta{Code: 404}}
	for _, test := range []struct {
		name    string
		results []any
		polls   int
		status  string
		err     error
	}{
		{"it completes", []any{"QUEUED", "PROCESSING", "COMPLETE"}, 3, "COMPLETE", nil},
		{"it fails", []any{"FAILED"}, 1, "FAILED", nil},
		{"the network is away for a moment", []any{away, away, away, away, "QUEUED", away, "COMPLETE"}, 7, "COMPLETE", nil},
		{"the network stays away", []any{away}, 5, "", away},
		{"there is no such job", []any{"QUEUED", gone}, 2, "", gone},
	} {
		synctest.Test(t, func(t *testing.T) {
			count, start := 0, time.Now()
			e := pollUntilEnd(t.Context(), sandboxInterval, polls(&count, test.results...), func(string) {})
			if e.job.Status != test.status || !errors.Is(e.err, test.err) || count != test.polls {
				t.Errorf("%s: got %q, %v after %d polls, want %q, %v after %d", test.name, e.job.Status, e.err, count, test.status, test.err, test.polls)
			}
			if took, want := time.Since(start), time.Duration(test.polls)*sandboxInterval; took != want {
				t.Errorf("%s: %d polls took %v, want %v: the sandbox accepts 10 requests per minute", test.name, count, took, want)
			}
		})
	}
}

func TestPollingEndsWhenItsTimeIsUp(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		count := 0
		e := pollUntilEnd(ctx, productionInterval, polls(&count, "PROCESSING"), func(string) {})
		if !errors.Is(e.err, context.DeadlineExceeded) {
			t.Errorf("got %v, want %v", e.err, context.DeadlineExceeded)
		}
		if most := 100; count > most {
			t.Errorf("got %d polls in a minute, want at most %d", count, most)
		}
	})
}

func TestOnlyATrustedFinalWebhookEndsAJob(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		event   string
		verdict webhook.Verdict
		want    string
	}{
		{webhook.EventRenderComplete, webhook.VerdictValid, vidiking.StatusComplete},
		{webhook.EventAIComplete, webhook.VerdictUnchecked, vidiking.StatusComplete},
		{webhook.EventRenderFailed, webhook.VerdictValid, vidiking.StatusFailed},
		{webhook.EventAIFailed, webhook.VerdictValid, vidiking.StatusFailed},
		{webhook.EventRenderProcessing, webhook.VerdictValid, ""},
		{webhook.EventRenderComplete, webhook.VerdictInvalid, ""},
		{webhook.EventRenderComplete, webhook.VerdictMissing, ""},
		{webhook.EventRenderComplete, webhook.VerdictMalformed, ""},
	} {
		if got, ok := endedBy(webhook.Summary{Event: test.event, Verdict: test.verdict}); got != test.want || ok != (test.want != "") {
			t.Errorf("%s, %s: got %q, want %q", test.event, test.verdict, got, test.want)
		}
	}
}

func TestEndedReadsTheFieldsOfThePayload(t *testing.T) {
	t.Parallel()
	for body, want := range map[string]vidiking.Job{
		`{"event":"render.complete","data":{"url":"https://example.com/a.mp4"}}`: {ID: "job_a", Status: "COMPLETE", URL: "https://example.com/a.mp4"},
		`{"data":{"error":{"code":7},"url":null}}`:                               {ID: "job_a", Status: "COMPLETE", Error: `{"code":7}`},
		`{"data":"x"}`: {ID: "job_a", Status: "COMPLETE"},
		`not JSON`:     {ID: "job_a", Status: "COMPLETE"},
	} {
		if got := ended("job_a", vidiking.StatusComplete, []byte(body)); got != want {
			t.Errorf("%s: got %+v, want %+v", body, got, want)
		}
	}
}

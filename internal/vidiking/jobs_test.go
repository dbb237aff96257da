package vidiking

import (
	"encoding/json"
	"errors"
	"net/http"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/vidiking/vidiking-cli/internal/testkit"
)

func TestSubmitRenderSendsTheBodyAsItIs(t *testing.T) {
	t.Parallel()
	api := testkit.Serve(t, testkit.Respond(200, `{"id":"job_abc123","status":"QUEUED","created_at":"2025-01-15T10:30:00Z"}`))
	const body = `{"output":{"format":"mp4","n":1.50},"timeline":{"a":"<b>"}}`
	got, err := client(t, options(t, api.URL())).SubmitRender(t.Context(), json.RawMessage(body))
	if err != nil {
		t.Fatal(err)
	}
	if want := (Job{ID: "job_abc123", Status: "QUEUED", CreatedAt: "2025-01-15T10:30:00Z"}); got != want || got.Ended() {
		t.Errorf("got %+v, want %+v", got, want)
	}
	if r := api.Requests()[0]; r.Method != http.MethodPost || r.URI != "/v1/render" || string(r.Body) != body {
		t.Errorf("got %s %s with %s, want POST /v1/render with %s", r.Method, r.URI, r.Body, body)
	}
}

func TestRenderJobReadsEveryFormOfAJob(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		body string
		want Job
		ends bool
	}{
		{`{"id":"job_a","status":"PROCESSING"}`, Job{ID: "job_a", Status: "PROCESSING"}, false},
		{`{"id":"job_a","status":"COMPLETE","url":"https://example.com/a.mp4"}`, Job{ID: "job_a", Status: "COMPLETE", URL: "https://example.com/a.mp4"}, true},
		{`{"id":"job_a","status":"FAILED","error":"no source"}`, Job{ID: "job_a", Status: "FAILED", Error: "no source"}, true},
		{`{"id":"job_a","status":"FAILED","error":{"code":7}}`, Job{ID: "job_a", Status: "FAILED", Error: `{"code":7}`}, true},
		{`{"id":"job_a","status":"COMPLETE","error":null,"more":[]}`, Job{ID: "job_a", Status: "COMPLETE"}, true},
	} {
		api := testkit.Serve(t, testkit.Respond(200, test.body))
		got, err := client(t, options(t, api.URL())).RenderJob(t.Context(), "job_a/../b")
		if diff := cmp.Diff(test.want, got); diff != "" || err != nil || got.Ended() != test.ends {
			t.Errorf("%s: %v, ended %v (-want +got):\n%s", test.body, err, got.Ended(), diff)
		}
		if got, want := api.Requests()[0].URI, "/v1/render/job_a%2F..%2Fb"; got != want {
			t.Errorf("got the path %s, want %s", got, want)
		}
	}
}

func TestVideoAndImageSendOnlyWhatWasGiven(t *testing.T) {
	t.Parallel()
	api := testkit.Serve(t, testkit.Respond(200, `{"id":"img_abc123","url":"https://example.com/a.png","model":"m","width":2,"height":3,"credits_used":5,"created_at":"t"}`))
	c := client(t, options(t, api.URL()))
	if _, err := c.SubmitVideo(t.Context(), Video{Prompt: "a", AspectRatio: "16:9"}); err != nil {
		t.Fatal(err)
	}
	got, err := c.GenerateImage(t.Context(), ImageRequest{Prompt: "a", Width: 2, NegativePrompt: "b"})
	if want := (Image{"img_abc123", "https://example.com/a.png", "m", 2, 3, 5, "t"}); got != want || err != nil {
		t.Errorf("got %+v and %v, want %+v", got, err, want)
	}
	for i, want := range []string{`/v1/ai/video {"prompt":"a","aspect_ratio":"16:9"}`, `/v1/ai/image {"prompt":"a","width":2,"negative_prompt":"b"}`} {
		if r := api.Requests()[i]; r.URI+" "+string(r.Body) != want {
			t.Errorf("got %s %s, want %s", r.URI, r.Body, want)
		}
	}
}

func TestResponseWithoutAJobMayHaveSubmittedOne(t *testing.T) {
	t.Parallel()
	for _, body := range []string{"", "{}", "[]", "<html>", `{"id":7}`} {
		api := testkit.Serve(t, testkit.Respond(200, body))
		c := client(t, options(t, api.URL()))
		_, render := c.SubmitRender(t.Context(), json.RawMessage("{}"))
		_, image := c.GenerateImage(t.Context(), ImageRequest{Prompt: "a"})
		for _, err := range []error{render, image} {
			var malformed *ResponseError
			if !errors.As(err, &malformed) || !OutcomeUnknown(err) {
				t.Errorf("%q: got %v, want a ResponseError with an unknown outcome", body, err)
			}
		}
	}
}

func FuzzText(f *testing.F) {
	for _, seed := range []string{"", "null", `"a"`, `{"a":1}`, `"\u00e9"`, "\xff", `"`} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, value []byte) {
		var text string
		if json.Unmarshal(value, &text) == nil && Text(value) != text {
			t.Errorf("got %q, want %q", Text(value), text)
		}
	})
}

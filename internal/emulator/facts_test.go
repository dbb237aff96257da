package emulator

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/vidiking/vidiking-cli/internal/jsontext"
	"github.com/vidiking/vidiking-cli/internal/sample"
	"github.com/vidiking/vidiking-cli/internal/signature"
	"github.com/vidiking/vidiking-cli/internal/webhook"
)

const allEvents = `"render.queued","render.processing","render.complete","render.failed","ai.complete","ai.failed","wallet.low_balance","wallet.deposit"`

func TestAPIKeyIsRequired(t *testing.T) {
	t.Parallel()
	r := open(t, t.TempDir(), func(o *Options) { o.Key = "vk_only" })
	for key, want := range map[string]int{"": 401, "Bearer": 401, "Bearer vk_other": 401, "Basic vk_only": 401, "Bearer vk_only": 200} {
		if code, text := r.call("GET", "/v1/wallet/balance", "", "Authorization", key); code != want {
			t.Errorf("%q: got %d %s, want %d", key, code, text, want)
		}
	}
}

func TestRateLimitsAreThoseOfTheDocumentation(t *testing.T) {
	t.Parallel()
	r := open(t, t.TempDir(), func(o *Options) { o.Unlimited = false })
	for _, mode := range []struct {
		sandbox string
		limit   int
	}{{"true", 10}, {"false", 100}} {
		for range 2 { // the second time, a minute later
			for n := 1; n <= mode.limit+1; n++ {
				code, text := r.call("GET", "/v1/wallet/balance", "", "X-Sandbox", mode.sandbox)
				if want := map[bool]int{true: 200, false: 429}[n <= mode.limit]; code != want {
					t.Fatalf("sandbox %s, request %d: got %d %s, want %d", mode.sandbox, n, code, text, want)
				}
			}
			r.advance(Until{Time: r.Now().Add(time.Minute)})
		}
	}
}

func TestRenderRunsThroughItsLifeCycle(t *testing.T) {
	t.Parallel()
	h := newHandlerOf(t, 200)
	r := open(t, t.TempDir())
	putWebhook(r, h.URL+"/global", allEvents)
	code, text := r.call("POST", "/v1/render", `{"timeline":{"tracks":[]},"output":{"format":"mp4","resolution":"hd"},"callback":"`+h.URL+`/hook?order=42","metadata":{"a":1}}`)
	id, _, _ := strings.Cut(strings.TrimPrefix(text, `{"id":"`), `"`)
	if want := `{"id":"` + id + `","status":"QUEUED","created_at":"2026-03-02T14:00:00Z"}`; code != 200 || text != want || !strings.HasPrefix(id, "job_") || len(id) != 10 {
		t.Fatalf("POST /render: got %d %s, want 200 %s", code, text, want)
	}
	for _, want := range []struct {
		status, balance string
	}{{"QUEUED", "47.40"}, {"PROCESSING", "47.40"}, {"COMPLETE", "47.40"}} {
		if want.status != "QUEUED" {
			r.advance(Until{Next: true})
		}
		got := r.do("GET", "/v1/render/"+id, "")
		balance := r.do("GET", "/v1/wallet/balance", "")["data"].(map[string]any)["balance"]
		if got["id"] != id || got["status"] != want.status || (got["url"] != nil) != (want.status == "COMPLETE") || balance != want.balance {
			t.Errorf("got %v and %v, want %v", got, balance, want)
		}
	}
	r.advance(Until{})
	if r.ledger.snapshot().Held != 0 {
		t.Error("funds are still held after the job was settled")
	}
	want := []string{"render.complete /global", "render.complete /hook?order=42", "render.processing /global", "render.queued /global"}
	var got []string
	for i, event := range h.events() {
		got = append(got, event+" "+h.got[i].uri)
	}
	if slices.Sort(got); !slices.Equal(got, want) {
		t.Errorf("delivered %q, want %q", got, want)
	}
	complete := h.got[slices.Index(h.events(), "render.complete")].body
	if want := fmt.Sprintf(`{"event":"render.complete","timestamp":"2026-03-02T14:00:22Z","data":{"id":"%s","status":"COMPLETE","url":"%s/renders/%s.mp4","duration":1,"credits_used":10,"wallet_balance":4740}}`, id, r.server.URL, id); complete != want {
		t.Errorf("got  %s\nwant %s", complete, want)
	}
}

func TestFailedRenderReturnsTheFunds(t *testing.T) {
	t.Parallel()
	h := newHandlerOf(t, 200)
	r := open(t, t.TempDir(), func(o *Options) { o.Faults = []Fault{{Kind: faultFail, Nth: 1}} })
	id := r.render(h.URL)
	r.advance(Until{})
	if got := r.do("GET", "/v1/render/"+id, ""); got["status"] != "FAILED" || got["error"] != failedText || got["url"] != nil {
		t.Errorf("got %v, want FAILED with an error", got)
	}
	if a := r.ledger.snapshot(); a.Balance != 4750 || a.Held != 0 {
		t.Errorf("the balance is %v with %v held, want everything back", a.Balance, a.Held)
	}
	if got := h.events(); !slices.Equal(got, []string{"render.failed"}) || !strings.Contains(h.got[0].body, `"error":"`+failedText+`"`) {
		t.Errorf("delivered %q", got)
	}
}

func TestAIVideoIsAnAsynchronousJob(t *testing.T) {
	t.Parallel()
	h := newHandlerOf(t, 200)
	r := open(t, t.TempDir())
	got := r.do("POST", "/v1/ai/video", `{"prompt":"a cat","model":"m","duration":5,"aspect_ratio":"16:9","image_url":"https://example.com/a.png","callback":"`+h.URL+`"}`)
	if got["status"] != "QUEUED" || got["created_at"] != "2026-03-02T14:00:00Z" {
		t.Errorf("got %v", got)
	}
	r.advance(Until{})
	if events := h.events(); !slices.Equal(events, []string{"ai.complete"}) || !strings.Contains(h.got[0].body, got["id"].(string)) {
		t.Errorf("delivered %q", events)
	}
}

func TestAIImageIsCompleteAtOnce(t *testing.T) {
	t.Parallel()
	r := open(t, t.TempDir())
	_, text := r.call("POST", "/v1/ai/image", `{"prompt":"a cat","model":"m","width":640,"height":480,"style":"s","negative_prompt":"dogs"}`)
	id, _, _ := strings.Cut(strings.TrimPrefix(text, `{"id":"`), `"`)
	want := fmt.Sprintf(`{"id":"%s","url":"%s/images/%s.png","model":"m","width":640,"height":480,"credits_used":5,"created_at":"2026-03-02T14:00:00Z"}`, id, r.server.URL, id)
	if text != want || !strings.HasPrefix(id, "img_") {
		t.Errorf("got  %s\nwant %s", text, want)
	}
	if a := r.ledger.snapshot(); a.Balance != 4745 || a.Held != 0 {
		t.Errorf("the balance is %v with %v held, want 47.45", a.Balance, a.Held)
	}
}

func TestSandboxIsFreeAndSendsWebhooks(t *testing.T) {
	t.Parallel()
	h := newHandlerOf(t, 200)
	r := open(t, t.TempDir())
	r.do("POST", "/v1/render", `{"timeline":{},"output":{},"callback":"`+h.URL+`"}`, "x-sandbox", "true")
	r.advance(Until{})
	if got := r.ledger.snapshot().Balance; got != 4750 || !slices.Equal(h.events(), []string{"render.complete"}) || !strings.Contains(h.got[0].body, `"credits_used":0`) {
		t.Errorf("the balance is %v and %v were delivered, want 47.50 and render.complete", got, h.got)
	}
}

func TestWalletBalanceHasMoneyAsText(t *testing.T) {
	t.Parallel()
	r := open(t, t.TempDir())
	if _, got := r.call("GET", "/v1/wallet/balance", ""); got != `{"success":true,"data":{"balance":"47.50","currency":"USD","totalDeposited":"47.50"}}` {
		t.Errorf("got %s", got)
	}
}

func TestWalletEvents(t *testing.T) {
	t.Parallel()
	h := newHandlerOf(t, 200)
	r := open(t, t.TempDir(), func(o *Options) { o.Balance = 505 })
	putWebhook(r, h.URL, `"wallet.low_balance","wallet.deposit"`)
	r.render("")
	r.render("") // it is low already
	r.advance(Until{})
	if got := r.do("POST", "/_emulator/deposit", `{"amount":"50.00"}`)["balance"]; got != "54.85" {
		t.Errorf("the balance is %v, want 54.85", got)
	}
	r.advance(Until{})
	var got []string
	for _, g := range h.got {
		got = append(got, g.body[strings.Index(g.body, `"data":`):])
	}
	want := []string{`"data":{"balance":495,"threshold":500}}`, `"data":{"amount":5000,"wallet_balance":5485}}`}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("delivered (-want +got):\n%s", diff)
	}
}

func TestJobThatTheBalanceDoesNotCoverIsRejected(t *testing.T) {
	t.Parallel()
	r := open(t, t.TempDir(), func(o *Options) { o.Balance = 9 })
	if code, text := r.call("POST", "/v1/render", `{"timeline":{},"output":{}}`); code != 402 {
		t.Errorf("got %d %s, want 402", code, text)
	}
}

func TestThereIsOneWebhookWhichIsReplaced(t *testing.T) {
	t.Parallel()
	first, second := newHandlerOf(t, 200), newHandlerOf(t, 200)
	r := open(t, t.TempDir())
	putWebhook(r, first.URL, allEvents)
	putWebhook(r, second.URL, `"render.complete"`)
	r.render("")
	r.advance(Until{})
	if got := second.events(); len(first.events()) > 0 || !slices.Equal(got, []string{"render.complete"}) {
		t.Errorf("the first got %q and the second %q, want only render.complete at the second", first.events(), got)
	}
	for _, method := range []string{"GET", "DELETE"} { // not documented
		if code, _ := r.call(method, "/v1/webhooks", ""); code != 405 {
			t.Errorf("%s /webhooks: got %d, want 405", method, code)
		}
	}
}

func TestOwnWebhookGetsEachEventOnceUntilItIsReplaced(t *testing.T) {
	t.Parallel()
	own, other := newHandlerOf(t, 200), newHandlerOf(t, 200)
	r := open(t, t.TempDir(), func(o *Options) {
		o.Webhook = &Webhook{URL: own.URL, Sender: webhook.Field{Name: "X-Sender", Value: "the emulator"}}
	})
	r.render("")
	r.render(own.URL)
	r.render(other.URL)
	r.advance(Until{})
	ended := 0
	for i, event := range own.events() {
		if event == "render.complete" {
			ended++
		}
		if got := own.got[i].header.Get("X-Sender"); got != "the emulator" {
			t.Errorf("%s: got the sender %q", event, got)
		}
	}
	if ended != 3 || len(own.events()) != 9 || len(other.events()) != 1 || other.got[0].header.Get("X-Sender") != "" {
		t.Errorf("got %q, and %q for the callback, want three events of three jobs, and one without the sender", own.events(), other.events())
	}
	putWebhook(r, other.URL, allEvents)
	r.render("")
	r.advance(Until{})
	if len(own.events()) != 9 || len(other.events()) != 4 {
		t.Errorf("after PUT /webhooks: got %q and %q, want new events only at the new webhook", own.events(), other.events())
	}
}

// Both documented handlers accept a delivery: the one that hashes the raw bytes, and the one that hashes JSON.stringify of the parsed body.
func TestDeliveriesAreSigned(t *testing.T) {
	t.Parallel()
	for style, prefix := range map[signature.Style]string{signature.StylePrefixed: "sha256=", signature.StyleBare: ""} {
		h := newHandlerOf(t, 200)
		r := open(t, t.TempDir(), func(o *Options) { o.Style, o.CallbackEvents = style, CallbackAll })
		r.render(h.URL)
		r.advance(Until{})
		putWebhook(r, h.URL, allEvents)
		r.do("POST", "/_emulator/deposit", `{"amount":"1.00"}`)
		r.advance(Until{})
		if len(h.got) != 4 {
			t.Fatalf("%d were delivered, want 4", len(h.got))
		}
		for i, g := range h.got {
			secret := webhook.SecretFrom(secretText)
			if i == 3 {
				secret = webhook.SecretFrom("whsec_of_the_account_0001")
			}
			got := g.header.Get("x-vidiking-signature")
			stringified, err := jsontext.Stringify([]byte(g.body))
			if want := signature.Sign(secret, stringified, style); got != want || err != nil || !strings.HasPrefix(got, prefix) || len(got) != len(prefix)+64 {
				t.Errorf("%s is signed with %s, want %s (%v)", g.body, got, want, err)
			}
			if g.header.Get("Content-Type") != "application/json" {
				t.Errorf("the content type is %q", g.header.Get("Content-Type"))
			}
		}
	}
}

func TestPayloadsMatchTheCatalog(t *testing.T) {
	t.Parallel()
	h := newHandlerOf(t, 200)
	r := open(t, t.TempDir(), func(o *Options) {
		o.Balance, o.Faults = 520, []Fault{{Kind: faultFail, Event: "render.*", Nth: 2}, {Kind: faultFail, Event: "ai.*", Nth: 2}}
	})
	putWebhook(r, h.URL, allEvents)
	r.do("POST", "/_emulator/deposit", `{"amount":"0.30"}`)
	for range 2 {
		r.render("")
		r.do("POST", "/v1/ai/video", `{"prompt":"p"}`)
	}
	r.advance(Until{})
	seen := map[string]bool{}
	for _, g := range h.got {
		event := webhook.Describe([]byte(g.body)).Event
		seen[event] = true
		i := slices.IndexFunc(sample.Catalog(), func(e sample.Event) bool { return e.Name == event })
		if wrong := sample.Catalog()[i].Check([]byte(g.body)); len(wrong) > 0 {
			t.Errorf("%s: %v", g.body, wrong)
		}
	}
	if len(seen) != len(webhook.Events()) {
		t.Errorf("got %v, want all events", seen)
	}
}

// The schedule: 30 s, 2 min, 10 min, 1 h, 6 h, then it is marked failed.
func TestDeliveryIsRetriedOnTheDocumentedSchedule(t *testing.T) {
	t.Parallel()
	h := newHandlerOf(t, 500)
	r := open(t, t.TempDir())
	r.render(h.URL)
	r.advance(Until{})
	at := start.Add(22 * time.Second)
	for i, after := range []time.Duration{0, 30 * time.Second, 2 * time.Minute, 10 * time.Minute, time.Hour, 6 * time.Hour} {
		if at = at.Add(after); i >= len(r.sent) || !r.sent[i].Attempt.StartedAt.Equal(at) || r.sent[i].Attempt.N != i+1 {
			t.Fatalf("attempts: %+v, want number %d at %v", r.sent, i+1, at)
		}
	}
	if len(r.sent) != 6 || !r.sent[5].GivenUp || r.sent[4].GivenUp {
		t.Errorf("%d attempts, want 6, and given up after the last", len(r.sent))
	}
	d, err := r.log.Reader().Get(t.Context(), r.sent[0].Delivery.ID)
	if err != nil || d.Status != webhook.StatusRefused || len(d.History) != 6 || d.Origin != webhook.OriginEmulator || d.Verdict != webhook.VerdictValid {
		t.Errorf("the log has %+v, %v, want 6 refused attempts", d.Summary, err)
	}
	for _, g := range h.got[1:] {
		if g.body != h.got[0].body || g.header.Get("X-Vidiking-Signature") != h.got[0].header.Get("X-Vidiking-Signature") {
			t.Errorf("a retry has other bytes: %v", g)
		}
	}
}

func TestAny2xxIsASuccess(t *testing.T) {
	t.Parallel()
	for _, code := range []int{200, 202, 204, 299, 302, 404} {
		h := newHandlerOf(t, code)
		r := open(t, t.TempDir())
		r.render(h.URL)
		r.advance(Until{Time: r.Now().Add(time.Minute)})
		if want := map[bool]int{true: 1, false: 2}[code < 300]; len(h.got) != want {
			t.Errorf("%d: %d attempts in a minute, want %d", code, len(h.got), want)
		}
	}
}

func TestDataURLCanBeFetched(t *testing.T) {
	t.Parallel()
	r := open(t, t.TempDir())
	id := r.render("")
	if code, _ := r.call("GET", "/renders/"+id+".mp4", ""); code != 404 {
		t.Errorf("got %d before the job is complete, want 404", code)
	}
	r.advance(Until{})
	url := r.do("GET", "/v1/render/"+id, "")["url"].(string)
	image := r.do("POST", "/v1/ai/image", `{"prompt":"p"}`)["url"].(string)
	for url, want := range map[string]string{url: "video/mp4", image: "image/png"} {
		resp, err := r.client.Get(url)
		if err != nil {
			t.Fatal(err)
		}
		if err := resp.Body.Close(); err != nil || resp.StatusCode != http.StatusOK || resp.Header.Get("Content-Type") != want || resp.ContentLength > 2000 {
			t.Errorf("%s: got %d %v", url, resp.StatusCode, resp.Header)
		}
	}
}

func TestWrongFieldsAreNamed(t *testing.T) {
	t.Parallel()
	r := open(t, t.TempDir())
	for _, tt := range []struct{ method, path, body, want string }{
		{"POST", "/v1/render", `{"output":{}}`, "timeline is required"},
		{"POST", "/v1/render", `{"timeline":{}}`, "output is required"},
		{"POST", "/v1/render", `{"timeline":[],"output":{}}`, "timeline must be an object"},
		{"POST", "/v1/render", `{"timeline":{},"output":{},"callback":7}`, "callback must be a string"},
		{"POST", "/v1/render", `{"timeline":{},"output":{},"callback":"ftp://x"}`, "callback must be an http or https URL"},
		{"POST", "/v1/render", `{"timeline":{},"output":{},"metadata":"x"}`, "metadata must be an object"},
		{"POST", "/v1/render", `{"timeline":`, "the body is not valid JSON: byte 12: unexpected end of JSON input"},
		{"POST", "/v1/render", `[]`, "the body must be a JSON object"},
		{"POST", "/v1/render", `null`, "the body must be a JSON object"},
		{"POST", "/v1/ai/video", `{}`, "prompt is required"},
		{"POST", "/v1/ai/video", `{"prompt":"p","duration":0}`, "duration must be greater than 0"},
		{"POST", "/v1/ai/image", `{"prompt":""}`, "prompt must not be empty"},
		{"POST", "/v1/ai/image", `{"prompt":"p","width":1.5}`, "width must be a whole number"},
		{"PUT", "/v1/webhooks", `{"url":"http://x","events":["render.compelte"],"secret":"s"}`, `events[0] is not an event: "render.compelte"`},
		{"PUT", "/v1/webhooks", `{"events":["render.complete"],"secret":"s"}`, "url is required"},
		{"PUT", "/v1/webhooks", `{"url":"http://x","secret":"s"}`, "events is required"},
		{"PUT", "/v1/webhooks", `{"url":"http://x","events":["render.complete"]}`, "secret is required"},
		{"POST", "/_emulator/deposit", `{"amount":"x"}`, `amount must be an amount with two decimals, such as "47.50"`},
		{"POST", "/_emulator/advance", `{}`, "by or until is required, and not both"},
	} {
		code, text := r.call(tt.method, tt.path, tt.body)
		var got struct {
			Error struct{ Message, Field string }
		}
		if err := json.Unmarshal([]byte(text), &got); err != nil || code != 400 || got.Error.Message != tt.want {
			t.Errorf("%s %s %s: got %d %s, want 400 %s", tt.method, tt.path, tt.body, code, text, tt.want)
		}
		if field, _, _ := strings.Cut(tt.want, " "); got.Error.Field != "" && got.Error.Field != field {
			t.Errorf("%s: the field is %q, want %q", tt.body, got.Error.Field, field)
		}
	}
	for path, want := range map[string]int{"/v1/render/job_none": 404, "/v1/nothing": 404, "/v1/render": 405} {
		if code, text := r.call("GET", path, ""); code != want || !json.Valid([]byte(text)) {
			t.Errorf("GET %s: got %d %s, want %d", path, code, text, want)
		}
	}
}

func TestPagesOfOtherSitesAreRejected(t *testing.T) {
	t.Parallel()
	r := open(t, t.TempDir())
	for _, header := range [][]string{{"Origin", "https://example.com"}, {"Sec-Fetch-Site", "cross-site"}} {
		for _, path := range []string{"/v1/render", "/_emulator/reset"} {
			if code, text := r.call("POST", path, `{"timeline":{},"output":{}}`, header...); code != http.StatusForbidden {
				t.Errorf("%s with %v: got %d %s, want 403", path, header, code, text)
			}
		}
	}
	if jobs := r.do("GET", "/_emulator/export", "")["jobs"]; len(jobs.([]any)) != 0 {
		t.Errorf("a page submitted jobs: %v", jobs)
	}
	r.do("POST", "/v1/render", `{"timeline":{},"output":{}}`, "Sec-Fetch-Site", "none") // typed by the user
}

package emulator

import (
	"bytes"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/vidiking/vidiking-cli/internal/signature"
	"github.com/vidiking/vidiking-cli/internal/webhook"
)

func withFaults(rules ...Fault) func(*Options) {
	return func(o *Options) {
		for i := range rules {
			_ = rules[i].complete("") // the rules of these tests are valid
		}
		o.Faults = rules
	}
}

func TestFaultsOfDeliveries(t *testing.T) {
	t.Parallel()
	secret := webhook.SecretFrom(secretText)
	isValid := func(g received) bool {
		return g.header.Get(webhook.SignatureHeader) == signature.Sign(secret, []byte(g.body), signature.StylePrefixed)
	}
	for _, tt := range []struct {
		rule  Fault
		codes []int
		check func(*rig, *handler) bool
	}{
		{Fault{Kind: faultDuplicate, Event: "render.complete"}, []int{200}, func(_ *rig, h *handler) bool {
			return len(h.got) == 4 && h.got[2].body == h.got[3].body
		}},
		{Fault{Kind: faultReorder, Event: "render.processing"}, []int{200}, func(_ *rig, h *handler) bool {
			return slices.Equal(h.events(), []string{"render.queued", "render.complete", "render.processing"})
		}},
		{Fault{Kind: faultDelay, Event: "render.queued", By: "1h"}, []int{200}, func(r *rig, _ *handler) bool {
			return r.sent[2].Delivery.Event == "render.queued" && r.sent[2].Attempt.StartedAt.Equal(start.Add(time.Hour))
		}},
		{Fault{Kind: faultCorrupt, Nth: 2}, []int{200}, func(_ *rig, h *handler) bool {
			return isValid(h.got[0]) && !isValid(h.got[1]) && isValid(h.got[2])
		}},
		{Fault{Kind: faultDrop, Event: "render.complete"}, []int{200}, func(r *rig, h *handler) bool {
			return len(r.sent) == 4 && r.sent[2].Attempt.Failure == webhook.FailureReset && r.sent[3].Attempt.Code == 200 && isValid(h.got[len(h.got)-1])
		}},
		{Fault{Kind: faultSecret, Event: "render.complete"}, []int{200, 200, 500, 200}, func(_ *rig, h *handler) bool {
			return len(h.got) == 4 && isValid(h.got[2]) && !isValid(h.got[3])
		}},
		{Fault{Kind: faultSlow, By: "1h"}, []int{200}, func(r *rig, _ *handler) bool {
			return r.sent[2].Attempt.StartedAt.Equal(start.Add(time.Hour + 22*time.Second))
		}},
		{Fault{Kind: faultFail, Error: "no luck"}, []int{200}, func(_ *rig, h *handler) bool { return strings.Contains(h.got[2].body, `"error":"no luck"`) }},
	} {
		h := newHandlerOf(t, tt.codes...)
		r := open(t, t.TempDir(), withFaults(tt.rule), func(o *Options) { o.CallbackEvents = CallbackAll })
		r.render(h.URL)
		r.advance(Until{})
		if !tt.check(r, h) {
			t.Errorf("%+v: sent %+v, received %+v", tt.rule, r.sent, h.got)
		}
	}
}

func TestFaultsOfTheAPI(t *testing.T) {
	t.Parallel()
	r := open(t, t.TempDir())
	if code, text := r.call("PUT", "/_emulator/faults", `[{"kind":"api","event":"/wallet/balance","code":429,"nth":2},{"kind":"api-slow","by":"1ms"}]`); code != 200 {
		t.Fatalf("got %d %s", code, text)
	}
	var codes []int
	for range 3 {
		code, _ := r.call("GET", "/v1/wallet/balance", "")
		codes = append(codes, code)
	}
	if !slices.Equal(codes, []int{200, 429, 200}) {
		t.Errorf("got %d, want the second to fail", codes)
	}
	again := open(t, killed(t, r.dir))
	if got := again.jobs.faults.list(); len(got) != 2 {
		t.Errorf("after a restart, the rules are %+v", got)
	}
	for _, body := range []string{`{}`, `[{"kind":"x"}]`, `[{"kind":"api","code":200}]`} {
		if code, text := r.call("PUT", "/_emulator/faults", body); code != 400 {
			t.Errorf("%s: got %d %s, want 400", body, code, text)
		}
	}
}

func TestParseFault(t *testing.T) {
	t.Parallel()
	got, err := ParseFault("delay,event=render.*,nth=2,probability=0.5,by=90s")
	if want := (Fault{Kind: faultDelay, Event: "render.*", Nth: 2, Probability: 0.5, By: "90s", Code: 500, by: 90 * time.Second}); got != want || err != nil {
		t.Errorf("got %+v, %v, want %+v", got, err, want)
	}
	for text, want := range map[string]string{
		"dely":               `invalid fault "dely": unknown kind "dely"`,
		"delay,x=1":          `invalid fault "delay,x=1": unknown setting "x"`,
		"delay,nth=x":        `invalid fault "delay,nth=x": nth is not a number: "x"`,
		"delay,by=x":         `invalid fault "delay,by=x": by is not a duration: "x"`,
		"delay,event=[":      `invalid fault "delay,event=[": event is not a pattern: "["`,
		"api,code=200":       `invalid fault "api,code=200": code is not an error`,
		"fail,probability=2": `invalid fault "fail,probability=2": probability is not between 0 and 1`,
	} {
		_, err := ParseFault(text)
		var wrong *FaultError
		if !errors.As(err, &wrong) || err.Error() != want || wrong.Advice() == "" {
			t.Errorf("%s: got %v, want %s", text, err, want)
		}
	}
}

func FuzzParseFaults(f *testing.F) {
	f.Add([]byte(`[{"kind":"fail","nth":2}]`))
	f.Fuzz(func(t *testing.T, text []byte) {
		rules, err := ReadFaults(bytes.NewReader(text))
		for _, r := range rules {
			if err != nil || !slices.Contains(FaultKinds(), string(r.Kind)) || r.by < 0 || r.Code < 400 {
				t.Errorf("%q: accepted %+v, %v", text, r, err)
			}
		}
	})
}

func FuzzRequests(f *testing.F) {
	for _, seed := range []string{`{"timeline":{},"output":{}}`, `{"prompt":"p","width":-1}`, `{"url":"http://x","events":["a"],"secret":"s"}`, `{"by":"1s"}`} {
		f.Add(seed)
	}
	r := open(f, f.TempDir(), func(o *Options) { o.Collect, o.Balance = true, 1_000_000 })
	f.Fuzz(func(t *testing.T, body string) {
		r.tb = t
		for _, call := range []string{"POST /v1/render", "POST /v1/ai/video", "POST /v1/ai/image", "PUT /v1/webhooks", "POST /_emulator/deposit"} {
			method, path, _ := strings.Cut(call, " ")
			if code, text := r.call(method, path, body); code != 200 && code != 400 && code != 402 {
				t.Errorf("%s %q: got %d %s", call, body, code, text)
			}
		}
	})
}

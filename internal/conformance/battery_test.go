package conformance

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"io"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/vidiking/vidiking-cli/internal/dispatch"
	"github.com/vidiking/vidiking-cli/internal/refusal"
	"github.com/vidiking/vidiking-cli/internal/signature"
	"github.com/vidiking/vidiking-cli/internal/testkit"
	"github.com/vidiking/vidiking-cli/internal/webhook"
)

// direct sends requests without recording them.
type direct struct {
	target  dispatch.Target
	mu      sync.Mutex
	senders map[dispatch.Shape]*dispatch.Sender
	fail    error
}

func newDirect(t *testing.T, address string) *direct {
	t.Helper()
	target, err := dispatch.ParseTarget(address, "/webhooks/vidiking")
	if err != nil {
		t.Fatal(err)
	}
	d := &direct{target: target, senders: map[dispatch.Shape]*dispatch.Sender{}}
	t.Cleanup(func() {
		for _, s := range d.senders {
			s.Close()
		}
	})
	return d
}

func (d *direct) Deliver(ctx context.Context, r Request) (Response, error) {
	if d.fail != nil {
		return Response{}, d.fail
	}
	d.mu.Lock()
	s := d.senders[r.Shape]
	if s == nil {
		s = dispatch.NewSender(dispatch.Options{Shape: r.Shape})
		d.senders[r.Shape] = s
	}
	d.mu.Unlock()
	result := s.Send(ctx, d.target, r.Header, r.Body)
	return Response{Attempt: result.Attempt, Stale: result.Stale != nil}, nil
}

func options() Options {
	return Options{
		Secret: webhook.SecretFrom(secret), Now: time.Now, Seed: 1,
		Explain: func(a webhook.Attempt) []webhook.Finding {
			f, ok := refusal.Identify(refusal.NewResponse(a))
			if !ok {
				return nil
			}
			return []webhook.Finding{f}
		},
	}
}

// test runs the battery against a handler.
func test(t *testing.T, o Options, h http.Handler) Report {
	t.Helper()
	report, err := Run(t.Context(), o, newDirect(t, testkit.Serve(t, h).Addr()))
	if err != nil {
		t.Fatal(err)
	}
	return report
}

// bad lists the results that are not a pass.
func bad(r Report) []string {
	var all []string
	for _, result := range r.Results {
		if result.Verdict != Pass {
			all = append(all, string(result.Verdict)+" "+result.ID+": "+result.Message)
		}
	}
	return all
}

// everyCase returns the ids of all cases except one.
func everyCase(except string) []string {
	return slices.DeleteFunc(Matching("*"), func(id string) bool { return id == except })
}

func TestACorrectHandlerPassesEveryCase(t *testing.T) {
	t.Parallel()
	o := options()
	o.Strict, o.Only = true, everyCase("time.slow") // a busy machine is slow
	r := test(t, o, testkit.VerifyEither(secret))
	if got := bad(r); len(got) > 0 || r.Score() != 100 || len(r.Results) != len(Cases())-1 {
		t.Errorf("got score %d, %d results:\n%s", r.Score(), len(r.Results), strings.Join(got, "\n"))
	}
	if len(r.Findings) > 0 || r.Sent <= beforeBurst || r.Sent >= beforeBurst+burst {
		t.Errorf("got %d requests and findings %+v, want no findings", r.Sent, r.Findings)
	}
}

func TestAHandlerOfOneFormGetsAWarningAboutTheOther(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		h    http.Handler
		want []string
		form signature.Style
		code string
	}{
		{testkit.VerifyPrefixed(secret), []string{"sig.bare", "body.empty", "body.not-json", "http.get-head"}, signature.StylePrefixed, "prefixed_hex_expected"},
		{testkit.VerifyBare(secret), []string{"sig.prefixed", "body.empty", "body.not-json", "http.get-head"}, signature.StyleBare, "bare_hex_expected"},
	} {
		r := test(t, options(), tc.h)
		var got []string
		for _, result := range r.Results {
			if result.Verdict == Warn {
				got = append(got, result.ID)
			}
		}
		if !slices.Equal(got, tc.want) || r.Count(Fail)+r.Count(Error) > 0 || r.Form != tc.form || len(r.Findings) != 1 || r.Findings[0].Code != tc.code {
			t.Errorf("got %v, %s, %+v; want warnings of %v, %s, %s", bad(r), r.Form, r.Findings, tc.want, tc.form, tc.code)
		}
	}
}

func TestAHandlerThatDoesNotRespondCannotBeTested(t *testing.T) {
	t.Parallel()
	if _, err := Run(t.Context(), options(), newDirect(t, testkit.FreeAddr(t))); !errors.Is(err, ErrNoResponse) {
		t.Errorf("got %v, want ErrNoResponse", err)
	}
}

func TestAHandlerThatCrashesOnACorrectDeliveryIsNotSkipped(t *testing.T) {
	t.Parallel()
	r := test(t, options(), testkit.HangUp())
	if r.Results[0].Verdict != Error || r.Count(Skip) != len(Cases())-1 || !strings.HasPrefix(r.Results[0].Message, "no response to a correct delivery: ") {
		t.Errorf("got %v, want an error of base.valid", bad(r)[:1])
	}
}

func TestARequestThatCannotBeRecordedEndsTheRun(t *testing.T) {
	t.Parallel()
	full := errors.New("no space left on device")
	d := newDirect(t, "localhost:1")
	d.fail = full
	if _, err := Run(t.Context(), options(), d); !errors.Is(err, full) {
		t.Errorf("got %v, want %v", err, full)
	}
}

func TestTheRestIsSkippedIfACorrectDeliveryIsRefused(t *testing.T) {
	t.Parallel()
	r := test(t, options(), testkit.VerifyPrefixed("whsec_other"))
	if r.Results[0].Verdict != Fail || r.Count(Skip) != len(Cases())-1 || len(r.Findings) != 1 || r.Findings[0].Code != "different_secret" {
		t.Errorf("got %v, %+v; want a failed base.valid, the rest skipped, and different_secret", bad(r), r.Findings)
	}
}

func TestOnlySelectedCasesRun(t *testing.T) {
	t.Parallel()
	o := options()
	o.Only, o.Skip = Matching("sig.*"), []string{"sig.empty"}
	r := test(t, o, testkit.VerifyEither(secret))
	if r.Results[0].ID != gateID || r.Results[0].Verdict != Pass {
		t.Errorf("got %v first, want base.valid", r.Results[0].ID)
	}
	for _, result := range r.Results[1:] {
		if result.Group() != "sig" || (result.Verdict == Skip) != (result.ID == "sig.empty") {
			t.Errorf("%s: got %s", result.ID, result.Verdict)
		}
	}
}

func TestTheSeedDecidesThePayloads(t *testing.T) {
	t.Parallel()
	ids := func(seed uint64) []string {
		o := options()
		o.Seed, o.Only = seed, []string{"body.all-events"}
		var all []string
		for _, result := range test(t, o, testkit.VerifyEither(secret)).Results {
			for _, x := range result.Exchanges {
				all = append(all, webhook.Describe(x.Body).Job)
			}
		}
		return all
	}
	if first, again, other := ids(7), ids(7), ids(8); !slices.Equal(first, again) || slices.Equal(first, other) {
		t.Errorf("seed 7: %v and %v; seed 8: %v", first, again, other)
	}
}

func TestTheProfileNamesTheSerializer(t *testing.T) {
	t.Parallel()
	sorted := compares(func(b []byte) string { return prefix + sign(secret, marshaled(b)) })
	h := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body := bodyOf(r)
		if !sorted.accepts(r.Header.Get(webhook.SignatureHeader), body) && r.Header.Get(webhook.SignatureHeader) != prefix+sign(secret, minified(body)) {
			w.WriteHeader(http.StatusUnauthorized)
		}
	})
	r := test(t, options(), h)
	if i := slices.IndexFunc(r.Findings, func(f webhook.Finding) bool { return f.Code == "reserialized_body" }); i < 0 {
		t.Errorf("got %+v, want reserialized_body; %v", r.Findings, bad(r))
	}
}

func TestAHandlerThatChecksNothingIsNamedSo(t *testing.T) {
	t.Parallel()
	r := test(t, options(), testkit.Respond(200, ""))
	if len(r.Findings) != 1 || r.Findings[0].Code != refusal.CodeUnsigned {
		t.Errorf("got %+v, want %s", r.Findings, refusal.CodeUnsigned)
	}
}

func TestTheCompressedBodyIsGzip(t *testing.T) {
	t.Parallel()
	r, err := gzip.NewReader(bytes.NewReader(gzipped([]byte(payload))))
	if err != nil {
		t.Fatal(err)
	}
	if got, err := io.ReadAll(r); err != nil || string(got) != payload {
		t.Errorf("got %q, %v, want %q", got, err, payload)
	}
}

func TestEveryCaseIsDocumented(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	for _, c := range Cases() {
		for name, text := range map[string]string{"title": c.Title, "why": c.Why, "sends": c.Sends, "expects": c.Expects, "fix": c.Fix, "weight": string(c.Weight), "source": string(c.Source)} {
			if text == "" {
				t.Errorf("%s has no %s", c.ID, name)
			}
		}
		if strings.HasSuffix(c.Title, ".") || !strings.HasSuffix(c.Fix, ".") || !strings.HasSuffix(c.Why, ".") || seen[c.ID] {
			t.Errorf("%s: a wrong period, or the id is used twice", c.ID)
		}
		seen[c.ID] = true
	}
}

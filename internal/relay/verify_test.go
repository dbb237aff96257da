package relay

import (
	"net/http"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/vidiking/vidiking-cli/internal/session"
	"github.com/vidiking/vidiking-cli/internal/signature"
	"github.com/vidiking/vidiking-cli/internal/testkit"
	"github.com/vidiking/vidiking-cli/internal/webhook"
)

func TestTheVerifyModeDecidesWhatHappensToEachVerdict(t *testing.T) {
	values := map[webhook.Verdict]string{
		webhook.VerdictValid:     signedHeader(sampleBody).Get(webhook.SignatureHeader),
		webhook.VerdictInvalid:   signedHeader(sampleBody + " ").Get(webhook.SignatureHeader),
		webhook.VerdictMalformed: "sha256=short",
		webhook.VerdictMissing:   "",
	}
	for _, verify := range []Verify{VerifyStrict, VerifyWarn, VerifyOff} {
		handler := testkit.Serve(t, testkit.Respond(http.StatusAccepted, "ok"))
		r := start(t, handler.URL(), func(p *rigOptions) { p.relay.Verify = verify })
		for verdict, value := range values {
			t.Run(string(verify)+" "+string(verdict), func(t *testing.T) {
				before := len(handler.Requests())
				header := http.Header{}
				if value != "" {
					header.Set(webhook.SignatureHeader, value)
				}
				got := r.post(sampleBody, header)
				want, code, status := verdict, http.StatusAccepted, webhook.StatusDelivered
				if verify == VerifyOff {
					want = webhook.VerdictUnchecked
				}
				if verify == VerifyStrict && verdict != webhook.VerdictValid {
					code, status = http.StatusUnauthorized, webhook.StatusRejected
				}
				all := r.recorded()
				d := all[len(all)-1]
				if got.code != code || d.Verdict != want || d.Status != status {
					t.Errorf("%s, signature %q: got %d, %s, %s; want %d, %s, %s", verify, value, got.code, d.Verdict, d.Status, code, want, status)
				}
				if forwarded := len(handler.Requests()) == before+1; forwarded != (status == webhook.StatusDelivered) || string(d.Body) != sampleBody {
					t.Errorf("%s, signature %q: forwarded %t and recorded %q, want %s with its body", verify, value, forwarded, d.Body, status)
				}
				if hint := d.SecretHint; (hint == "whsec_…4q7T") != (want == webhook.VerdictValid) || hint != "" && want != webhook.VerdictValid {
					t.Errorf("%s: recorded the secret as %q, want whsec_…4q7T with valid only", want, hint)
				}
			})
		}
	}
}

func TestOnlyATrustedSenderGetsTheIDOfARejectedDelivery(t *testing.T) {
	handler := testkit.Serve(t, testkit.Respond(http.StatusOK, "ok"))
	r := start(t, handler.URL())
	untrusted := r.post(sampleBody, nil)
	guess := r.post(sampleBody, http.Header{session.SenderHeader: {"token=" + token + "x; origin=trigger"}})
	for name, got := range map[string]reply{"no token": untrusted, "another token": guess} {
		if got.code != http.StatusUnauthorized || got.header.Get(session.DeliveryHeader) != "" || got.header.Get(session.StatusHeader) != "" {
			t.Errorf("%s: got %d with id %q and status %q, want 401 without", name, got.code, got.header.Get(session.DeliveryHeader),
				got.header.Get(session.StatusHeader))
		}
	}
	header := trustedHeader(sampleBody, session.Sender{Origin: webhook.OriginTrigger})
	header.Set(webhook.SignatureHeader, "sha256=none")
	got := r.post(sampleBody, header)
	all := r.recorded()
	newest := all[len(all)-1]
	if got.code != http.StatusUnauthorized || got.header.Get(session.DeliveryHeader) != string(newest.ID) ||
		got.header.Get(session.StatusHeader) != "rejected" || got.body != "The signature is malformed.\n" {
		t.Errorf("the token: got %d %q %q %q, want 401 with %s, rejected", got.code, got.body, got.header.Get(session.DeliveryHeader),
			got.header.Get(session.StatusHeader), newest.ID)
	}
	if len(all) != 3 || newest.Origin != webhook.OriginTrigger || newest.Status != webhook.StatusRejected || len(handler.Requests()) != 0 {
		t.Errorf("recorded %d, the newest %s %s, forwarded %d; want 3, trigger rejected, 0", len(all), newest.Origin, newest.Status,
			len(handler.Requests()))
	}
}

func TestAHandlers401DiffersFromARejection(t *testing.T) {
	handler := testkit.Serve(t, testkit.Respond(http.StatusUnauthorized, "no"))
	r := start(t, handler.URL())
	got := r.post(sampleBody, trustedHeader(sampleBody, session.Sender{Origin: webhook.OriginTrigger}))
	if d := r.onlyDelivery(); got.code != http.StatusUnauthorized || got.body != "no" || got.header.Get(session.StatusHeader) != "refused" ||
		got.header.Get(session.DeliveryHeader) != string(d.ID) {
		t.Errorf("got %d %q with id %q, status %q; want the handler's 401 as %s, refused", got.code, got.body,
			got.header.Get(session.DeliveryHeader), got.header.Get(session.StatusHeader), d.ID)
	}
}

func TestAChangedSecretAppliesToTheNextDelivery(t *testing.T) {
	handler := testkit.Serve(t, testkit.Respond(http.StatusOK, "ok"))
	var secret atomic.Value
	secret.Store("whsec_thefirstofthemall")
	r := start(t, handler.URL(), func(p *rigOptions) {
		p.relay.Secrets = func() []webhook.Secret { return []webhook.Secret{webhook.SecretFrom(secret.Load().(string))} }
	})
	if got := r.postSigned(sampleBody); got.code != http.StatusUnauthorized {
		t.Errorf("signed with an unknown secret: got %d, want 401", got.code)
	}
	secret.Store(secretText)
	if got := r.postSigned(sampleBody); got.code != http.StatusOK {
		t.Errorf("signed with the new secret: got %d, want 200", got.code)
	}
}

func TestAnUnselectedEventIsRecordedAndSkipped(t *testing.T) {
	body := func(event string) string { return strings.Replace(sampleBody, "render.complete", event, 1) }
	tests := []struct {
		name, body string
		events     []string
		want       webhook.Status
	}{
		{"the selected event", body("render.complete"), []string{"render.complete"}, webhook.StatusDelivered},
		{"a selected pattern", body("render.failed"), []string{"wallet.*", "render.*"}, webhook.StatusDelivered},
		{"another event", body("ai.complete"), []string{"wallet.*", "render.*"}, webhook.StatusSkipped},
		{"no selection", body("ai.complete"), nil, webhook.StatusDelivered},
		{"no payload, no selection", "hello", nil, webhook.StatusDelivered},
		{"no payload, a selection", "hello", []string{"render.*"}, webhook.StatusSkipped},
		{"an event that is not a string", `{"event":7}`, []string{"render.*"}, webhook.StatusSkipped},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			handler := testkit.Serve(t, testkit.Respond(http.StatusOK, "ok"))
			r := start(t, handler.URL(), func(p *rigOptions) { p.relay.Events = test.events })
			got := r.post(test.body, trustedHeader(test.body, session.Sender{Origin: webhook.OriginTrigger}))
			d := r.onlyDelivery()
			if got.code != http.StatusOK || d.Status != test.want || got.header.Get(session.StatusHeader) != string(test.want) {
				t.Errorf("%s with --events %q: got %d, recorded %s, response header %q; want 200, %s", test.body, test.events, got.code, d.Status,
					got.header.Get(session.StatusHeader), test.want)
			}
			if forwarded := len(handler.Requests()) == 1; forwarded != (test.want == webhook.StatusDelivered) {
				t.Errorf("%s with --events %q: forwarded %t, want %s", test.body, test.events, forwarded, test.want)
			}
		})
	}
}

func TestAnUnselectedDeliveryWithAWrongSignatureIsRejected(t *testing.T) {
	r := start(t, testkit.RefusingAddr(t), func(p *rigOptions) { p.relay.Events = []string{"wallet.*"} })
	if got := r.post(sampleBody, nil); got.code != http.StatusUnauthorized || r.onlyDelivery().Status != webhook.StatusRejected {
		t.Errorf("got %d and %s, want 401 and rejected", got.code, r.onlyDelivery().Status)
	}
}

func TestABodyThatIsNotAPayloadIsForwardedWithoutAnEvent(t *testing.T) {
	handler := testkit.Serve(t, testkit.Respond(http.StatusOK, "ok"))
	r := start(t, handler.URL())
	for i, body := range []string{"", "hello", "[1]", `"render.complete"`, `{"event":null}`, `{"event":"render.complete"`, "\xff"} {
		got := r.postSigned(body)
		d := r.recorded()[i]
		if got.code != http.StatusOK || d.Event != "" || d.Status != webhook.StatusDelivered || string(handler.Wait(i + 1)[i].Body) != body {
			t.Errorf("%q: got %d, event %q, %s; want 200, none, delivered", body, got.code, d.Event, d.Status)
		}
	}
}

func TestADeliveryIsRecordedWithItsProperties(t *testing.T) {
	handler := testkit.Serve(t, testkit.Respond(http.StatusOK, "ok"))
	r := start(t, handler.URL())
	value := signature.Sign(webhook.SecretFrom(secretText), []byte(sampleBody), signature.StyleBare)
	r.post(sampleBody, http.Header{webhook.SignatureHeader: {value}})
	d := r.onlyDelivery()
	if d.Event != "render.complete" || d.About != "job_9bn2ze" || d.Session != "ses_test" || d.Origin != webhook.OriginLocal || !webhook.IsID(string(d.ID)) {
		t.Errorf("recorded %q about %q in %q from %s as %q, want render.complete about job_9bn2ze in ses_test from local", d.Event, d.About,
			d.Session, d.Origin, d.ID)
	}
}

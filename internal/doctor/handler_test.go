package doctor_test

import (
	"testing"

	"github.com/vidiking/vidiking-cli/internal/signature"
	"github.com/vidiking/vidiking-cli/internal/testkit"
	"github.com/vidiking/vidiking-cli/internal/webhook"
)

func TestTheSampleIsSignedAndCanBeLeftOut(t *testing.T) {
	t.Parallel()
	p := newPatient(t)
	p.examine("handler")
	got := p.handler.Requests()
	if len(got) != 1 {
		t.Fatalf("the handler got %d requests, want one", len(got))
	}
	header := webhook.Header{{Name: webhook.SignatureHeader, Value: got[0].Header.Get(webhook.SignatureHeader)}}
	if v, _ := signature.Verify([]webhook.Secret{webhook.SecretFrom(secret)}, header, got[0].Body); v != webhook.VerdictValid {
		t.Errorf("the sample's signature is %s, want valid", v)
	}
	p.options.NoSample = true
	p.wants("handler", "ok: HANDLER/webhooks/vidiking is up")
	if got := len(p.handler.Requests()); got != 1 {
		t.Errorf("with NoSample the handler got %d requests, want none more", got-1)
	}
}

func TestWhatIsWrongWithTheHandler(t *testing.T) {
	t.Parallel()
	p := newPatient(t)
	p.handler.Stop()
	p.wants("handler", "failed: Nothing is listening on HANDLER. Is your server running? | start it, or name another: vidiking config set forward TARGET")
	refusing := testkit.ServeOn(t, p.handler.Addr(), testkit.Respond(401, "no"))
	p.wants("handler", "failed: HANDLER/webhooks/vidiking answered 401 to a signed sample (render.queued), in # ms | does it check with whsec_…SEC7? More: vidiking trigger render.queued")
	refusing.Stop()
	hanging := testkit.ServeOn(t, p.handler.Addr(), testkit.HangUp())
	p.wants("handler", "failed: HANDLER/webhooks/vidiking did not answer a signed sample (render.queued): The handler closed the connection without a response. Did it crash? | look at it: vidiking trigger render.queued")
	hanging.Stop()
	testkit.ServeOn(t, p.handler.Addr(), testkit.Respond(500, "no"))
	p.wants("handler", "failed: HANDLER/webhooks/vidiking answered 500 to a signed sample (render.queued), in # ms | look at it: vidiking trigger render.queued")
}

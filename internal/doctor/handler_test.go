package doctor_test

import (
	"testing"

	"github.com/vidiking/vidiking-cli/internal/signature"
	"github.com/vidiking/vidiking-cli/internal/testkit"
	"github.com/vidiking/vidiking-cli/internal/webhook"
)

func TestTheSampleIsSignedAndOptional(t *testing.T) {
	t.Parallel()
	s := newSetup(t)
	s.run("handler")
	got := s.handler.Requests()
	if len(got) != 1 {
		t.Fatalf("the handler got %d requests, want 1", len(got))
	}
	header := webhook.Header{{Name: webhook.SignatureHeader, Value: got[0].Header.Get(webhook.SignatureHeader)}}
	if v, _ := signature.Verify([]webhook.Secret{webhook.SecretFrom(secret)}, header, got[0].Body); v != webhook.VerdictValid {
		t.Errorf("the sample's signature is %s, want valid", v)
	}
	s.options.NoSample = true
	s.check("handler", "ok: HANDLER/webhooks/vidiking is up")
	if got := len(s.handler.Requests()); got != 1 {
		t.Errorf("with NoSample: the handler got %d more requests, want none", got-1)
	}
}

func TestHandlerProblemsAreReported(t *testing.T) {
	t.Parallel()
	s := newSetup(t)
	s.handler.Stop()
	s.check("handler", "failed: Nothing is listening on HANDLER. Is your server running? | start it, or configure another: vidiking config set forward TARGET")
	refusing := testkit.ServeOn(t, s.handler.Addr(), testkit.Respond(401, "no"))
	s.check("handler", "failed: HANDLER/webhooks/vidiking returned 401 for a signed sample (render.queued), in # ms | does it verify with whsec_…SEC7? See the response: vidiking trigger render.queued")
	refusing.Stop()
	hanging := testkit.ServeOn(t, s.handler.Addr(), testkit.HangUp())
	s.check("handler", "failed: HANDLER/webhooks/vidiking did not respond to a signed sample (render.queued): The handler closed the connection without a response. Did it crash? | send another: vidiking trigger render.queued")
	hanging.Stop()
	testkit.ServeOn(t, s.handler.Addr(), testkit.Respond(500, "no"))
	s.check("handler", "failed: HANDLER/webhooks/vidiking returned 500 for a signed sample (render.queued), in # ms | see the response: vidiking trigger render.queued")
}

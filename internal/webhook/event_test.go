package webhook_test

import (
	"net/http"
	"slices"
	"testing"

	"github.com/vidiking/vidiking-cli/internal/webhook"
)

func TestEventsAreTheDocumentedOnes(t *testing.T) {
	want := []string{
		"render.queued", "render.processing", "render.complete", "render.failed",
		"ai.complete", "ai.failed", "wallet.low_balance", "wallet.deposit",
	}
	var got []string
	for _, event := range webhook.Events() {
		got = append(got, event.Name)
		if event.When == "" {
			t.Errorf("%s has no description", event.Name)
		}
	}
	if !slices.Equal(got, want) {
		t.Errorf("Events() = %q, want %q", got, want)
	}
}

func TestIsEventAcceptsOnlyDocumentedEvents(t *testing.T) {
	for _, event := range webhook.Events() {
		if !webhook.IsEvent(event.Name) {
			t.Errorf("IsEvent(%q) = false, want true", event.Name)
		}
	}
	for _, name := range []string{"", "render", "render.unknown", "Render.Complete", "render.complete "} {
		if webhook.IsEvent(name) {
			t.Errorf("IsEvent(%q) = true, want false", name)
		}
	}
}

func TestSignatureHeaderIsInCanonicalForm(t *testing.T) {
	if got := http.CanonicalHeaderKey("x-vidiking-signature"); got != webhook.SignatureHeader {
		t.Errorf("SignatureHeader = %q, want %q", webhook.SignatureHeader, got)
	}
}

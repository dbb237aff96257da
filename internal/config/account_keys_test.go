package config_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/vidiking/vidiking-cli/internal/config"
)

func TestSetWritesABooleanWithoutQuotesAndLoadAcceptsBothForms(t *testing.T) {
	t.Parallel()
	h := newHome(t)
	c := h.load(config.Flags{})
	if err := c.Set("sandbox", "true"); err != nil {
		t.Fatal(err)
	}
	if got := h.text(); got != "sandbox = true\n" || !h.load(config.Flags{}).Bool(config.Sandbox) {
		t.Errorf("got %q, want sandbox = true", got)
	}
	for _, text := range []string{"sandbox = \"true\" # mine\n", "sandbox = true # mine\n"} {
		h := newHome(t).write(text)
		c := h.load(config.Flags{})
		if !c.Bool(config.Sandbox) {
			t.Errorf("%q: got false, want true", text)
		}
		if err := c.Set("sandbox", "false"); err != nil {
			t.Fatal(err)
		}
		if got := h.text(); got != "sandbox = false # mine\n" {
			t.Errorf("%q after Set: got %q", text, got)
		}
	}
}

func TestAnAPIKeyIsMaskedAndASecretInItsPlaceCausesAWarning(t *testing.T) {
	t.Parallel()
	h := newHome(t).write("api_key = \"whsec_0123456789abcdefGHIJ\"\n")
	c := h.load(config.Flags{})
	v, err := c.Get("api-key")
	if err != nil || v.Text != "whsec_…GHIJ" {
		t.Errorf("got %q, %v, want it masked", v.Text, err)
	}
	want := []config.Warning{{
		Msg:  "the API key (file) begins with whsec_, as webhook secrets do",
		Hint: "use the key to call Vidiking, and the secret to verify what Vidiking sends",
	}}
	if diff := cmp.Diff(want, c.Warnings()); diff != "" {
		t.Errorf("warnings (-want +got):\n%s", diff)
	}
	h.env["VIDIKING_API_KEY"] = "vk_of_the_environment"
	key, source, ok := h.load(config.Flags{}).APIKey()
	if !ok || key.Reveal() != "vk_of_the_environment" || source != "environment VIDIKING_API_KEY" {
		t.Errorf("got %v from %s, want the key from the environment", key, source)
	}
	h.env["VIDIKING_API_KEY"] = "vk hush"
	if _, err := config.Load(h.world(), config.Flags{}); err == nil || strings.Contains(err.Error(), "hush") {
		t.Errorf("got %v, want an error without the key", err)
	}
}

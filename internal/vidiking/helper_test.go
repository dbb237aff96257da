package vidiking

import (
	"os"
	"testing"

	"github.com/vidiking/vidiking-cli/internal/testkit"
	"github.com/vidiking/vidiking-cli/internal/webhook"
)

func TestMain(m *testing.M) {
	testkit.DisableDNS()
	os.Exit(testkit.RunAndCheckLeaks(m))
}

const (
	key    = "vk_test_0123456789abcdefKEY9"
	secret = "whsec_0123456789abcdefghSEC7"
)

// options returns options for an API at url.
func options(t *testing.T, url string) Options {
	t.Helper()
	base, err := ParseBase(url + "/v1")
	if err != nil {
		t.Fatal(err)
	}
	return Options{Base: base, Key: webhook.SecretFrom(key), UserAgent: "vidiking-cli/test"}
}

func client(t *testing.T, o Options) *Client {
	t.Helper()
	c, err := New(o)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

var hook = Webhook{
	URL: "https://example.com/hooks?a=1&b=2", Events: []string{"render.complete", "ai.failed"}, Secret: webhook.SecretFrom(secret),
}

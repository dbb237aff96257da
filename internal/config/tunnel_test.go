package config_test

import (
	"strings"
	"testing"

	"github.com/vidiking/vidiking-cli/internal/config"
)

func TestTheEnvironmentOverridesTheTokenAndTheTokenIsMasked(t *testing.T) {
	t.Parallel()
	h := newHome(t).write("ngrok_authtoken = \"2of_the_file_0123456789\"\n")
	if got := h.load(config.Flags{}).Reveal(config.NgrokAuthtoken); got != "2of_the_file_0123456789" {
		t.Errorf("got %q, want the token from the file", got)
	}
	h.env["NGROK_AUTHTOKEN"] = "2of_the_environment_9876"
	c := h.load(config.Flags{})
	if got := c.Reveal(config.NgrokAuthtoken); got != "2of_the_environment_9876" {
		t.Errorf("got %q, want the token from the environment", got)
	}
	if source := c.Source(config.NgrokAuthtoken); source != config.SourceEnvironment("NGROK_AUTHTOKEN") {
		t.Errorf("got source %s", source)
	}
	if v, err := c.Get("tunnel.ngrok.authtoken"); err != nil || v.Text != "…9876" {
		t.Errorf("got %+v, %v, want it masked under both names", v, err)
	}
}

func TestAProxyPasswordIsMasked(t *testing.T) {
	t.Parallel()
	h := newHome(t).write("ngrok_proxy_url = \"http://me:hush@proxy.example.com:3128\"\n")
	v, err := h.load(config.Flags{}).Get("ngrok-proxy-url")
	if err != nil || strings.Contains(v.Text, "hush") || !strings.Contains(v.Text, "proxy.example.com") {
		t.Errorf("got %q, %v, want the proxy without its password", v.Text, err)
	}
	if got := h.load(config.Flags{}).String(config.NgrokProxyURL); !strings.Contains(got, "hush") {
		t.Errorf("got %q, want the password for the connection", got)
	}
}

func TestAPublicURLMayBeAHostName(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{"shop.ngrok.app": "https://shop.ngrok.app", "https://shop.ngrok.app/": "https://shop.ngrok.app"} {
		c := newHome(t).load(config.Flags{})
		if err := c.Override(config.URL, text); err != nil {
			t.Fatal(err)
		}
		if got := c.PublicURL(); got != want {
			t.Errorf("%s: got %q, want %q", text, got, want)
		}
	}
}

package vidiking

import (
	"errors"
	"net/url"
	"strings"
	"testing"

	"github.com/vidiking/vidiking-cli/internal/config"
	"github.com/vidiking/vidiking-cli/internal/hosts"
)

func TestParseBase(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		text, want string
		here       bool
	}{
		{defaultURL, defaultURL, false},
		{"https://api.vidiking.com/v1/", defaultURL, false},
		{"https://proxy.example.com:8443", "https://proxy.example.com:8443", false},
		{"http://127.0.0.1:9000/v1", "http://127.0.0.1:9000/v1", true},
		{"http://localhost:9000", "http://localhost:9000", true},
		{"http://[::1]:9000/v1", "http://[::1]:9000/v1", true},
		{"https://127.0.0.1:9000", "https://127.0.0.1:9000", true},
	} {
		got, err := ParseBase(tt.text)
		if err != nil || got.String() != tt.want || got.IsLocal() != tt.here {
			t.Errorf("ParseBase(%q): got %q (local: %v), %v, want %q (%v)", tt.text, got, got.IsLocal(), err, tt.want, tt.here)
		}
	}
}

func TestConfigHasTheSameDefaultURL(t *testing.T) {
	t.Parallel()
	key, err := config.FindKey(config.APIURL)
	if err != nil || key.Default != defaultURL {
		t.Errorf("the default of %s is %q (%v), want %q", key.Name, key.Default, err, defaultURL)
	}
}

func TestParseBaseErrors(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"":                              `the API URL is invalid: ""`,
		"api.vidiking.com":              `the API URL is invalid: "api.vidiking.com"`,
		"https://":                      `the API URL is invalid: "https://"`,
		"https://me:hush@example.com":   "the API URL cannot contain a user or password",
		"me:hush@example.com":           `the API URL is invalid: "…"`,
		"https://exa mple.com":          `the API URL is invalid: "…"`,
		"https://example.com/v1?a=b":    `the API URL cannot contain ? or #: "https://example.com/v1?a=b"`,
		"https://example.com/v1#x":      `the API URL cannot contain ? or #: "https://example.com/v1#x"`,
		"http://[::1%25e\x8ch0]":        `the API URL is invalid: "http://[::1%25e\x8ch0]"`,
		"ftp://example.com":             `the API URL has an unsupported scheme: "ftp"`,
		"http://api.vidiking.com/v1":    `the API URL uses plain http to another machine: "http://api.vidiking.com/v1"`,
		"http://192.168.1.5/v1":         `the API URL uses plain http to another machine: "http://192.168.1.5/v1"`,
		"http://127.0.0.1.example.com/": `the API URL uses plain http to another machine: "http://127.0.0.1.example.com/"`,
		"http://0.0.0.0:9000":           `the API URL uses plain http to another machine: "http://0.0.0.0:9000"`,
	} {
		_, err := ParseBase(text)
		var wrong *URLError
		if !errors.As(err, &wrong) || err.Error() != want {
			t.Errorf("ParseBase(%q): got %v, want %s", text, err, want)
		}
		if err != nil && strings.Contains(err.Error(), "hush") {
			t.Errorf("ParseBase(%q): the error shows the password", text)
		}
	}
}

func FuzzParseBaseNeverTakesPlainHTTPElsewhere(f *testing.F) {
	for _, seed := range []string{defaultURL, "http://localhost", "http://[::1%25eth0]:1", "http://[::1%25e\x8ch0]", "http://127.1", "HTTP://LOCALHOST:80/x?y#z", "http://@localhost"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		b, err := ParseBase(text)
		if err != nil {
			return
		}
		if u, err := url.Parse(b.String()); err != nil || u.Scheme != "https" && !hosts.IsLoopback(u.Hostname()) || u.User != nil || u.RawQuery != "" {
			t.Errorf("ParseBase(%q) accepted %s", text, b)
		}
		if again, err := ParseBase(b.String()); err != nil || again.String() != b.String() {
			t.Errorf("ParseBase(%q): got %q, which parses as %q, %v", text, b, again, err)
		}
	})
}

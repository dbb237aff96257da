package config_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/vidiking/vidiking-cli/internal/config"
)

func TestSetAcceptsValidValuesAndRefusesInvalidOnes(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		key   string
		right []string
		wrong []string
	}{
		{"forward", []string{"3000", "localhost:3000", "http://h/p?q=1"}, []string{"", " a", "a\nb", "a\xff"}},
		{"path", []string{"/", "/webhooks/vidiking", "/a.b/..c", "/é", "/a/*", "/*", "/v1/messages:send", "/a%2Fb", "/a;b"},
			[]string{"", "hooks", "/a?b", "/a#b", "/a b", "/a/../b", "/./a", "/%2e%2e/a", "/a%zz", "/a/*/b", "/a*", "/a/**", "/{id}", "/a/{id}/b", "/a/:id", "/<int:id>", "/[id]", "/*/*"}},
		{
			"addr",
			[]string{"127.0.0.1:4747", "127.9.9.9:0", "[::1]:65535", "localhost:80"},
			[]string{"", "4747", ":4747", "0.0.0.0:4747", "[::]:1", "::1:80", "[::1]", "127.0.0.1", "127.0.0.1:", "127.0.0.1:65536", "127.0.0.1:-1", "127.0.0.1:http", "example.com:80", "[127.0.0.1]:80", "[::1%lo]:80", "192.168.1.2:80"},
		},
		{
			"events",
			[]string{"render.complete", "render.*,wallet.deposit", " render.* , ai.* ", "*", "*.failed", "video.ready", "render.compelte", "payout.*", "r*d*r.*", "azAZ09-_.x"},
			[]string{"", "a,,b", "a b", "render.*;ai.*", "a`b", "a{b", "a@b", "a[b", "a/b", "a:b"},
		},
		{"verify", []string{"strict", "warn", "off"}, []string{"", "Strict", "no", "strict "}},
		{"respond", []string{"handler", "ack"}, []string{"", "acknowledge"}},
		{"timeout", []string{"10s", "1m30s", "500ms", "1.5s"}, []string{"", "10", "0", "0s", "-1s", "10 s", "abc", "1d"}},
		{"max_concurrency", []string{"0", "1", "16", "65536"}, []string{"", "-1", "+1", "1.5", "16 ", "many", "65537", "99999999999999999999"}},
		{"max_body", []string{"10MiB", "10MB", "512KiB", "1", "512MiB", "100kB", "10mb", "7B"}, []string{"", "0", "0MiB", "-1", "1.5MiB", "10 MiB", "10M", "MiB", "1GiB", "99999999999999999999", "9999999999GiB"}},
		{"data_dir", []string{"/var/x", "~/x", "~", `C:\x`, "d:/x", `\\srv\x`}, []string{"", "x", "./x", "~x", "C:x", "1:/x", "{:/x"}},
		{"output", []string{"text", "json"}, []string{"", "xml"}},
		{"color", []string{"auto", "always", "never"}, []string{"", "yes"}},
		{"webhook_secret", []string{"whsec_abc", "plain", "whsec_é=+/"}, []string{"", " whsec_a", "whsec_a\t", "whsec_a\n", "whsec_a\r\n", "a b", "a\u00a0b", "a\u200bb", "\ufeffa", "a\x00"}},
		{"api_key", []string{"vk_abc", "plain.-_~+/="}, []string{"", " vk_a", "vk_a\n", "a b", "a\u200bb", "vk_é", "a\x00"}},
		{"api_url", []string{"https://api.example.com/v1", "http://localhost:9000"}, []string{"", " https://x", "https://x\n"}},
		{"sandbox", []string{"true", "false"}, []string{"", "yes", "1", "True"}},
		{"tunnel", []string{"auto", "ngrok", "ssh", "local"}, []string{"", "cloud"}},
		{
			"url",
			[]string{"https://shop.ngrok.app", "shop.ngrok.app", "https://shop.ngrok.app/", "http://127.0.0.1:80", "https://a.b:8443"},
			[]string{"", "http://shop.ngrok.app", "https://a.b/x", "ftp://a.b", "https://u@a.b", "a b", "https://", "https://a.b?x"},
		},
		{"ssh_bind", []string{"localhost:8080", "shop:80", "[::1]:80", ":0"}, []string{"", "localhost", "localhost:x", "http://a:80/"}},
		{"ssh_key", []string{"~/.ssh/id_ed25519", "/x"}, []string{"", "id_ed25519"}},
		{"ngrok_authtoken", []string{"2abc_DEF"}, []string{"", "2abc ", "2abc\n", "2é"}},
		{"ngrok_connect_url", []string{"edge.example.com:443"}, []string{"", "https://edge.example.com:443/", "edge"}},
		{"ngrok_root_cas", []string{"trusted", "host", "/etc/ssl/x.pem", "~/x.pem"}, []string{"", "x.pem"}},
		{"ngrok_proxy_url", []string{"http://u:p@proxy:3128", "socks5://127.0.0.1:1080"}, []string{"", "proxy:3128", "ftp://proxy"}},
		{"ngrok_traffic_policy_file", []string{"/x.yml", "~/x.yml"}, []string{"", "x.yml"}},
		{"profile", []string{"staging", "default"}, []string{"", "gone", "a b", "a.b", "é"}},
	} {
		for _, value := range test.right {
			h := newHome(t).write("[profiles.staging]\n")
			if err := h.load(config.Flags{}).Set(test.key, value); err != nil {
				t.Errorf("Set(%s, %q): %v", test.key, value, err)
				continue
			}
			if source := h.load(config.Flags{}).Source(test.key); source != config.SourceFile {
				t.Errorf("after Set(%s, %q): source is %s, want file", test.key, value, source)
			}
		}
		for _, value := range test.wrong {
			h := newHome(t).write("[profiles.staging]\n")
			err := h.load(config.Flags{}).Set(test.key, value)
			var wrong *config.ValueError
			var unknown *config.UnknownError
			if !errors.As(err, &wrong) && !errors.As(err, &unknown) {
				t.Errorf("Set(%s, %q): got %v, want a ValueError", test.key, value, err)
			}
			if got := h.text(); got != "[profiles.staging]\n" {
				t.Errorf("Set(%s, %q) changed the file to %q", test.key, value, got)
			}
		}
	}
}

func TestAnInvalidValueHasAHint(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ key, value, msg, hint string }{
		{"verify", "loose", `invalid value "loose" for verify`, "choose from strict, warn, off"},
		{"verify", "strickt", `invalid value "strickt" for verify`, "did you mean strict?"},
		{"timeout", "10", `timeout needs a unit: "10"`, "write 10s for seconds, or 10ms for milliseconds"},
		{"timeout", "abc", `invalid value "abc" for timeout`, "use a number with a unit, such as 10s, 500ms or 1m30s"},
		{"timeout", "0s", `timeout must be more than 0, not "0s"`, "use a number with a unit, such as 10s, 500ms or 1m30s"},
		{"max-body", "10M", `invalid value "10M" for max_body`, "use a whole number with a unit, such as 10MiB, 10MB, 512KiB or 1048576"},
		{"max_body", "99999999999GiB", `max_body is too large: "99999999999GiB"`, "use a whole number with a unit, such as 10MiB, 10MB, 512KiB or 1048576"},
		{"path", "hooks", `path must begin with /: "hooks"`, "write /hooks"},
		{"path", "/orders/{id}/hook", `path must not be a pattern, but "/orders/{id}/hook" contains {id}`, "use /orders: it also accepts every path below it"},
		{"path", "/:id", `path must not be a pattern, but "/:id" contains :id`, "use /: it also accepts every path below it"},
		{"addr", "0.0.0.0:80", `addr must be a loopback address: "0.0.0.0:80"`, "for example 127.0.0.1:4747, [::1]:4747 or localhost:4747; port 0 picks a free one"},
		{"events", "render complete", `events has an invalid event name: "render complete"`, "use event names separated by commas, such as render.*,wallet.deposit"},
		{"events", "", `events must not be empty`, "to remove it: vidiking config unset events"},
		{"forward", "a\x1b[31m", `forward must not contain line breaks or control characters: "a\x1b[31m"`, ""},
		{"webhook_secret", "whsec_abc\n", `webhook_secret ends with a line break`, "copy only the secret, from whsec_ to its last character"},
		{"webhook_secret", "whsec_a\u200bc", `webhook_secret contains an invisible character (U+200B)`, "copy only the secret, from whsec_ to its last character"},
		{"api_key", "vk_abc\n", `api_key ends with a line break`, "copy the whole key, and nothing else"},
		{"api_key", "vk_é", `api_key contains a character that is not ASCII (U+00E9)`, "copy the whole key, and nothing else"},
		{"sandbox", "yes", `invalid value "yes" for sandbox`, "choose from true, false"},
		{"profile", "stagin", `unknown profile "stagin"`, "did you mean staging? Profiles: default, staging"},
	} {
		h := newHome(t).write("[profiles.staging]\n")
		err := h.load(config.Flags{}).Set(test.key, test.value)
		var advised interface{ Advice() string }
		if !errors.As(err, &advised) {
			t.Errorf("Set(%s, %q): got %v, want an error with a hint", test.key, test.value, err)
			continue
		}
		if err.Error() != test.msg || advised.Advice() != test.hint {
			t.Errorf("Set(%s, %q): got %q, %q; want %q, %q", test.key, test.value, err, advised.Advice(), test.msg, test.hint)
		}
	}
}

func TestKeysHaveSummariesAndMatchingFlags(t *testing.T) {
	t.Parallel()
	for _, k := range config.Keys() {
		if k.Summary == "" || strings.HasSuffix(k.Summary, ".") {
			t.Errorf("summary of %s: got %q, want a summary without a period", k.Name, k.Summary)
		}
		if k.Flag != "" && k.Flag != strings.ReplaceAll(k.Name, "_", "-") {
			t.Errorf("flag of %s: got %s, want the same name", k.Name, k.Flag)
		}
		if got, err := config.FindKey(strings.ReplaceAll(k.Name, "_", "-")); err != nil || got.Name != k.Name {
			t.Errorf("FindKey of %s with dashes: got %s, %v", k.Name, got.Name, err)
		}
	}
}

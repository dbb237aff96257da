package tunnel

import (
	"net/url"
	"strings"
	"testing"
	"unicode/utf8"
)

func TestParseTarget(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]Target{
		"example.com":                {"", "example.com", "22"},
		"me@example.com":             {"me", "example.com", "22"},
		"me@example.com:2222":        {"me", "example.com", "2222"},
		"me@work@example.com":        {"me@work", "example.com", "22"},
		"ssh://me@example.com:2222/": {"me", "example.com", "2222"},
		"me@[2001:db8::1]:2222":      {"me", "2001:db8::1", "2222"},
		"me@2001:db8::1":             {"me", "2001:db8::1", "22"},
		"[2001:db8::1]":              {"", "2001:db8::1", "22"},
		LocalhostRun:                 {"nokey", "localhost.run", "22"},
	} {
		if got, err := ParseTarget(text); err != nil || got != want {
			t.Errorf("%s: got %+v, %v, want %+v", text, got, err, want)
		}
	}
	for _, text := range []string{"", "@example.com", "me@", "me@example.com:", "me@example.com:ssh", "me@example.com:0", "me@example.com:65536", "a b", "a:b:c", "me@/x"} {
		if got, err := ParseTarget(text); err == nil {
			t.Errorf("%q: got %+v, want an error", text, got)
		}
	}
}

func FuzzParseTarget(f *testing.F) {
	for _, s := range []string{"me@example.com:2222", "[::1]", "ssh://a@b:1/", "@", "a@[b]:1"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		target, err := ParseTarget(text)
		if err != nil {
			return
		}
		again, err := ParseTarget(target.String())
		if err != nil || again != target {
			t.Errorf("%q is %+v, formatted as %q, which is %+v, %v", text, target, target, again, err)
		}
	})
}

func TestParseAnnouncedURL(t *testing.T) {
	t.Parallel()
	run, sish, serveo := Target{Host: "localhost.run"}, Target{Host: "tunnel.example.com"}, Target{Host: "serveo.net"}
	for _, tc := range []struct {
		name string
		of   Target
		line string
		want string
	}{
		{"an event", run, `{"event":"tcpip-forward","address":"ab12.lhr.life","status":"success"}`, "https://ab12.lhr.life"},
		{"an event with a scheme", run, `{"event":"tcpip-forward","address":"https://ab12.lhr.life"}`, "https://ab12.lhr.life"},
		{"another event", run, `{"event":"authn","message":"see https://admin.localhost.run/"}`, ""},
		{"a CloudEvent", run, `{"specversion":"1.0","type":"run.localhost.v1.tcpip_forward.register.accepted","data":{"domain":"ab12.lhr.life","help":"https://localhost.run/docs"}}`, "https://ab12.lhr.life"},
		{"a nested CloudEvent", run, `{"type":"v1.tcpip_forward.register.accepted","data":{"forwards":[{"note":"x"},{"url":"https://ab12.lhr.life"}]}}`, "https://ab12.lhr.life"},
		{"a CloudEvent of a custom domain", run, `{"type":"v1.tcpip_forward.register.accepted","data":{"url":"https://hooks.example.com"}}`, "https://hooks.example.com"},
		{"another CloudEvent", run, `{"type":"v1.banner","data":{"url":"https://ab12.lhr.life"}}`, ""},
		{"an invalid address", run, `{"event":"tcpip-forward","address":"a b"}`, ""},
		{"an address with a control character", run, `{"event":"tcpip-forward","address":"a\u001b[31m.lhr.life"}`, ""},
		{"an address without a host", run, `{"event":"tcpip-forward","address":"https://:80"}`, ""},
		{"an address with another scheme", run, `{"event":"tcpip-forward","address":"ftp://ab12.lhr.life"}`, ""},
		{"a long address", run, `{"event":"tcpip-forward","address":"` + strings.Repeat("a", 3000) + `.lhr.life"}`, ""},
		{"half of an object", run, `{"event":"tcpip-forward","addr`, ""},
		{"text", run, "ab12.lhr.life tunneled with tls termination, https://ab12.lhr.life", "https://ab12.lhr.life"},
		{"the documentation", run, "follow your favourite reverse tunnel at https://twitter.com/localhost_run, or https://localhost.run/docs/.", ""},

		{"sish", sish, "\x1b[32mHTTPS\x1b[0m: \x1b[4mhttps://ab12.tunnel.example.com\x1b[0m", "https://ab12.tunnel.example.com"},
		{"sish with a port", sish, "HTTP: http://ab12.tunnel.example.com:8080", "http://ab12.tunnel.example.com:8080"},
		{"sish with custom text", sish, "your tunnel: https://ab12.tunnel.example.com.", "https://ab12.tunnel.example.com"},
		{"the server's own URL", sish, "welcome to https://tunnel.example.com", ""},
		{"a message of the day", sish, " * Documentation:  https://help.ubuntu.com", ""},
		{"a name with the same ending", sish, "https://eviltunnel.example.com", ""},

		{"serveo", serveo, "\x1b[32mForwarding HTTP traffic from https://ab12.serveousercontent.com\x1b[0m", "https://ab12.serveousercontent.com"},
		{"nothing", serveo, "", ""},
	} {
		if got := parseAnnouncedURL(tc.line, tc.of); got != tc.want {
			t.Errorf("%s: got %q, want %q, in\n%s", tc.name, got, tc.want, tc.line)
		}
	}
}

func FuzzAnnounced(f *testing.F) {
	for _, s := range []string{
		`{"event":"tcpip-forward","address":"ab12.lhr.life"}`, `{"type":"tcpip_forward.register.accepted","data":[{"url":"x"},1,null]}`,
		"\x1b[32mHTTPS\x1b[0m: https://a.b", "HTTP: http://[::1]:80", "\x1b]8;;https://x\x07",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, line string) {
		for _, host := range []string{"localhost.run", "example.com"} {
			found := parseAnnouncedURL(line, Target{Host: host})
			if found == "" {
				continue
			}
			if u, err := url.Parse(found); err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" || !utf8.ValidString(found) {
				t.Errorf("%q: got %q, which is not a URL (%v)", line, found, err)
			}
		}
	})
}

func TestBindCandidates(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		host, url string
		want      []bind
	}{
		{"localhost.run", "", []bind{{"localhost", 80}}},
		{"localhost.run", "https://hooks.example.com", []bind{{"hooks.example.com", 80}}},
		{"tunnel.example.com", "", []bind{{"localhost", 80}, {"", 0}}},
		{"tunnel.example.com", "https://shop.tunnel.example.com", []bind{{"shop", 80}}},
		{"example.com", "https://hooks.example.org", []bind{{"localhost", 80}, {"", 0}}},
	} {
		got := bindCandidates(Target{Host: tc.host}, tc.url)
		if len(got) != len(tc.want) || got[0] != tc.want[0] {
			t.Errorf("%s for %q: got %+v, want %+v", tc.host, tc.url, got, tc.want)
		}
	}
}

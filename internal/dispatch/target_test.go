package dispatch

import (
	"errors"
	"strings"
	"testing"
)

func TestParseTarget(t *testing.T) {
	tests := []struct {
		name, in, want, short string
	}{
		{"a port", "3000", "http://localhost:3000/webhooks/vidiking", "localhost:3000/webhooks/vidiking"},
		{"a port with a colon", ":3000", "http://localhost:3000/webhooks/vidiking", "localhost:3000/webhooks/vidiking"},
		{"a port with zeros", "03000", "http://localhost:3000/webhooks/vidiking", "localhost:3000/webhooks/vidiking"},
		{"a port with a path", "3000/hook", "http://localhost:3000/hook", "localhost:3000/hook"},
		{"a port with a query", ":3000?a=1", "http://localhost:3000/webhooks/vidiking?a=1", "localhost:3000/webhooks/vidiking?a=1"},
		{"host and port", "localhost:3000", "http://localhost:3000/webhooks/vidiking", "localhost:3000/webhooks/vidiking"},
		{"a slash is a path", "localhost:3000/", "http://localhost:3000/", "localhost:3000/"},
		{"host, port and path", "localhost:3000/a/b", "http://localhost:3000/a/b", "localhost:3000/a/b"},
		{"a trailing slash", "localhost:3000/a/", "http://localhost:3000/a/", "localhost:3000/a/"},
		{"host alone", "handler.local", "http://handler.local/webhooks/vidiking", "handler.local/webhooks/vidiking"},
		{"a Compose service", "my_handler:8080", "http://my_handler:8080/webhooks/vidiking", "my_handler:8080/webhooks/vidiking"},
		{"a URL", "http://h:1/p?q=a%20b&c", "http://h:1/p?q=a%20b&c", "h:1/p?q=a%20b&c"},
		{"a URL without a path", "http://h:1", "http://h:1/webhooks/vidiking", "h:1/webhooks/vidiking"},
		{"TLS", "https://h/p", "https://h/p", "https://h/p"},
		{"a scheme in capitals", "HTTP://h/p", "http://h/p", "h/p"},
		{"IPv4", "127.0.0.1:3000/p", "http://127.0.0.1:3000/p", "127.0.0.1:3000/p"},
		{"IPv6", "[::1]:3000", "http://[::1]:3000/webhooks/vidiking", "[::1]:3000/webhooks/vidiking"},
		{"IPv6 without a port", "https://[0:0::1]/p", "https://[::1]/p", "https://[::1]/p"},
		{"IPv6 with a zone", "[fe80::1%eth0]:3000/p", "http://[fe80::1%25eth0]:3000/p", "[fe80::1%25eth0]:3000/p"},
		{"a non-ASCII name", "bücher.example/größe", "http://bücher.example/gr%C3%B6%C3%9Fe", "bücher.example/gr%C3%B6%C3%9Fe"},
		{"an escaped slash", "h/a%2Fb%41", "http://h/a%2Fb%41", "h/a%2Fb%41"},
		{"an empty query", "h/p?", "http://h/p?", "h/p?"},
		{"a non-ASCII query", "h/p?q=ö", "http://h/p?q=%C3%B6", "h/p?q=%C3%B6"},
		{"a URL in the query", "h/p?next=http://x/@y", "http://h/p?next=http://x/@y", "h/p?next=http://x/@y"},
		{"an @ in the path", "h/@me", "http://h/@me", "h/@me"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, err := ParseTarget(tt.in, "/webhooks/vidiking")
			if err != nil {
				t.Fatalf("ParseTarget(%q): %v, want %s", tt.in, err, tt.want)
			}
			if got.String() != tt.want || got.Short() != tt.short {
				t.Errorf("ParseTarget(%q)\n got %s and %s\nwant %s and %s", tt.in, got, got.Short(), tt.want, tt.short)
			}
		})
	}
}

func TestTargetHasHostAndPath(t *testing.T) {
	tests := []struct{ in, host, path string }{
		{"3000", "localhost:3000", "/webhooks/vidiking"},
		{"https://h/a%2Fb?q=1", "h", "/a%2Fb"},
		{"[::1]:3000/", "[::1]:3000", "/"},
		{"bücher.example:80/", "bücher.example:80", "/"},
	}
	for _, tt := range tests {
		got := target(t, tt.in)
		if got.Host() != tt.host || got.Path() != tt.path {
			t.Errorf("ParseTarget(%q): got host %q, path %q; want %q, %q", tt.in, got.Host(), got.Path(), tt.host, tt.path)
		}
	}
}

func TestDefaultPathMayLackItsSlash(t *testing.T) {
	for in, want := range map[string]string{"": "/", "hook": "/hook", "/hook/": "/hook/"} {
		got, err := ParseTarget("3000", in)
		if err != nil || got.Path() != want {
			t.Errorf("ParseTarget(3000, %q): got %q, %v; want %q", in, got.Path(), err, want)
		}
	}
}

func TestInvalidTargets(t *testing.T) {
	const port = "use a number from 1 to 65535, as in localhost:3000"
	const example = "use a port, host:port or URL, as in localhost:3000"
	tests := []struct{ name, in, problem, hint string }{
		{"nothing", "", "the target is empty", example},
		{"only spaces", "  ", "the target is empty", example},
		{"a space", "localhost:3000/a b", "the target contains a space", "remove it, or write it as %20 in a path"},
		{"a space at the end", "localhost:3000 ", "the target contains a space", "remove it, or write it as %20 in a path"},
		{"an escape sequence", "local\x1b[31mhost", `the target contains an invisible character ('\x1b')`, "remove it"},
		{"a bidirectional mark", "local\u202ehost", `the target contains an invisible character ('\u202e')`, "remove it"},
		{"not UTF-8", "h\xff", "the target is not valid UTF-8", example},
		{"a wrong scheme", "ftp://h/p", `unsupported scheme "ftp"`, "use http:// or https://"},
		{"no scheme", "://h", "the scheme before :// is missing", "use http:// or https://"},
		{"a password", "http://me:s3cret@h/p", "the target contains a user name or password", "remove it, and send credentials in a header instead"},
		{"a password and no scheme", "me:s3cret@h:1", "the target contains a user name or password", "remove it, and send credentials in a header instead"},
		{"a password behind a wrong port", "me:s3cret@h:x", "the target contains a user name or password", "remove it, and send credentials in a header instead"},
		{"a fragment", "localhost:3000/p#top", "the target has a fragment (#), which is never sent", "remove it"},
		{"a fragment alone", "localhost:3000#", "the target has a fragment (#), which is never sent", "remove it"},
		{"a path alone", "/webhooks", "the target has no host", example},
		{"a scheme alone", "http://", "the target has no host", example},
		{"a colon alone", ":", "the target has no host", example},
		{"a name as the port", "localhost:abc", `invalid port "abc"`, port},
		{"no port after the colon", "localhost:", `invalid port ""`, port},
		{"a negative port", "localhost:-1", `invalid port "-1"`, port},
		{"port 0", "localhost:0", `invalid port "0"`, port},
		{"a port out of range", "70000", `invalid port "70000"`, port},
		{"a port far out of range", "http://h:99999999999999999999/p", `invalid port "99999999999999999999"`, port},
		{"a missing slash", "http:/localhost:3000", `invalid port ""`, port},
		{"a number as the host", "http://3000", `invalid host name "3000"`, example},
		{"IPv6 without brackets", "::1:3000", `missing brackets around the IPv6 address in "::1:3000"`, "write it as in [::1]:3000"},
		{"a broken IPv6", "[::g]:1", `invalid IPv6 address "[::g]"`, "write it as in [::1]:3000"},
		{"IPv4 in brackets", "[127.0.0.1]:1", `invalid IPv6 address "[127.0.0.1]"`, "write it as in [::1]:3000"},
		{"a backslash", `http:\\localhost:3000`, "the target contains a backslash", "use slashes, as in http://localhost:3000/path"},
		{"a comma in the host", "local,host:3000", `invalid host name "local,host"`, example},
		{"a broken escape", "h/100%", "the target's path has an invalid % escape", "write a percent sign as %25"},
		{"a long name", strings.Repeat("a", 50) + "!", `invalid host name "` + strings.Repeat("a", 40) + `…"`, example},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, err := ParseTarget(tt.in, "/webhooks/vidiking")
			var wrong *TargetError
			if !errors.As(err, &wrong) {
				t.Fatalf("ParseTarget(%q): got %s, %v; want a *TargetError", tt.in, got, err)
			}
			if wrong.Error() != tt.problem || wrong.Hint != tt.hint {
				t.Errorf("ParseTarget(%q)\n got %q, %q\nwant %q, %q", tt.in, wrong.Problem, wrong.Hint, tt.problem, tt.hint)
			}
		})
	}
}

func FuzzParseTarget(f *testing.F) {
	for _, s := range []string{
		"3000", ":3000", "localhost:3000/", "https://[fe80::1%25eth0]:8443/a%2Fb?c=d", "http://bücher.example/ö?ö", "a//b:1?://",
		"ftp://x", "[::1", "::", "h/%zz", "me:pw@h", "3000./", "h?", "http://h:1/a?b#c",
	} {
		f.Add(s, "/webhooks/vidiking")
	}
	f.Fuzz(func(t *testing.T, s, defaultPath string) {
		got, err := ParseTarget(s, defaultPath)
		if err != nil {
			var wrong *TargetError
			if !errors.As(err, &wrong) || wrong.Problem == "" || wrong.Hint == "" {
				t.Fatalf("ParseTarget(%q, %q): got %#v, want a *TargetError with a hint", s, defaultPath, err)
			}
			return
		}
		for _, text := range []string{got.String(), got.Short()} {
			again, err := ParseTarget(text, "/another")
			if err != nil || again != got {
				t.Fatalf("ParseTarget(%q, %q) = %#v, and its own %q:\n got %#v, %v", s, defaultPath, got, text, again, err)
			}
		}
		if !strings.HasPrefix(got.Path(), "/") || got.Host() == "" {
			t.Fatalf("ParseTarget(%q, %q): got path %q, host %q", s, defaultPath, got.Path(), got.Host())
		}
	})
}

package cmdutil

import (
	"testing"
)

func TestParseHeadersReadsNameAndValue(t *testing.T) {
	t.Parallel()
	got, err := ParseHeaders([]string{"x-trace: 42", "X-Empty:", "X-Colon: a:b"})
	if err != nil {
		t.Fatal(err)
	}
	for i, want := range []struct{ name, value string }{{"X-Trace", "42"}, {"X-Empty", ""}, {"X-Colon", "a:b"}} {
		if got.Fields[i].Name != want.name || got.Fields[i].Value != want.value {
			t.Errorf("header %d: got %q: %q, want %q: %q", i, got.Fields[i].Name, got.Fields[i].Value, want.name, want.value)
		}
	}
	for _, bad := range []string{"nocolon", ": x", "A B: x", "X: a\nb", "X: a\x00", "É: x",
		"Host:", "Host: a b", "Host: a/b", "Host: http://a", "Host: u@a", "Host: a?b", "Host: :80",
		"connection: close", "Keep-Alive: 1", "Proxy-Authorization: x", "Proxy-Foo: x", "TE: trailers", "Trailer: X", "Transfer-Encoding: chunked",
		"Content-Length: 1", "Upgrade: h2c", "Vidiking-Cli-Sender: x"} {
		if got, err := ParseHeaders([]string{bad}); err == nil {
			t.Errorf("parseHeaders(%q): got %v, want an error", bad, got)
		}
	}
	if got, err := ParseHeaders([]string{"Host: a", "host: b"}); err == nil {
		t.Errorf("two hosts: got %v, want an error", got)
	}
	for _, good := range []string{"shop.test", "shop.test:8080", "[::1]:80", "a_b"} {
		if got, err := ParseHeaders([]string{"host: " + good}); err != nil || got.Host != good || len(got.Fields) > 0 {
			t.Errorf("Host %q: got %+v, %v", good, got, err)
		}
	}
}

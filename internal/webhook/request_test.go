package webhook_test

import (
	"strings"
	"testing"

	"github.com/vidiking/vidiking-cli/internal/webhook"
)

func TestRestOfReturnsThePathBelowTheIngressPath(t *testing.T) {
	for _, test := range []struct {
		base, path, rest string
		ok               bool
	}{
		{"/webhooks/vidiking", "/webhooks/vidiking", "", true},
		{"/webhooks/vidiking", "/webhooks/vidiking/", "/", true},
		{"/webhooks/vidiking", "/webhooks/vidiking/order/42", "/order/42", true},
		{"/webhooks/vidiking", "/webhooks/vidiking//order//", "//order//", true},
		{"/webhooks/vidiking", "/webhooks/vidiking/a%2Fb%2f/%FF;x=1/ä|", "/a%2Fb%2f/%FF;x=1/ä|", true},
		{"/webhooks/vidiking", "/webhooks/vidikings", "", false},
		{"/webhooks/vidiking", "/webhooks", "", false},
		{"/webhooks/vidiking", "/webhooks%2Fvidiking", "", false},
		{"/webhooks/vidiking", "//webhooks/vidiking", "", false},
		{"/webhooks/vidiking", "/Webhooks/vidiking", "", false},
		{"/webhooks/vidiking", "/web%68ooks/vidiking/x", "/x", true},
		{"/caf%C3%A9", "/caf%c3%a9/x", "/x", true},
		{"/caf%C3%A9", "/café/x", "/x", true},
		{"/hooks/", "/hooks/", "", true},
		{"/hooks/", "/hooks", "", true},
		{"/hooks/", "/hooks/x", "/x", true},
		{"/", "/", "", true},
		{"/", "/x", "/x", true},
		{"/", "//x", "//x", true},
		{"/", "", "", true},
	} {
		rest, ok := webhook.RestOf(test.base, test.path)
		if ok != test.ok || ok && rest != test.rest {
			t.Errorf("RestOf(%q, %q) = %q, %v, want %q, %v", test.base, test.path, rest, ok, test.rest, test.ok)
		}
	}
}

func TestDotSegmentsAreDetectedInEveryEscaping(t *testing.T) {
	for path, want := range map[string]bool{
		"/..": true, "/a/../b": true, "/./a": true, "/a/.": true, "/%2e%2E/a": true, "/.%2e": true, "/a%2F..%2fb": true, `/a\..\b`: true,
		"/a%5C..": true, "/..;x=1/a": true, "/..%3Bx": true,
		"": false, "/a": false, "/...": false, "/a..b": false, "/.a": false, "/a.": false, "/%252e%252e": false, "/a;..": false,
	} {
		if got := webhook.HasDotSegment(path); got != want {
			t.Errorf("HasDotSegment(%q) = %v, want %v", path, got, want)
		}
	}
}

func TestRequestURLJoinsPathsAndQueries(t *testing.T) {
	for _, test := range []struct{ target, rest, query, want string }{
		{"http://h/hook", "", "", "http://h/hook"},
		{"http://h/hook/", "", "", "http://h/hook/"},
		{"http://h/hook", "/a%2Fb", "", "http://h/hook/a%2Fb"},
		{"http://h/hook/", "/a", "", "http://h/hook/a"},
		{"http://h/hook", "//a", "", "http://h/hook//a"},
		{"http://h/", "/a", "b", "http://h/a?b"},
		{"http://h/hook", "/", "", "http://h/hook/"},
		{"http://h/hook?own=1", "/a", "b=%zz;c&&", "http://h/hook/a?own=1&b=%zz;c&&"},
		{"http://h/hook?own=1", "", "", "http://h/hook?own=1"},
		{"http://h/hook?", "", "", "http://h/hook?"},
		{"http://h/hook?", "/a", "b?c", "http://h/hook/a?b?c"},
	} {
		if got := webhook.RequestURL(test.target, test.rest, test.query); got != test.want {
			t.Errorf("RequestURL(%q, %q, %q) = %q, want %q", test.target, test.rest, test.query, got, test.want)
		}
	}
}

// For every request, the handler gets the target followed by the part below the ingress path.
func FuzzRestOf(f *testing.F) {
	f.Add("/webhooks/vidiking", "/webhooks/vidiking/a")
	f.Add("/", "//")
	f.Add("/%41/", "/A/x")
	f.Fuzz(func(t *testing.T, base, path string) {
		rest, ok := webhook.RestOf(base, path)
		if ok && rest != "" && (!strings.HasSuffix(path, rest) || rest[0] != '/') {
			t.Errorf("RestOf(%q, %q) = %q", base, path, rest)
		}
	})
}

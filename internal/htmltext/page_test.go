package htmltext

import (
	"strings"
	"testing"
)

func TestTextHasTheVisibleTextOfAPage(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct{ name, page, want string }{
		{"tags", "<p>a <b>b</b></p><p>c</p>", "a b c"},
		{"entities, hexadecimal ones too", "TypeError at &#x2F;none: &quot;a&quot; &lt;b&gt; &amp;amp; &#39;c&#39;&nbsp;d", `TypeError at /none: "a" <b> &amp; 'c' d`},
		{"head, scripts and styles", "<head><title>t</title></head><script>var a = '<p>'</script><style>b{}</style><!-- <p> -->c", "c"},
		{"a comparison", "1 < 2 and 3 > 2", "1 < 2 and 3 > 2"},
		{"an open comment", "a<!-- b", "a"},
		{"an open script", "a<script>b", "a"},
		{"nothing visible", "<script>a</script>", "<script>a</script>"},
	} {
		if got := strings.Join(strings.Fields(Text(tc.page)), " "); got != tc.want {
			t.Errorf("%s: got %q, want %q", tc.name, got, tc.want)
		}
	}
}

func TestTitleIsOneLine(t *testing.T) {
	t.Parallel()
	for page, want := range map[string]string{
		"<html><head><title>DisallowedHost\n          at &#x2F;csrf</title>": "DisallowedHost at /csrf",
		"<TITLE lang=en>a</TITLE><title>b</title>":                           "a",
		"<p>a</p>":       "",
		"<title>":        "",
		"</title><title": "",
	} {
		if got := Title(page); got != want {
			t.Errorf("Title(%q) = %q, want %q", page, got, want)
		}
	}
}

func TestIsPageKnowsPagesWithoutAContentType(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		kind, body string
		want       bool
	}{
		{"text/HTML; charset=utf-8", "", true},
		{"", "\n<!DOCTYPE html><p>", true},
		{"text/plain", "<html>", true},
		{"application/json", `{"a":"<html>"}`, false},
		{"", "<h1 class=a>Forbidden</h1>", true},
		{"", "<P>Forbidden", true},
		{"text/plain", "<h1>Forbidden</h1>", false},
		{"", "<note>a</note>", false},
		{"", "p>q", false},
	} {
		if got := IsPage(tc.kind, []byte(tc.body)); got != tc.want {
			t.Errorf("IsPage(%q, %q) = %t, want %t", tc.kind, tc.body, got, tc.want)
		}
	}
}

func FuzzText(f *testing.F) {
	f.Add("<p>a</p>")
	f.Add("<!-- <a href='")
	f.Fuzz(func(t *testing.T, page string) {
		if text := Text(page); strings.TrimSpace(page) != "" && strings.TrimSpace(text) == "" {
			t.Errorf("Text(%q) is empty", page)
		}
		if strings.Contains(Title(page), "\n") {
			t.Errorf("Title(%q) has several lines", page)
		}
	})
}

package display

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestPageTextIsTheVisibleText(t *testing.T) {
	for name, tc := range map[string]struct{ kind, page, want string }{
		"Express, no route": {
			"text/html; charset=utf-8",
			"<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<title>Error</title>\n</head>\n<body>\n<pre>Cannot POST /webhooks/vidiking</pre>\n</body>\n</html>\n",
			"│ Cannot POST /webhooks/vidiking\n",
		},
		"Express, an exception": {
			"text/html; charset=utf-8",
			"<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<title>Error</title>\n</head>\n<body>\n<pre>TypeError: Cannot read &#39;url&#39;<br> &nbsp; &nbsp;at f (/app/h.js:4:1)<br> &nbsp; &nbsp;at &lt;anonymous&gt;</pre>\n</body>\n</html>\n",
			"│ TypeError: Cannot read 'url'\n│     at f (/app/h.js:4:1)\n│     at <anonymous>\n",
		},
		"Flask": {
			"text/html; charset=utf-8",
			"<!doctype html>\n<html lang=en>\n<title>404 Not Found</title>\n<h1>Not Found</h1>\n<p>The requested <b>URL</b> was not found.</p>\n",
			"│ Not Found\n│ The requested URL was not found.\n",
		},
		"scripts and styles": {
			"", "<html><style>b{}</style><script>if (a</b) {}</script><p>No</p><!-- <p>hidden</p> -->", "│ No\n",
		},
		"entities are decoded once":   {"text/html", "<p>&amp;lt;b&gt;", "│ &lt;b>\n"},
		"shouted":                     {"TEXT/HTML", "<P>an<A HREF=x>chor</A><PRE>two", "│ anchor\n│ two\n"},
		"a smaller-than sign":         {"text/html", "1 < 2", "│ 1 < 2\n"},
		"a tag that never ends":       {"text/html", "No<br", "│ No\n"},
		"a comment that never ends":   {"text/html", "No<!-- x", "│ No\n"},
		"a script that never ends":    {"text/html", "No<script>x", "│ No\n"},
		"a page without text":         {"text/html", "<title>x</title>", "│ <title>x</title>\n"},
		"not said to be one, and not": {"text/plain", "a <b>c</b>", "│ a <b>c</b>\n"},
		"an escape out of an entity":  {"text/html", "<p>\x1b[31m", "│ ␛[31m\n"},
	} {
		t.Run(name, func(t *testing.T) {
			got := text(terminal().responseLines(responded(404, tc.page, "Content-Type", tc.kind), 3))
			if diff := cmp.Diff(tc.want, got); diff != "" {
				t.Errorf("%q (-want +got):\n%s", tc.page, diff)
			}
		})
	}
}

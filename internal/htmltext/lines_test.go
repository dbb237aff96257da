package htmltext

import (
	"slices"
	"testing"
)

func TestExcerptHasTitleMessageAndThePlaceInTheApp(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name, page string
		want       []string
		hidden     int
	}{
		{
			"Django", "<title>KeyError\n at /a</title><h1>KeyError at /a</h1><pre>'SECRET'</pre><p>Request Method: POST</p><p>/usr/lib/python3/dist-packages/django/a.py, line 47, in inner</p><p>/srv/app/views.py, line 60, in hook</p>",
			[]string{"KeyError at /a", "'SECRET'", "/srv/app/views.py, line 60, in hook"}, 2,
		},
		{
			"Express", "<title>Error</title><pre>TypeError: no<br> &nbsp; &nbsp;at f (node:internal/a.js:1:2)<br>at Layer (/srv/app/node_modules/router/l.js:9:1)<br>at g (file:///srv/app/h.mjs:7:62)</pre>",
			[]string{"TypeError: no", "    at f (node:internal/a.js:1:2)", "at g (file:///srv/app/h.mjs:7:62)"}, 1,
		},
		{
			"Werkzeug", "<title>KeyError: 'A'\n // Werkzeug Debugger</title><h1>KeyError</h1><p>KeyError: 'A'</p><p>Traceback</p><p>File \"/srv/app/a.py\", line 30, in b</p>",
			[]string{"KeyError", "KeyError: 'A'", `File "/srv/app/a.py", line 30, in b`}, 1,
		},
		{"PHP", "<b>Warning</b>: a in <b>/srv/app/r.php</b> on line <b>9</b>", []string{"Warning: a in /srv/app/r.php on line 9"}, 0},
		{"a title that says something", "<title>Maintenance</title><p>Back at 9</p>", []string{"Maintenance", "Back at 9"}, 0},
		{"no place", "<p>a</p><p>b</p><p>c</p><p>d</p>", []string{"a", "b", "c"}, 1},
	} {
		got, hidden := Excerpt(tc.page, 3)
		if !slices.Equal(got, tc.want) || hidden != tc.hidden {
			t.Errorf("%s: got %q and %d more, want %q and %d", tc.name, got, hidden, tc.want, tc.hidden)
		}
	}
}

func FuzzExcerpt(f *testing.F) {
	f.Add("<title>a</title><p>b.py:1</p>", 3)
	f.Fuzz(func(t *testing.T, page string, n int) {
		n = n&0xff + 1
		if got, hidden := Excerpt(page, n); len(got) > n || hidden < 0 {
			t.Errorf("Excerpt(%q, %d) = %q, %d", page, n, got, hidden)
		}
	})
}

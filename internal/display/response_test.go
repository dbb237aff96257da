package display

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/vidiking/vidiking-cli/internal/webhook"
)

// responded returns an attempt with the given response.
func responded(code int, body string, header ...string) webhook.Attempt {
	a := webhook.Attempt{
		N: 1, Target: "http://localhost:3000/webhooks/vidiking", Code: code, Response: []byte(body), ResponseBytes: int64(len(body)),
	}
	for i := 0; i < len(header); i += 2 {
		a.Header = append(a.Header, webhook.Field{Name: header[i], Value: header[i+1]})
	}
	return a
}

func TestResponseExcerptFollowsABar(t *testing.T) {
	long := `{"error":"` + strings.Repeat("0123456789", 10) + `"}`
	cut := responded(500, "first\nsecond\nthird\nfourth\nfif")
	cut.ResponseTruncated, cut.ResponseBytes = true, 65536
	cutWhole := responded(500, "first")
	cutWhole.ResponseTruncated, cutWhole.ResponseBytes = true, 65536
	for name, tc := range map[string]struct {
		a    webhook.Attempt
		want string
	}{
		"none":            {responded(200, ""), ""},
		"only blanks":     {responded(200, " \r\n\t\n"), ""},
		"compact JSON":    {responded(401, `{"error":"invalid signature"}`), `│ {"error":"invalid signature"}`},
		"a line's end":    {responded(401, "invalid signature\r\n"), `│ invalid signature`},
		"a stack trace":   {responded(500, "TypeError: no url\n    at onFailed (handler.js:41)\n\tat main"), "│ TypeError: no url\n│     at onFailed (handler.js:41)\n│     at main"},
		"four lines":      {responded(500, "first\n\nsecond\nthird\nfourth\n"), "│ first\n│ second\n│ third (1 more line)"},
		"many lines":      {responded(500, strings.Repeat("line\n", 1203)), "│ line\n│ line\n│ line (1,200 more lines)"},
		"one long line":   {responded(500, long), `│ {"error":"01234567890123456789012345678901234567… (112 B in all)`},
		"long, then more": {responded(500, long+"\nb\nc"), `│ {"error":"01234567890123456789012345678901234567890123456789012…` + "\n│ b\n│ c"},
		"cut in the log":  {cut, "│ first\n│ second\n│ third (over 2 more lines)"},
		"cut, all shown":  {cutWhole, "│ first (over 66 kB in all)"},
		"escape sequence": {responded(500, "\x1b[2J\x1b[H14:02:31\rx"), "│ ␛[2J␛[H14:02:31␍x"},
		"wide characters": {responded(500, strings.Repeat("世界", 20)), "│ " + strings.Repeat("世界", 11) + "世界… (120 B in all)"},
		"another coding":  {responded(500, "acc\xe8s refus\xe9 par le serveur, d\xe9sol\xe9"), "│ acc<E8>s refus<E9> par le serveur, d<E9>sol<E9>"},
		"marks of a mend": {responded(500, "\ufffd\ufffd\ufffd"), "│ \ufffd\ufffd\ufffd"},
		"binary":          {responded(200, "\x89PNG\r\n\x1a\n\x00\x00", "Content-Type", "image/png"), "│ 10 B of image/png, not text"},
		"bytes without a": {responded(200, "\xff\xfe\xfd\xfcabcd"), "│ 8 B, not text"},
		"a quarter wrong": {responded(200, "\xff\xfeabcdef"), "│ <FF><FE>abcdef"},
		"binary, no type": {responded(200, "\x00\x01"), "│ 2 B, not text"},
		"compressed":      {responded(200, "\x1f\x8bxyz", "Content-Encoding", "gzip", "Content-Type", "application/json; charset=utf-8"), "│ 5 B of application/json, compressed with gzip"},
		"not compressed":  {responded(200, "ok", "Content-Encoding", "identity"), "│ ok"},
		"a long type":     {responded(200, "\x00", "Content-Type", strings.Repeat("\x1b", 80), "Content-Encoding", strings.Repeat("gzip, ", 9)), "│ 1 B of ␛␛␛␛␛␛␛␛␛␛␛␛␛␛␛␛␛␛␛␛…␛␛␛␛␛␛␛␛␛␛␛␛␛␛␛␛␛␛␛, compressed wit…"},
		"a hostile type":  {responded(200, "\x00", "Content-Type", "a\x1b[31m/b"), "│ 1 B of a␛[31m/b, not text"},
	} {
		t.Run(name, func(t *testing.T) {
			want := ""
			for line := range strings.SplitSeq(tc.want, "\n") {
				if line != "" {
					want += "             " + line + "\n"
				}
			}
			got := ResponseExcerpt(tc.a, terminal())
			if diff := cmp.Diff(want, text(got)); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
			for _, l := range got {
				if l.Width() > 79 {
					t.Errorf("%q takes %d cells", l, l.Width())
				}
			}
		})
	}
}

func TestResponseExcerptDimsItsOwnText(t *testing.T) {
	for body, want := range map[string]string{
		"no":      "             {dim │ }no",
		"\x00":    "             {dim │ 1 B, not text}",
		"a\nb\nc": "             {dim │ }a",
	} {
		if got := marked(ResponseExcerpt(responded(500, body), terminal())[0]); got != want {
			t.Errorf("%q: got %q, want %q", body, got, want)
		}
	}
	if got, want := marked(ResponseExcerpt(responded(500, "a\nb\nc\nd"), terminal())[2]), "             {dim │ }c{dim  (1 more line)}"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestResponseExcerptWithoutUTF8IsASCII(t *testing.T) {
	got := text(ResponseExcerpt(responded(500, "refusé\n"+strings.Repeat("x", 80)), ascii()))
	want := "             | refus<U+00E9>\n             | " + strings.Repeat("x", 48) + ".. (88 B in all)\n"
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestResponseExcerptIsNotTruncatedWithoutAWidth(t *testing.T) {
	long := strings.Repeat("x", 50_000)
	want := "             │ " + long + "\n"
	if diff := cmp.Diff(want, text(ResponseExcerpt(responded(500, long), unbounded()))); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestResponseIsComplete(t *testing.T) {
	got := text(Response(responded(500, "a\nb\n\nc\nd\ne\n"), terminal()))
	if want := "│ a\n│ b\n│ c\n│ d\n│ e\n"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestResponseShowsTheTextOfAPage(t *testing.T) {
	got := text(Response(responded(404, "<html><p>No</p>", "Content-Type", "text/html"), terminal()))
	if want := "│ No\n"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestResponseExcerptThatJustFitsIsNotTruncated(t *testing.T) {
	for n, want := range map[int]string{
		64: "             │ " + strings.Repeat("x", 64) + "\n",
		65: "             │ " + strings.Repeat("x", 49) + "… (65 B in all)\n",
	} {
		if diff := cmp.Diff(want, text(ResponseExcerpt(responded(500, strings.Repeat("x", n)), terminal()))); diff != "" {
			t.Errorf("%d cells (-want +got):\n%s", n, diff)
		}
	}
}

func FuzzResponseExcerptIsSafeAndFits(f *testing.F) {
	f.Add("plain", "text/plain", 80)
	f.Add("<html><head><title>x</title></head><body><pre>no\nway</pre>", "text/html", 80)
	f.Add("\x1b[2J\n\n\nb\nc\nd", "", 30)
	f.Add("<script><!--<", "text/html", 33)
	f.Add("\x03", "\x0e\x0e\x0e\x0e\x0e\x0e\x0e\x0e\x1f", 27)
	f.Add(strings.Repeat("世", 100), "", 41)
	f.Fuzz(func(t *testing.T, body, kind string, width int) {
		width = 40 + max(width, 0)%100
		for _, shown := range []bool{true, false} {
			st := Style{UTF8: shown, Width: width}
			lines := ResponseExcerpt(responded(500, body, "Content-Type", kind), st)
			if len(lines) > 3 {
				t.Fatalf("got %d lines for %q", len(lines), body)
			}
			for _, l := range lines {
				s := l.String()
				if r, i, bad := unsafeRune(s, shown); bad {
					t.Fatalf("%q of %q holds %U at %d", s, body, r, i)
				}
				if l.Width() >= width && width > 60 {
					t.Fatalf("%q of %q takes %d cells at %d columns", s, body, l.Width(), width)
				}
			}
		}
	})
}

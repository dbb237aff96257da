package filter

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestStringReturnsACanonicalForm(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct{ typed, want string }{
		{"", ""},
		{"  a   b ", "a b"},
		{`"two words"`, `"two words"`},
		{`"one"`, "one"},
		{`"-x"`, `"-x"`},
		{`-"-x"`, `-"-x"`},
		{`--x`, `-"-x"`},
		{`a"b\c`, `a"b\c`},
		{`"a\"b\\c\d e"`, `"a\"b\\c\\d e"`},
		{"localhost:3000", `"localhost:3000"`},
		{"EVENT:render.*", "event:render.*"},
		{`event:"render.*"`, "event:render.*"},
		{`event:"my.own",ai.failed,""`, `event:my.own,ai.failed,""`},
		{"status:Timed-Out,FAILED", "status:timed_out,failed"},
		{"code:=500 code:5XX code:>=400", "code:500 code:5xx code:>=400"},
		{`took:"> 9 ms" size:">4.1 kB"`, "took:>9ms size:>4.1kB"},
		{`since:1h until:"2026-03-02 14:03"`, `since:1h until:"2026-03-02 14:03"`},
		{"id:A61T", "id:dlv_a61t"},
		{`body:a,"b,c"`, `body:a,"b,c"`},
		{"body:a:b", "body:a:b"},
	} {
		if got := parse(t, tc.typed).String(); got != tc.want {
			t.Errorf("Parse(%q).String(): got %s, want %s", tc.typed, got, tc.want)
		}
		if again := parse(t, tc.want).String(); again != tc.want {
			t.Errorf("Parse(%q).String(): got %s, want the same", tc.want, again)
		}
	}
}

func FuzzParse(f *testing.F) {
	for _, s := range []string{
		"event:render.* status:failed -code:5xx since:1h job_9", `"two words" -"x\"y" body:"a,b",c took:>"2s"`, "status:refusd", `event:"`, "-", "a:b",
		"size:>9223372036854775807", "since:2026-03-02T14:03:10+99:99", "code:<=0 code:<0 took:<0s", "\u00a0\u0085-é:ü \xff:\xfe", "until:36500d2500000h",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		first, err := Parse(text, now, place)
		if err != nil {
			var wrong *Error
			if wrong, _ = err.(*Error); wrong == nil || wrong.Problem == "" { //nolint:errorlint // it is never wrapped
				t.Fatalf("Parse(%q): got %#v, want an *Error with a message", text, err)
			}
			if wrong.Column() < 1 || wrong.Before()+wrong.Wrong()+wrong.After() != text {
				t.Fatalf("Parse(%q): got an error at %d to %d", text, wrong.From, wrong.To)
			}
			return
		}
		again, err := Parse(first.String(), now, place)
		if err != nil {
			t.Fatalf("String of %q is %q, which does not parse: %v", text, first, err)
		}
		if again.String() != first.String() {
			t.Fatalf("String of %q is %q, and of that %q", text, first, again)
		}
		if diff := cmp.Diff(first.terms, again.terms, cmp.AllowUnexported(Value{}, Text{}, wide{})); diff != "" {
			t.Fatalf("String of %q is %q, which is a different filter:\n%s", text, first, diff)
		}
		for _, d := range []int{0, len(text) / 2, len(text)} {
			c := Complete(text, d)
			if c.From > c.To || c.To > len(text) {
				t.Fatalf("Complete(%q, %d): got %d to %d", text, d, c.From, c.To)
			}
		}
		if first.Match(refused()) == first.not().Match(refused()) && len(first.terms) == 1 {
			t.Fatalf("%q and its negation match the same delivery", text)
		}
	})
}

// not negates each term.
func (f Filter) not() Filter {
	var n Filter
	for _, t := range f.terms {
		t.Not = !t.Not
		n.terms = append(n.terms, t)
	}
	return n
}

func TestSpansReturnsTheMatches(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		filter, text string
		keys         []Key
		want         []Span
	}{
		{"", "abc", nil, nil},
		{"b", "abcB", nil, []Span{{1, 2}, {3, 4}}},
		{"ab bc", "abcd", nil, []Span{{0, 3}}},
		{"-b body:c about:d", "abcd", []Key{Body}, []Span{{2, 3}}},
		{"É", "caféÉ", nil, []Span{{3, 7}}},
	} {
		if diff := cmp.Diff(tc.want, parse(t, tc.filter).Spans(tc.text, tc.keys...)); diff != "" {
			t.Errorf("%q in %q (-want +got):\n%s", tc.filter, tc.text, diff)
		}
	}
}

package filter

import (
	"errors"
	"testing"
)

func TestAWrongFilterIsSaidAtItsPlace(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		filter, wrong, what, hint string
		column                    int
	}{
		{"since:1h status:refusd", "refusd", "there is no status refusd", "did you mean refused?", 17},
		{"status:wrong", "wrong", "there is no status wrong", "a status is one of failed, delivered, refused, unreachable, timed_out, rejected, skipped, pending", 8},
		{"café status:refusd", "refusd", "there is no status refusd", "did you mean refused?", 13},
		{"origin:tunel", "tunel", "there is no origin tunel", "did you mean tunnel?", 8},
		{"origin:mars", "mars", "there is no origin mars", "an origin is one of tunnel, local, trigger, replay, emulator", 8},
		{"verdict:ok", "ok", "there is no verdict ok", "a verdict is one of valid, invalid, missing, malformed, unchecked", 9},
		{"-evnt:render.*", "evnt", "there is no key evnt", "did you mean event:?", 2},
		{"statsu:refused", "statsu", "there is no key statsu", "did you mean status:?", 1},
		{"colour:red", "colour", "there is no key colour", `the keys are event, status, code, verdict, origin, since, until, took, size, attempts, id, about, target, header, body, answer, error; to search for text, quote it: "colour:…"`, 1},
		{"code:abc", "abc", "abc is no number", "as in code:404, code:5xx or code:>=500", 6},
		{"code:-1", "-1", "-1 is no number", "as in code:404, code:5xx or code:>=500", 6},
		{"code:><5", "><5", ">< is no comparison", "one of > >= < <=, as in code:404, code:5xx or code:>=500", 6},
		{"took:2s", "2s", "took compares, and 2s does not say how", "did you mean took:>2s?", 6},
		{"took:>soon", ">soon", ">soon is no duration", "as in took:>2s or took:<=500ms", 6},
		{`"note":"x"`, `:"x"`, `a quote ends before :"x"`, `a space parts two words; a quote within quotes is \"`, 7},
		{"size:>10kX", ">10kX", ">10kX is no size", "as in size:>10kB or size:0", 6},
		{"attempts:many", "many", "many is no number", "as in attempts:>1 or attempts:0", 10},
		{"since:never", "never", "never is no time", `write 1h, "2 days ago", 14:03:10, 2026-03-02, today, yesterday or monday`, 7},
		{"id:hello", "hello", "no id begins with hello", "an id is dlv_ and ten characters, or the beginning of it, as in id:a61tzr", 4},
		{"status:", "", "nothing follows status:", "as in status:failed", 8},
		{"status:failed, refused", "", "nothing follows the comma", "as in status:failed", 15},
		{"job -", "-", "nothing follows the -", "as in -status:delivered", 5},
		{`"two words`, `"two words`, "a quote is not closed", `end it with another "`, 1},
		{`body:"x`, `"x`, "a quote is not closed", `end it with another "`, 6},
		{`"a"b c`, "b", "a quote ends before b", `a space parts two words; a quote within quotes is \"`, 4},
		{`job ""`, `""`, "there is nothing to look for", `as in job_9bn2ze or "out of memory"`, 5},
	} {
		_, err := Parse(tc.filter, now, place)
		var wrong *Error
		if !errors.As(err, &wrong) {
			t.Errorf("Parse(%q): got %v, want an *Error", tc.filter, err)
			continue
		}
		if wrong.Wrong() != tc.wrong || wrong.Column() != tc.column || wrong.Problem != tc.what || wrong.Hint != tc.hint {
			t.Errorf("Parse(%q):\n got %q at %d: %s (%s)\nwant %q at %d: %s (%s)", tc.filter, wrong.Wrong(), wrong.Column(), wrong.Problem, wrong.Hint,
				tc.wrong, tc.column, tc.what, tc.hint)
		}
		if all := wrong.Before() + wrong.Wrong() + wrong.After(); all != tc.filter {
			t.Errorf("Parse(%q): its pieces make %q", tc.filter, all)
		}
		if wrong.Width() < 1 {
			t.Errorf("Parse(%q): got width %d, want at least 1", tc.filter, wrong.Width())
		}
	}
}

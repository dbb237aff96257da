package filter

import (
	"errors"
	"testing"
)

func TestParseReportsThePositionOfAProblem(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		filter, wrong, what, hint string
		column                    int
	}{
		{"since:1h status:refusd", "refusd", `unknown status "refusd"`, "did you mean refused?", 17},
		{"status:wrong", "wrong", `unknown status "wrong"`, "choose from failed, delivered, refused, unreachable, timed_out, rejected, skipped, pending", 8},
		{"café status:refusd", "refusd", `unknown status "refusd"`, "did you mean refused?", 13},
		{"origin:tunel", "tunel", `unknown origin "tunel"`, "did you mean tunnel?", 8},
		{"origin:mars", "mars", `unknown origin "mars"`, "choose from tunnel, local, trigger, replay, emulator", 8},
		{"verdict:ok", "ok", `unknown verdict "ok"`, "choose from valid, invalid, missing, malformed, unchecked", 9},
		{"-evnt:render.*", "evnt", `unknown key "evnt"`, "did you mean event:?", 2},
		{"statsu:refused", "statsu", `unknown key "statsu"`, "did you mean status:?", 1},
		{"colour:red", "colour", `unknown key "colour"`, `choose from event, status, code, verdict, origin, since, until, took, size, attempts, id, about, target, header, body, response, error; to search for text, quote it: "colour:…"`, 1},
		{"code:abc", "abc", `"abc" is not a number`, "for example code:404, code:5xx or code:>=500", 6},
		{"code:-1", "-1", `"-1" is not a number`, "for example code:404, code:5xx or code:>=500", 6},
		{"code:><5", "><5", `"><" is not a comparison`, "use >, >=, < or <=, for example code:404, code:5xx or code:>=500", 6},
		{"took:2s", "2s", `took needs a comparison, not "2s"`, "did you mean took:>2s?", 6},
		{"took:>soon", ">soon", `">soon" is not a duration`, "for example took:>2s or took:<=500ms", 6},
		{`"note":"x"`, `:"x"`, `unexpected ":\"x\"" after the closing quote`, `separate two words with a space; write \" for a quote within quotes`, 7},
		{"size:>10kX", ">10kX", `">10kX" is not a size`, "for example size:>10kB or size:0", 6},
		{"attempts:many", "many", `"many" is not a number`, "for example attempts:>1 or attempts:0", 10},
		{"since:never", "never", `"never" is not a time`, `write 1h, "2 days ago", 14:03:10, 2026-03-02, today, yesterday or monday`, 7},
		{"id:hello", "hello", `invalid id "hello"`, "use the first characters of an id, for example id:a61tzr", 4},
		{"status:", "", "missing value after status:", "for example status:failed", 8},
		{"status:failed, refused", "", "missing value after the comma", "for example status:failed", 15},
		{"job -", "-", "missing term after -", "for example -status:delivered", 5},
		{`"two words`, `"two words`, "the closing quote is missing", `add a " at the end`, 1},
		{`body:"x`, `"x`, "the closing quote is missing", `add a " at the end`, 6},
		{`"a"b c`, "b", `unexpected "b" after the closing quote`, `separate two words with a space; write \" for a quote within quotes`, 4},
		{`job ""`, `""`, "the search text is empty", `for example job_9bn2ze or "out of memory"`, 5},
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
			t.Errorf("Parse(%q): its parts add up to %q", tc.filter, all)
		}
		if wrong.Width() < 1 {
			t.Errorf("Parse(%q): got width %d, want at least 1", tc.filter, wrong.Width())
		}
	}
}

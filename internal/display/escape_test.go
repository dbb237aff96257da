package display

import (
	"encoding/json"
	"strings"
	"testing"
	"unicode/utf8"
)

func TestEscapeJSON(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		`{"a":"plain é 日本 👍 ⚠️"}` + "\n":           `{"a":"plain é 日本 👍 ⚠️"}` + "\n",
		"{\"a\":\"\u009b31m\"}":                    `{"a":"\u009b31m"}`,
		"{\"a\":\"\u202eevil\u2066\"}":             `{"a":"\u202eevil\u2066"}`,
		"{\"a\u200b\":\"\x7f\ufeff\"}":             `{"a\u200b":"\u007f\ufeff"}`,
		"\"\U000e0001\"":                           `"\udb40\udc01"`,
		"\"e" + strings.Repeat("\u0301", 7) + "\"": `"e` + strings.Repeat("\u0301", 6) + `\u0301"`,
	} {
		if got := string(EscapeJSON([]byte(in))); got != want {
			t.Errorf("EscapeJSON(%q) = %q, want %q", in, got, want)
		}
	}
}

func FuzzEscapeJSONKeepsTheMeaning(f *testing.F) {
	for _, s := range []string{"", "plain", "\u009b\u202e\U000e0001", "e\u0301\u0301\u0301\u0301\u0301\u0301\u0301\u0301", "👨\u200d👩", "\xff"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		text, err := json.Marshal(map[string]string{s: s})
		if err != nil {
			t.Fatal(err)
		}
		got := EscapeJSON(text)
		var before, after map[string]string
		if json.Unmarshal(text, &before) != nil || json.Unmarshal(got, &after) != nil || len(after) != 1 {
			t.Fatalf("EscapeJSON(%s) = %s, which is not JSON", text, got)
		}
		for key, value := range before {
			if after[key] != value {
				t.Fatalf("EscapeJSON(%s) = %s, which means something else", text, got)
			}
		}
		if r, i, bad := unsafeRune(string(got), true); bad || !utf8.Valid(got) {
			t.Fatalf("EscapeJSON(%s) = %s contains %U at %d", text, got, r, i)
		}
	})
}

func TestCleanLinesKeepsOnlyLineFeeds(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{"a\nb\n": "a\nb\n", "a\x1b[2J\nb\r\n\t": "a␛[2J\nb␍\n␉", "": ""} {
		if got := CleanLines(in); got != want {
			t.Errorf("CleanLines(%q) = %q, want %q", in, got, want)
		}
	}
}

func TestCleanDoesNotCopyCleanText(t *testing.T) {
	for _, s := range []string{"plain", "✓ 日本 … ⚠️"} {
		if n := testing.AllocsPerRun(100, func() { _ = Clean(s) }); n != 0 {
			t.Errorf("Clean(%q) allocates %v times, want 0", s, n)
		}
	}
}

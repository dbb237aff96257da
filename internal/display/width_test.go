package display

import (
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/clipperhouse/displaywidth"
)

func TestWidth(t *testing.T) {
	for s, want := range map[string]int{
		"":                 0,
		"render.complete":  15,
		"世界":               4,
		"ﾊﾟ":               2,
		"e\u0301":          1,
		"👍":                2,
		"👍🏽":               4,
		"⚠":                1,
		"⚠️":               2,
		"❌":                2,
		"✓✗⊘–·↻●○…│─":      11,
		"␛[31m":            5,
		"नमस्ते":           4,
		"ᄀᄀᄀ":              6,
		"\u00a0":           1,
		"\u3000":           2,
		"Grüße, שלום":      11,
		"tail ⚠️ of a row": 16,
	} {
		if got := Width(s); got != want {
			t.Errorf("Width(%q) = %d, want %d", s, got, want)
		}
	}
}

func TestPadding(t *testing.T) {
	for _, tc := range []struct{ got, want string }{
		{PadRight("世界", 6), "世界  "},
		{PadLeft("世界", 6), "  世界"},
		{PadRight("longer", 3), "longer"},
		{PadLeft("longer", 3), "longer"},
	} {
		if tc.got != tc.want {
			t.Errorf("got %q, want %q", tc.got, tc.want)
		}
	}
}

func TestCutMiddle(t *testing.T) {
	for _, tc := range []struct {
		in    string
		width int
		want  string
		ascii string
	}{
		{"job_9bn2ze", 10, "job_9bn2ze", "job_9bn2ze"},
		{"job_9bn2ze", 9, "job_…n2ze", "job_..2ze"},
		{"job_9bn2ze", 6, "job…ze", "jo..ze"},
		{"job_9bn2ze", 3, "j…e", "j.."},
		{"job_9bn2ze", 2, "j…", ".."},
		{"job_9bn2ze", 1, "…", "."},
		{"job_9bn2ze", 0, "", ""},
		{"job_9bn2ze", -1, "", ""},
		{"世界世界", 6, "世…界", "世..界"},
		{"世界世界", 5, "世…界", "世.."},
		{"a界世界", 4, "a…界", "a.."},
		{"ae\u0301\u0301bcde\u0301", 4, "ae\u0301\u0301…e\u0301", "a..e\u0301"},
		{"", 5, "", ""},
	} {
		for st, want := range map[Style]string{{UTF8: true}: tc.want, {}: tc.ascii} {
			if got := st.CutMiddle(tc.in, tc.width); got != want {
				t.Errorf("CutMiddle(%q, %d) with UTF-8 %v = %q, want %q", tc.in, tc.width, st.UTF8, got, want)
			}
		}
	}
}

func TestCut(t *testing.T) {
	for _, tc := range []struct {
		in    string
		width int
		want  string
		ascii string
	}{
		{"TypeError", 9, "TypeError", "TypeError"},
		{"TypeError", 8, "TypeErr…", "TypeEr.."},
		{"TypeError", 1, "…", "."},
		{"TypeError", 0, "", ""},
		{"世界世界", 4, "世…", "世.."},
	} {
		for st, want := range map[Style]string{{UTF8: true}: tc.want, {}: tc.ascii} {
			if got := st.Cut(tc.in, tc.width); got != want {
				t.Errorf("Cut(%q, %d) with UTF-8 %v = %q, want %q", tc.in, tc.width, st.UTF8, got, want)
			}
		}
	}
}

func TestVeryLongOutsideTextIsTruncatedTheSameWay(t *testing.T) {
	st := terminal()
	long := "job_" + strings.Repeat("\u202ee\u0301世", 1<<18) + "_end"
	if got, want := st.outside(long, 20), st.CutMiddle(st.Clean(long[:200]+long[len(long)-200:]), 20); got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	if n := len(truncateForCleaning(long, 20)); n > 2*21*maxBytesPerCell {
		t.Errorf("truncateForCleaning leaves %d bytes for 20 cells", n)
	}
}

func FuzzCutIsNeverWiderThanRequested(f *testing.F) {
	f.Add("job_9bn2ze", 6)
	f.Add("世界世界", 5)
	f.Add("👍🏽👍🏽🇩🇪🇩🇪", 7)
	f.Add("⚠️⚠️⚠️", 3)
	f.Add("e\u0301\u0301e\u0301", 1)
	f.Add("ᄀᄀᄀक्षि", 4)
	f.Add("0", -45)
	f.Fuzz(func(t *testing.T, s string, width int) {
		width = min(width, 1000)
		for _, st := range []Style{{UTF8: true}, {}} {
			s := st.Clean(s)
			for name, got := range map[string]string{
				"Cut": st.Cut(s, width), "CutMiddle": st.CutMiddle(s, width), "outside": Style{UTF8: st.UTF8, Width: 80}.outside(s, width),
			} {
				if n := Width(got); n > max(width, 0) {
					t.Fatalf("%s(%q, %d) with UTF-8 %v = %q takes %d cells", name, s, width, st.UTF8, got, n)
				}
				if Width(s) <= width && got != s {
					t.Fatalf("%s(%q, %d) with UTF-8 %v = %q, though it fits", name, s, width, st.UTF8, got)
				}
				if r, i, bad := unsafeRune(got, st.UTF8); bad {
					t.Fatalf("%s(%q, %d) with UTF-8 %v = %q holds %U at %d", name, s, width, st.UTF8, got, r, i)
				}
			}
			if n := Width(PadRight(s, width)); n < width {
				t.Fatalf("PadRight(%q, %d) takes %d cells", s, width, n)
			}
		}
	})
}

func FuzzWidthIsAtLeastTheWidthOnTerminals(f *testing.F) {
	f.Add("世界")
	f.Add("👨\u200d👩")
	f.Add("⚠️a\ufe0f")
	f.Add("ᄀᄀᄀ")
	f.Fuzz(func(t *testing.T, s string) {
		s = Clean(s)
		if drawn := displaywidth.String(s); Width(s) < drawn {
			t.Fatalf("Width(%q) = %d, but a terminal that joins characters draws %d", s, Width(s), drawn)
		}
		marks := 0
		for _, r := range s {
			if unicode.In(r, unicode.Mn, unicode.Me) {
				marks++
			}
		}
		if base := utf8.RuneCountInString(s) - marks; Width(s) < base {
			t.Fatalf("Width(%q) = %d, but it has %d characters that take a cell", s, Width(s), base)
		}
		if len(s) > 0 && len(s) > Width(s)*maxBytesPerCell {
			t.Fatalf("%q has %d bytes in %d cells, more than %d each", s, len(s), Width(s), maxBytesPerCell)
		}
	})
}

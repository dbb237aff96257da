package display

import (
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"
)

func TestClean(t *testing.T) {
	for name, tc := range map[string]struct{ in, want string }{
		"nothing":                    {"", ""},
		"plain text":                 {`{"error":"invalid signature"}`, `{"error":"invalid signature"}`},
		"an SGR sequence":            {"\x1b[31mred\x1b[0m", "␛[31mred␛[0m"},
		"a window title (OSC)":       {"\x1b]0;title\x07x", "␛]0;title␇x"},
		"a link (OSC 8)":             {"\x1b]8;;http://x\x1b\\y", "␛]8;;http://x␛\\y"},
		"a device control string":    {"\x1bPq#0\x1b\\", "␛Pq#0␛\\"},
		"8-bit CSI as a rune":        {"\u009b31m", "<U+009B>31m"},
		"8-bit CSI as a byte":        {"\x9b31m", "<9B>31m"},
		"8-bit OSC, DCS, ST":         {"\u009d\u0090\u009c", "<U+009D><U+0090><U+009C>"},
		"next line (C1)":             {"a\u0085b", "a<U+0085>b"},
		"a forged row":               {"x\r\n14:02:31   ✓", "x␍␊14:02:31   ✓"},
		"tab, vertical tab, feed":    {"a\tb\vc\fd", "a␉b␋c␌d"},
		"backspaces":                 {"rejected\b\b\b", "rejected␈␈␈"},
		"NUL and DEL":                {"a\x00b\x7f", "a␀b␡"},
		"line and paragraph ends":    {"a\u2028b\u2029c", "a<U+2028>b<U+2029>c"},
		"right-to-left override":     {"a\u202etxt.exe", "a<U+202E>txt.exe"},
		"embeddings and pops":        {"\u202a\u202b\u202c\u202d", "<U+202A><U+202B><U+202C><U+202D>"},
		"isolates":                   {"\u2066a\u2067b\u2068c\u2069", "<U+2066>a<U+2067>b<U+2068>c<U+2069>"},
		"direction marks":            {"\u200e\u200f\u061c", "<U+200E><U+200F><U+061C>"},
		"zero-width characters":      {"a\u200bb\u200cc\u2060d\ufeffe", "a<U+200B>b<U+200C>c<U+2060>d<U+FEFF>e"},
		"soft hyphen":                {"a\u00adb", "a<U+00AD>b"},
		"Hangul fillers":             {"\u3164\u115f\uffa0", "<U+3164><U+115F><U+FFA0>"},
		"grapheme joiner":            {"a\u034fb", "a<U+034F>b"},
		"tags":                       {"a\U000e0041\U000e007f", "a<U+E0041><U+E007F>"},
		"variation selectors":        {"a\ufe00\U000e0100", "a<U+FE00><U+E0100>"},
		"private use":                {"\ue0b0\U000f0000", "<U+E0B0><U+F0000>"},
		"not assigned":               {"\u0378\ufdd0\uffff", "<U+0378><U+FDD0><U+FFFF>"},
		"bytes that are no UTF-8":    {"caf\xe9\xff\xc3", "caf<E9><FF><C3>"},
		"a surrogate in UTF-8":       {"\xed\xa0\x80", "<ED><A0><80>"},
		"the replacement character":  {"a\ufffdb", "a\ufffdb"},
		"other languages":            {"Grüße, 世界, שלום, สวัสดี, नमस्ते", "Grüße, 世界, שלום, สวัสดี, नमस्ते"},
		"spaces of other widths":     {"a\u00a0b\u3000c", "a\u00a0b\u3000c"},
		"a combining mark":           {"e\u0301", "e\u0301"},
		"a mark with nothing before": {"\u0301x", "<U+0301>x"},
		"marks over several rows":    {"e" + strings.Repeat("\u0301", 8), "e" + strings.Repeat("\u0301", 6) + "<U+0301>\u0301"},
		"emoji":                      {"❌ 👍🏽 🇩🇪", "❌ 👍🏽 🇩🇪"},
		"a sign drawn as emoji":      {"⚠️ ✔︎", "⚠️ ✔︎"},
		"a letter drawn as emoji":    {"a\ufe0f", "a<U+FE0F>"},
		"a selector twice":           {"⚠️\ufe0f", "⚠️<U+FE0F>"},
		"joined emoji":               {"👨\u200d👩", "👨<U+200D>👩"},
		"marks that were there":      {"␛[31m <U+202E> <9B>", "␛[31m <U+202E> <9B>"},
	} {
		t.Run(name, func(t *testing.T) {
			if got := Clean(tc.in); got != tc.want {
				t.Errorf("Clean(%q):\n got %q\nwant %q", tc.in, got, tc.want)
			}
		})
	}
}

func TestCleanWithoutUTF8(t *testing.T) {
	for in, want := range map[string]string{
		" ~plain~ ":  " ~plain~ ",
		"\t ~":       "<09> ~",
		"\x1b[31m":   "<1B>[31m",
		"a\tb\x7f":   "a<09>b<7F>",
		"é\u009b":    "<U+00E9><U+009B>",
		"\x9b":       "<9B>",
		"e\u0301 世界": "e<U+0301> <U+4E16><U+754C>",
		"👍":          "<U+1F44D>",
	} {
		if got := ascii().Clean(in); got != want {
			t.Errorf("Clean(%q) without UTF-8:\n got %q\nwant %q", in, got, want)
		}
	}
}

func TestCleanDoesNotCopyASCII(t *testing.T) {
	s := strings.Repeat("plain text ", 100)
	if n := testing.AllocsPerRun(10, func() { Clean(s) }); n != 0 {
		t.Errorf("Clean of printable ASCII allocates %v times, want 0", n)
	}
}

// unsafeRune returns the first character of s that could control a terminal, and its position.
func unsafeRune(s string, utf8Shown bool) (rune, int, bool) {
	for i, r := range s {
		switch {
		case r == utf8.RuneError && !strings.HasPrefix(s[i:], "\ufffd"):
			return r, i, true
		case !utf8Shown && r > '~':
			return r, i, true
		case unicode.IsControl(r), unicode.In(r, unicode.Bidi_Control, unicode.Cf, unicode.Zl, unicode.Zp, unicode.Cs, unicode.Co):
			return r, i, true
		case unicode.In(r, unicode.Other_Default_Ignorable_Code_Point):
			return r, i, true
		}
	}
	return 0, 0, false
}

func FuzzCleanIsSafeAndIdempotent(f *testing.F) {
	for _, s := range []string{
		"", "plain", "\x1b[31mred", "\x9b\u009b", "\u202e\u2066", "e\u0301\u0301\u0301\u0301\u0301\u0301\u0301\u0301", "\u0301",
		"⚠️\ufe0f", "👨\u200d👩", "\xed\xa0\x80", "a\r\n\t\x00", "\x1b\ufe0f\u0301",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		for _, st := range []Style{{UTF8: true}, {}} {
			once := st.Clean(s)
			if r, i, bad := unsafeRune(once, st.UTF8); bad {
				t.Fatalf("Clean(%q) with UTF-8 %v = %q contains %U at %d", s, st.UTF8, once, r, i)
			}
			if twice := st.Clean(once); twice != once {
				t.Fatalf("Clean(Clean(%q)) with UTF-8 %v = %q, want %q", s, st.UTF8, twice, once)
			}
			if isPrintableASCII(s) != (once == s && isPrintableASCII(once)) {
				t.Fatalf("Clean(%q) with UTF-8 %v = %q: printable ASCII must stay, and nothing else must become printable ASCII of the input", s, st.UTF8, once)
			}
			if utf8.RuneCountInString(once) < utf8.RuneCountInString(s) {
				t.Fatalf("Clean(%q) with UTF-8 %v = %q dropped something", s, st.UTF8, once)
			}
		}
	})
}

func isPrintableASCII(s string) bool {
	for i := range len(s) {
		if s[i] < ' ' || s[i] > '~' {
			return false
		}
	}
	return true
}

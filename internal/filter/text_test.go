package filter

import (
	"bytes"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"
)

func TestTextIgnoresCase(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		text, in string
		want     bool
	}{
		{"render", "xxRENDERxx", true},
		{"RENDER", "render", true},
		{"a", "", false},
		{"aab", "aaab", true},
		{"[", "{", false}, // differs by one bit, as the cases of a letter do
		{"@", "`", false},
		{"ÄRGER", "viel ärger", true},
		{"σ", "ΟΔΥΣΣΕΥΣ", true},
		{"ς", "ΟΔΥΣΣΕΥΣ", true},
		{"k", "\u212a", false}, // the Kelvin sign
		{"é", "E\u0301", false},
		{"ß", "SS", false},
		{"\xff", "a\xffb", true},
		{"\xa9", "é", true}, // compared as bytes, because it is not valid UTF-8
		{"\ufffd", "\xff", false},
		{"\ufffd", "\ufffd", true},
		{"é\x00\xff", "É\x00\xff", true},
		{"\x00", "a\x00", true},
		{"日本", "今日本当", true},
	} {
		if got := newText(tc.text).In([]byte(tc.in)); got != tc.want {
			t.Errorf("%q in %q: got %v, want %v", tc.text, tc.in, got, tc.want)
		}
	}
}

// naive compares the text at every position, byte by byte or rune by rune.
func naive(text string, in []byte) int {
	for i := range in {
		if n, ok := beginsWith(text, in[i:]); ok && n > 0 {
			return i
		}
	}
	return -1
}

func beginsWith(text string, b []byte) (n int, ok bool) {
	for i := 0; i < len(text); {
		want, size := utf8.DecodeRuneInString(text[i:])
		r, have := utf8.DecodeRune(b[n:])
		switch {
		case have == 0:
			return 0, false
		case want == utf8.RuneError && size == 1:
			if b[n] != text[i] {
				return 0, false
			}
			have = 1
		case r == utf8.RuneError && have == 1, r < utf8.RuneSelf != (want < utf8.RuneSelf):
			return 0, false
		case !strings.EqualFold(string(r), string(want)):
			return 0, false
		}
		i, n = i+size, n+have
	}
	return n, true
}

func FuzzTextAgreesWithANaiveSearch(f *testing.F) {
	f.Add("aab", []byte("xaaAb"), uint8(2))
	f.Add("é\xff", []byte("\xc3\xc9\xc3\x89\xff"), uint8(3))
	f.Add("Kſ", []byte("ks\u212a\u017fK"), uint8(1))
	f.Fuzz(func(t *testing.T, text string, in []byte, cut uint8) {
		if text == "" {
			return
		}
		want := naive(text, in)
		x := newText(text)
		got, to := x.Index(in)
		if got != want {
			t.Fatalf("%q in %q: got %d, want %d", text, in, got, want)
		}
		if got >= 0 && (to <= got || to > len(in) || to-got > x.Overlap()+1) {
			t.Fatalf("%q in %q: got %d to %d, with an overlap of %d", text, in, got, to, x.Overlap())
		}
		if found := inPieces(x, in, int(cut)+1); found != (want >= 0) {
			t.Fatalf("%q in chunks of %d of %q: got %v, want %v", text, int(cut)+1, in, found, want >= 0)
		}
	})
}

// inPieces searches a text chunk by chunk.
func inPieces(x Text, in []byte, size int) bool {
	var kept []byte
	for piece := range slices.Chunk(in, size) {
		kept = append(kept, piece...)
		if x.In(kept) {
			return true
		}
		kept = kept[max(0, len(kept)-x.Overlap()):]
	}
	return false
}

// BenchmarkText searches a JSON body of 1 KB for a text that it does not contain.
func BenchmarkText(b *testing.B) {
	random := rand.New(rand.NewPCG(1, 2))
	var body []byte
	for len(body) < 1024 {
		body = append(body, `{"event":"render.complete","id":"job_`...)
		for range 8 {
			body = append(body, "0123456789abcdefghjkmnpqrstvwxyz"[random.IntN(32)])
		}
	}
	for _, text := range []string{"job_zzzz", "nowhere", "e", "größe", "\"x\""} {
		x := newText(text)
		b.Run(strings.ToValidUTF8(text, "?"), func(b *testing.B) {
			b.SetBytes(int64(len(body)))
			for b.Loop() {
				x.In(body)
			}
		})
	}
	b.Run("bytes.Contains", func(b *testing.B) {
		b.SetBytes(int64(len(body)))
		for b.Loop() {
			bytes.Contains(body, []byte("job_zzzz"))
		}
	})
}

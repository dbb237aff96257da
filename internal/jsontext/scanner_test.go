package jsontext

import (
	"encoding/json"
	"strings"
	"testing"
)

func TestScannerAcceptsTheSameTextsAsEncodingJSON(t *testing.T) {
	for _, s := range []string{
		`{}`, `[]`, ` { } `, `null`, `true`, `false`, `0`, `-0`, `-1.5e+10`, `1E5`, `""`, `"\u00e9\n\"\\\/"`, `[1,2,[3,{"a":[]}]]`,
		`{"a":1,"a":2}`, "\t{\"a\"\r\n: 1 , \"b\":[ ] }\n", "\"\xff\"", "\"\x7f\"", `{"":""}`, `{"a":{"b":{"c":1}},"d":[{},{}]}`,
		`9`, `-99.99e99`, `"two words"`, `"\uAFaf\u0990"`, `"\n"`,
		`"\ug000"`, `"\u0g00"`, `"\uG000"`, `"\u000`, `"\u`, `"\u@000"`, "\"\\u`000\"",
		strings.Repeat(`[{"a":`, 100) + `1` + strings.Repeat(`}]`, 100), strings.Repeat(`[{"a":`, 100) + `1` + strings.Repeat(`]}`, 100),
		``, ` `, `{`, `}`, `[`, `]`, `{]`, `[}`, `{"a"}`, `{"a":}`, `{"a":1,}`, `[1,]`, `[,1]`, `{,}`, `{"a" 1}`, `[1 2]`, `{a:1}`, `{1:2}`,
		`01`, `-`, `+1`, `.5`, `5.`, `1e`, `1e+`, `--1`, `0x1`, `1.e1`, `tru`, `True`, `nul`, `nulll`, `NaN`, `"`, `"a`, `"\`, `"\u12"`, `"\u12g4"`, `"\x"`,
		"\"\n\"", "\"\x00\"", `1 2`, `{}{}`, `[]]`, `"a""b"`, "\ufeff{}", `[1],`, `{"a":1}}`, `/**/1`, `'a'`, "\x001",
	} {
		if got, want := Valid([]byte(s)), json.Valid([]byte(s)); got != want {
			t.Errorf("Valid(%q) = %v, want %v", s, got, want)
		}
	}
}

func TestScannerRepeatsAnError(t *testing.T) {
	s := NewScanner([]byte(`{"a":1]`))
	var kinds []Kind
	for range 6 {
		kinds = append(kinds, s.Next().Kind)
	}
	want := []Kind{Open, Name, Number, Invalid, Invalid, Invalid}
	for i := range want {
		if kinds[i] != want[i] {
			t.Fatalf("got %v, want %v", kinds, want)
		}
	}
}

func TestScannerLimitsTheDepth(t *testing.T) {
	for depth, want := range map[int]bool{MaxDepth: true, MaxDepth + 1: false} {
		for _, open := range []string{"[", `{"a":`} {
			last, end := "[", "]"
			if open != "[" {
				last, end = "{", "}"
			}
			body := strings.Repeat(open, depth-1) + last + strings.Repeat(end, depth)
			if got := Valid([]byte(body)); got != want {
				t.Errorf("%d times %q: got %v, want %v", depth, open, got, want)
			}
		}
	}
}

func FuzzScannerAgreesWithEncodingJSON(f *testing.F) {
	for _, s := range []string{`{"a":[1,-2.5e3,"\u00e9"],"b":null}`, `[`, `{"a":1,}`, `"\`, `01`, `[]]`, ``} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		got, want := Valid(body), json.Valid(body)
		if got != want && strings.Count(string(body), "[")+strings.Count(string(body), "{") <= MaxDepth {
			t.Fatalf("Valid(%q) = %v, want %v", body, got, want)
		}
	})
}

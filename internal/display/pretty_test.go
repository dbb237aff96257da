package display

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/vidiking/vidiking-cli/internal/jsontext"
)

const payload = `{"event":"render.complete","timestamp":"2026-03-02T13:02:31Z","data":{"id":"job_9bn2ze","status":"COMPLETE",` +
	`"url":"https://cdn.vidiking.com/renders/job_9bn2ze.mp4","duration":10.5,"credits_used":10,"wallet_balance":4510}}`

func TestPayloadMatchesTheTranscript(t *testing.T) {
	want := `
  {
    "event": "render.complete",
    "timestamp": "2026-03-02T13:02:31Z",
    "data": {
      "id": "job_9bn2ze",
      "status": "COMPLETE",
      "url": "https://cdn.vidiking.com/renders/job_9bn2ze.mp4",
      "duration": 10.5,
      "credits_used": 10,
      "wallet_balance": 4510
    }
  }
`
	lines := PrettyJSON([]byte(payload), 0, terminal().Narrowed(2))
	if diff := cmp.Diff(want, "\n"+text(Indent(lines, 2))); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if got, want := marked(lines[8]), `    {key "credits_used"}: {number 10},`; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestPrettyJSONKeepsNumbersKeysAndEscapes(t *testing.T) {
	for name, tc := range map[string]struct{ body, want string }{
		"literals":                 {`{"a":1.50,"a":1e+5,"b":"\u00e9\/","c":[-0,null,true,false]}`, "{\n  \"a\": 1.50,\n  \"a\": 1e+5,\n  \"b\": \"\\u00e9\\/\",\n  \"c\": [\n    -0,\n    null,\n    true,\n    false\n  ]\n}\n"},
		"empty containers":         {`{"a":{},"b":[ ],"c":[[],{}]}`, "{\n  \"a\": {},\n  \"b\": [],\n  \"c\": [\n    [],\n    {}\n  ]\n}\n"},
		"behind a byte order mark": {"\ufeff{}", "{}\n"},
		"an empty object":          {` {} `, "{}\n"},
		"only a number":            {"42\n", "42\n"},
		"lists in lists":           {`[[1,2],[{"a":1},3]]`, "[\n  [\n    1,\n    2\n  ],\n  [\n    {\n      \"a\": 1\n    },\n    3\n  ]\n]\n"},
		"nothing":                  {"", ""},
		"text":                     {"a\r\n\tb\n\n\x1b[31mc\n", "a\n    b\n\n␛[31mc\n"},
		"broken JSON":              {`{"a":1,}`, "{\"a\":1,}\n"},
		"binary":                   {"\x00\x01\x02", "3 B, not text\n"},
		"hostile text inside":      {"{\"\u202e\x7f\":\"\u200b\x9b\"}", "{\n  \"<U+202E>␡\": \"<U+200B><9B>\"\n}\n"},
	} {
		t.Run(name, func(t *testing.T) {
			for _, st := range []Style{terminal(), unbounded()} {
				if diff := cmp.Diff(tc.want, text(PrettyJSON([]byte(tc.body), 0, st))); diff != "" {
					t.Errorf("%q at width %d (-want +got):\n%s", tc.body, st.Width, diff)
				}
			}
		})
	}
}

func TestPrettyJSONCutsLongValuesInTheMiddle(t *testing.T) {
	body := `{"` + strings.Repeat("key", 30) + `":["` + strings.Repeat("value", 30) + `",` + strings.Repeat("1", 90) + `]}` + "\n"
	want := `{
  "keykeyke…ykeykey": [
    "valuevaluevaluev…evaluevaluevalue",
    11111111111111111…11111111111111111
  ]
}
`
	got := PrettyJSON([]byte(body), 0, wide(41))
	if diff := cmp.Diff(want, text(got)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestPrettyJSONCountsTheHiddenLines(t *testing.T) {
	for most, want := range map[int]string{
		2: "{\n  \"event\": \"render.complete\",\n… 10 more lines\n",
		1: "{\n… 11 more lines\n",
	} {
		if diff := cmp.Diff(want, text(PrettyJSON([]byte(payload), most, terminal()))); diff != "" {
			t.Errorf("with a limit of %d (-want +got):\n%s", most, diff)
		}
	}
	lines := PrettyJSON([]byte("a\nb\nc"), 2, ascii())
	if got, want := marked(lines[2]), "{dim .. 1 more line}"; got != want {
		t.Errorf("text: got %q, want %q", got, want)
	}
	if got, want := len(PrettyJSON([]byte(payload), 12, terminal())), 12; got != want {
		t.Errorf("12 lines with a limit of 12: got %d", got)
	}
	body := "[" + strings.Repeat("1,", 30_000) + "1]"
	lines = PrettyJSON([]byte(body), 0, terminal())
	if got, want := lines[len(lines)-1].String(), "… 10,003 more lines"; len(lines) != maxPrettyLines+1 || got != want {
		t.Errorf("30,003 lines: got %d, the last %q, want %d and %q", len(lines), got, maxPrettyLines+1, want)
	}
}

func TestPrettyJSONDimsItsOwnText(t *testing.T) {
	if got, want := marked(PrettyJSON([]byte{0}, 0, terminal())[0]), "{dim 1 B, not text}"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestPrettyJSONIndentsAtMostHalfTheWidth(t *testing.T) {
	body := strings.Repeat("[", 100) + strings.Repeat("]", 100)
	for _, st := range []Style{wide(60), unbounded()} {
		widest := 0
		for _, l := range PrettyJSON([]byte(body), 0, st) {
			widest = max(widest, l.Width())
		}
		want := 29 + 2
		if st.Width == 0 {
			want = 2*deepestIndent + 2
		}
		if widest != want {
			t.Errorf("at width %d: the widest line is %d cells wide, want %d", st.Width, widest, want)
		}
	}
}

func FuzzPrettyJSONKeepsTheMeaningAndFits(f *testing.F) {
	f.Add([]byte(payload), 80)
	f.Add([]byte(`[[],{},{"a":[{"b":1.0}]},"\u202e"]`), 40)
	f.Add([]byte("text\x1b\r\nmore"), 50)
	f.Add([]byte("{\"\u202e\":\"世界\"}"), 44)
	f.Fuzz(func(t *testing.T, body []byte, width int) {
		var joined strings.Builder
		for _, l := range PrettyJSON(body, 0, Style{UTF8: true}) {
			s := l.String()
			if r, i, bad := unsafeRune(s, true); bad {
				t.Fatalf("%q of %q holds %U at %d", s, body, r, i)
			}
			joined.WriteString(s)
		}
		var want, got bytes.Buffer
		if jsontext.Valid(body) && Clean(string(body)) == string(body) {
			if err := json.Compact(&want, body); err != nil {
				t.Fatal(err)
			}
			if err := json.Compact(&got, []byte(joined.String())); err != nil || got.String() != want.String() {
				t.Fatalf("%q is shown as %q (%v), which has another meaning", body, joined.String(), err)
			}
		}
		width = 50 + max(width, 0)%100
		for _, l := range PrettyJSON(body, 0, Style{UTF8: true, Width: width}) {
			if l.Width() >= width {
				t.Fatalf("%q of %q takes %d cells at %d columns", l, body, l.Width(), width)
			}
		}
	})
}

package webhook_test

import (
	"bytes"
	"encoding/json"
	"runtime"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/vidiking/vidiking-cli/internal/webhook"
)

func TestEventOfReadsTheEventOfAPayload(t *testing.T) {
	tests := []struct{ name, body, want string }{
		{"the documented example", example, "render.complete"},
		{"an event of its own", `{"event":"render.unknown"}`, "render.unknown"},
		{"behind white space", " \r\n{\t\"event\" :\n\"ai.failed\" } ", "ai.failed"},
		{"at the end", `{"data":{"event":"no","x":[{"event":"no"}]},"event":"ai.complete"}`, "ai.complete"},
		{"twice: the last", `{"event":"one","event":"two"}`, "two"},
		{"twice: the last is no string", `{"event":"one","event":2}`, ""},
		{"twice: the last is an object", `{"event":"one","event":{"event":"two"}}`, ""},
		{"escapes in the name", `{"\u0065v\u0065nt":"ai.complete"}`, "ai.complete"},
		{"escapes in the event", `{"event":"ai\u002ecomplet\u0065"}`, "ai.complete"},
		{"a surrogate alone", `{"event":"\ud800"}`, "\ufffd"},
		{"no UTF-8", "{\"event\":\"a\xffb\"}", "a\ufffdb"},
		{"empty", `{"event":""}`, ""},
		{"another case", `{"Event":"ai.complete"}`, ""},
		{"only within data", `{"data":{"event":"ai.complete"}}`, ""},
		{"within a list", `[{"event":"ai.complete"}]`, ""},
		{"a number", `{"event":1}`, ""},
		{"null", `{"event":null}`, ""},
		{"no JSON", `event=ai.complete`, ""},
		{"JSON that stops being some", `{"event":"ai.complete"`, ""},
		{"more behind it", `{"event":"ai.complete"} x`, ""},
		{"a form", `{"event":"ai.complete"}{}`, ""},
		{"behind a byte order mark", "\ufeff" + `{"event":"ai.complete"}`, "ai.complete"},
		{"behind a byte order mark and white space", "\ufeff \r\n" + `{"event":"x"}`, "x"},
		{"behind two byte order marks", "\ufeff\ufeff" + `{"event":"ai.complete"}`, ""},
		{"UTF-16", "\xff\xfe{\x00}\x00", ""},
		{"nothing", "", ""},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			if got := webhook.EventOf([]byte(test.body)); got != test.want {
				t.Errorf("EventOf(%q) = %q, want %q", test.body, got, test.want)
			}
		})
	}
}

func TestEventOfADocumentedEventAllocatesNothing(t *testing.T) {
	for _, event := range webhook.Events() {
		body := []byte(strings.Replace(example, "render.complete", event.Name, 1))
		if got := webhook.EventOf(body); got != event.Name {
			t.Errorf("EventOf(%s) = %q, want %q", body, got, event.Name)
		}
		if n := testing.AllocsPerRun(100, func() { _ = webhook.EventOf(body) }); n != 0 {
			t.Errorf("EventOf(%s) allocates %v times, want 0", body, n)
		}
	}
}

func TestEventOfADeepBodyTakesLittleMemory(t *testing.T) {
	body := []byte(strings.Repeat("[", 10_000) + strings.Repeat("]", 10_000))
	body = append(append([]byte(`{"event":"ai.failed","x":`), body[1:len(body)-1]...), '}')
	if got := webhook.EventOf(body); got != "ai.failed" {
		t.Errorf("EventOf of 10,000 levels = %q, want ai.failed", got)
	}
	if n := testing.AllocsPerRun(10, func() { _ = webhook.EventOf(body) }); n > 10 {
		t.Errorf("EventOf of 10,000 levels allocates %v times, want 10 at most", n)
	}
}

func TestALongEventIsCut(t *testing.T) {
	for name, literal := range map[string]string{
		"bytes":          strings.Repeat("a", 10_000),
		"one too many":   strings.Repeat("a", webhook.MaxText+1),
		"characters":     "a" + strings.Repeat("€", 10_000),
		"escapes":        strings.Repeat(`\u00e9`, 10_000),
		"pairs":          `\n` + strings.Repeat(`\ud83d\ude00`, 10_000),
		"no UTF-8":       strings.Repeat("\xff", 10_000),
		"a quote at end": strings.Repeat(`\"`, 10_000),
	} {
		body := []byte(`{"event":"` + literal + `"}`)
		got, whole := webhook.EventOf(body), wholeEvent(body)
		start, marked := strings.CutSuffix(got, "…")
		if !marked || len(got) > webhook.MaxText || len(got) < webhook.MaxText-utf8.UTFMax || !strings.HasPrefix(whole, start) {
			t.Errorf("%s: EventOf gives %d bytes, %q; want %d at most, with a mark", name, len(got), got, webhook.MaxText)
		}
	}
	for _, literal := range []string{strings.Repeat("a", webhook.MaxText), strings.Repeat("é", webhook.MaxText/2)} {
		if got := webhook.EventOf([]byte(`{"event":"` + literal + `"}`)); got != literal {
			t.Errorf("an event of %d bytes became %q", len(literal), got)
		}
	}
}

func TestALongEventCostsNoMemory(t *testing.T) {
	body := []byte(`{"event":"` + strings.Repeat(`\u00e9`, 1<<20) + `"}`)
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	_ = webhook.EventOf(body)
	runtime.ReadMemStats(&after)
	if got := after.TotalAlloc - before.TotalAlloc; got > 1<<20 {
		t.Errorf("EventOf of %d bytes allocates %d bytes, want 1 MiB at most", len(body), got)
	}
}

func FuzzEventOf(f *testing.F) {
	for _, seed := range []string{
		example, `{"event":"a","event":"b\u0000"}`, `{"\u0065vent":"x"}`, `{"event":{"event":"x"},"event":[]}`, "", `[{"event":"a"}]`,
		"{\"event\":\"\xff\\ud800\"}", `{"EVENT":"x"}`, `null`, `{"event":"a"}]`,
		`{"event":"` + strings.Repeat(`\u20ac`, 100) + `"}`, `{"event":"` + strings.Repeat("é", 128) + `."}`,
		`{"x":` + strings.Repeat("[", 200) + strings.Repeat("]", 200) + `,"event":"deep"}`,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		if got, want := webhook.EventOf(body), eventByEncodingJSON(body); got != want {
			t.Errorf("EventOf(%q) = %q, want %q", body, got, want)
		}
	})
}

func eventByEncodingJSON(body []byte) string { return webhook.Cut(wholeEvent(body)) }

// wholeEvent decodes the event with encoding/json; into a map, since into a struct it takes Event for event.
func wholeEvent(body []byte) string {
	var members map[string]json.RawMessage
	var event *string
	if json.Unmarshal(bytes.TrimPrefix(body, []byte("\ufeff")), &members) != nil || json.Unmarshal(members["event"], &event) != nil || event == nil {
		return ""
	}
	return *event
}

func BenchmarkEventOf(b *testing.B) {
	large := `{"event":"render.complete","data":[` + strings.Repeat(`{"id":"job_abc123","n":[1,2.5,true,null]},`, 25_000) + `0]}`
	for _, bench := range []struct {
		name string
		body string
		of   func([]byte) string
	}{
		{"example", example, webhook.EventOf},
		{"example/encoding_json", example, eventByEncodingJSON},
		{"1MB", large, webhook.EventOf},
		{"1MB/encoding_json", large, eventByEncodingJSON},
	} {
		b.Run(bench.name, func(b *testing.B) {
			body := []byte(bench.body)
			b.SetBytes(int64(len(body)))
			b.ReportAllocs()
			for b.Loop() {
				if got := bench.of(body); got != webhook.EventRenderComplete {
					b.Fatalf("the event is %q, want %s", got, webhook.EventRenderComplete)
				}
			}
		})
	}
}

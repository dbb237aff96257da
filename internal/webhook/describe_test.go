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

const example = `{"event":"render.complete","timestamp":"2025-01-15T10:30:45Z","data":{"id":"job_abc123","status":"COMPLETE",` +
	`"url":"https://cdn.vidiking.com/renders/job_abc123.mp4","duration":10.5,"credits_used":10,"wallet_balance":4510}}`

func TestDescribeReadsTheEvent(t *testing.T) {
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
			if got := webhook.Describe([]byte(test.body)).Event; got != test.want {
				t.Errorf("Describe(%q) = %q, want %q", test.body, got, test.want)
			}
		})
	}
}

func TestDescribeAllocatesOnlyAboutForDocumentedEvents(t *testing.T) {
	for _, event := range webhook.Events() {
		body := []byte(strings.Replace(example, "render.complete", event.Name, 1))
		if got := webhook.Describe(body).Event; got != event.Name {
			t.Errorf("Describe(%s) = %q, want %q", body, got, event.Name)
		}
		if n := testing.AllocsPerRun(100, func() { _ = webhook.Describe(body).Event }); n > 1 {
			t.Errorf("Describe(%s) allocates %v times, want 1 at most", body, n)
		}
	}
}

func TestDescribeUsesLittleMemoryForDeepBodies(t *testing.T) {
	body := []byte(strings.Repeat("[", 10_000) + strings.Repeat("]", 10_000))
	body = append(append([]byte(`{"event":"ai.failed","x":`), body[1:len(body)-1]...), '}')
	if got := webhook.Describe(body).Event; got != "ai.failed" {
		t.Errorf("Describe of 10,000 nested levels = %q, want ai.failed", got)
	}
	if n := testing.AllocsPerRun(10, func() { _ = webhook.Describe(body).Event }); n > 10 {
		t.Errorf("Describe of 10,000 nested levels allocates %v times, want 10 at most", n)
	}
}

func TestLongEventIsTruncated(t *testing.T) {
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
		got, whole := webhook.Describe(body).Event, wholeEvent(body)
		start, marked := strings.CutSuffix(got, "…")
		if !marked || len(got) > webhook.MaxText || len(got) < webhook.MaxText-utf8.UTFMax || !strings.HasPrefix(whole, start) {
			t.Errorf("%s: Describe gives %d bytes, %q; want %d at most, with a mark", name, len(got), got, webhook.MaxText)
		}
	}
	for _, literal := range []string{strings.Repeat("a", webhook.MaxText), strings.Repeat("é", webhook.MaxText/2)} {
		if got := webhook.Describe([]byte(`{"event":"` + literal + `"}`)).Event; got != literal {
			t.Errorf("an event of %d bytes became %q", len(literal), got)
		}
	}
}

func TestLongEventUsesLittleMemory(t *testing.T) {
	body := []byte(`{"event":"` + strings.Repeat(`\u00e9`, 1<<20) + `"}`)
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	_ = webhook.Describe(body).Event
	runtime.ReadMemStats(&after)
	if got := after.TotalAlloc - before.TotalAlloc; got > 1<<20 {
		t.Errorf("Describe of %d bytes allocates %d bytes, want 1 MiB at most", len(body), got)
	}
}

func FuzzDescribe(f *testing.F) {
	for _, seed := range []string{
		example, `{"event":"a","event":"b\u0000"}`, `{"\u0065vent":"x"}`, `{"event":{"event":"x"},"event":[]}`, "", `[{"event":"a"}]`,
		"{\"event\":\"\xff\\ud800\"}", `{"EVENT":"x"}`, `null`, `{"event":"a"}]`,
		`{"event":"` + strings.Repeat(`\u20ac`, 100) + `"}`, `{"event":"` + strings.Repeat("é", 128) + `."}`,
		`{"x":` + strings.Repeat("[", 200) + strings.Repeat("]", 200) + `,"event":"deep"}`,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		if got, want := webhook.Describe(body).Event, eventByEncodingJSON(body); got != want {
			t.Errorf("Describe(%q) = %q, want %q", body, got, want)
		}
	})
}

func eventOf(body []byte) string { return webhook.Describe(body).Event }

func eventByEncodingJSON(body []byte) string { return webhook.Truncate(wholeEvent(body)) }

// wholeEvent decodes the event with encoding/json. It uses a map, because struct fields also match a key "Event".
func wholeEvent(body []byte) string {
	var members map[string]json.RawMessage
	var event *string
	if json.Unmarshal(bytes.TrimPrefix(body, []byte("\ufeff")), &members) != nil || json.Unmarshal(members["event"], &event) != nil || event == nil {
		return ""
	}
	return *event
}

func BenchmarkDescribe(b *testing.B) {
	large := `{"event":"render.complete","data":[` + strings.Repeat(`{"id":"job_abc123","n":[1,2.5,true,null]},`, 25_000) + `0]}`
	for _, bench := range []struct {
		name string
		body string
		of   func([]byte) string
	}{
		{"example", example, eventOf},
		{"example/encoding_json", example, eventByEncodingJSON},
		{"1MB", large, eventOf},
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

func TestDescribeReturnsAbout(t *testing.T) {
	for name, tc := range map[string]struct{ body, want string }{
		"the example example":      {example, "job_abc123"},
		"behind a byte order mark": {"\ufeff" + example, "job_abc123"},
		"an image":                 {`{"event":"ai.complete","data":{"url":"x","id":"img_d84wq0"}}`, "img_d84wq0"},
		"a balance":                {`{"event":"wallet.low_balance","data":{"balance":312}}`, "balance 312"},
		"money as a string":        {`{"data":{"balance":"47.50"}}`, "balance 47.50"},
		"an amount":                {`{"data":{"balance":362,"amount":50}}`, "amount 50"},
		"an id before an amount":   {`{"data":{"amount":50,"id":"dep_1"}}`, "dep_1"},
		"numbers as written":       {`{"data":{"balance":3.120e+2}}`, "balance 3.120e+2"},
		"an id that is a number":   {`{"data":{"id":42}}`, "42"},
		"an empty id":              {`{"data":{"id":"","balance":1}}`, "balance 1"},
		"an id that is null":       {`{"data":{"id":null,"balance":1}}`, "balance 1"},
		"an id that is a list":     {`{"data":{"id":["a"],"balance":1}}`, "balance 1"},
		"an id that is an object":  {`{"data":{"id":{"id":"no"}}}`, ""},
		"escapes":                  {`{"d\u0061ta":{"\u0069d":"job_\u0061\ud83d\ude00\n"}}`, "job_a😀\n"},
		"a lone surrogate":         {`{"data":{"id":"\ud83d"}}`, "\ufffd"},
		"bytes that are no UTF-8":  {"{\"data\":{\"id\":\"a\xff\"}}", "a\ufffd"},
		"a key twice: the last":    {`{"data":{"id":"a","id":"b"}}`, "b"},
		"a key twice, taken back":  {`{"data":{"id":"a","id":true,"amount":1}}`, "amount 1"},
		"data twice: the last":     {`{"data":{"id":"a"},"data":{"amount":1}}`, "amount 1"},
		"data twice, taken back":   {`{"data":{"id":"a"},"data":null}`, ""},
		"an id elsewhere":          {`{"id":"no","data":{"job":{"id":"no"}},"meta":{"id":"no"}}`, ""},
		"an id in a list in data":  {`{"data":[{"id":"no"}]}`, ""},
		"another case":             {`{"Data":{"id":"no"},"data":{"ID":"no"}}`, ""},
		"data that is text":        {`{"data":"id"}`, ""},
		"a list":                   {`[{"data":{"id":"no"}}]`, ""},
		"a list of data":           {`[{"id":"no"}]`, ""},
		"text":                     {`"data"`, ""},
		"nothing":                  {``, ""},
		"no JSON":                  {`data[id]=no`, ""},
		"JSON that breaks off":     {`{"data":{"id":"no"}`, ""},
		"something behind it":      {`{"data":{"id":"no"}} x`, ""},
		"64 characters":            {`{"data":{"id":"` + strings.Repeat("é", 64) + `"}}`, strings.Repeat("é", 64)},
		"65 characters":            {`{"data":{"id":"` + strings.Repeat("é", 65) + `"}}`, strings.Repeat("é", 63) + "…"},
		"65 with the label":        {`{"data":{"amount":` + strings.Repeat("1", 58) + `}}`, "amount " + strings.Repeat("1", 56) + "…"},
		"a large body":             {`{"data":{"id":"a"},"x":"` + strings.Repeat(" ", 2<<20) + `"}`, "a"},
		"outside text stays as is": {`{"data":{"id":"\u001b[31m"}}`, "\x1b[31m"},
	} {
		t.Run(name, func(t *testing.T) {
			if got := webhook.Describe([]byte(tc.body)).About; got != tc.want {
				t.Errorf("About of %.200q\n got %q\nwant %q", tc.body, got, tc.want)
			}
		})
	}
}

// aboutByEncodingJSON is a second implementation of Description.About to compare with.
func aboutByEncodingJSON(t *testing.T, body []byte) string {
	t.Helper()
	var payload, data map[string]json.RawMessage
	if json.Unmarshal(bytes.TrimPrefix(body, []byte("\ufeff")), &payload) != nil || json.Unmarshal(payload["data"], &data) != nil {
		return ""
	}
	for _, key := range []string{"id", "amount", "balance"} {
		raw, label := data[key], key+" "
		if key == "id" {
			label = ""
		}
		var value any
		if len(raw) == 0 || json.Unmarshal(raw, new(json.Number)) != nil && json.Unmarshal(raw, &value) != nil {
			continue
		}
		text, isText := value.(string)
		if c := raw[0]; c == '-' || c >= '0' && c <= '9' {
			text, isText = webhook.Truncate(string(raw)), true
		} else if c == '"' {
			isText = json.Unmarshal(raw, &text) == nil
			text = webhook.Truncate(text)
		}
		if !isText || text == "" {
			continue
		}
		if runes := []rune(label + text); len(runes) > 64 {
			return string(runes[:63]) + "…"
		}
		return label + text
	}
	return ""
}

func FuzzDescribeAbout(f *testing.F) {
	for _, s := range []string{
		example, `{"data":{"balance":312}}`, `{"data":{"id":"a","id":5,"amount":"1"},"data":{"amount":-1e5}}`, `{"d\u0061ta":{"id":"\ud83d"}}`,
		`{"data":[{"id":"no"}],"x":{"data":{"id":"no"}}}`, "{\"data\":{\"id\":\"\xff\"}}",
	} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		got := webhook.Describe(body).About
		if n := utf8.RuneCountInString(got); n > 64 || !utf8.ValidString(got) {
			t.Fatalf("About of %q = %q, %d characters", body, got, n)
		}
		if want := aboutByEncodingJSON(t, body); got != want {
			t.Fatalf("About of %q\n got %q\nwant %q", body, got, want)
		}
	})
}

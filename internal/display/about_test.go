package display

import (
	"encoding/json"
	"strings"
	"testing"
	"unicode/utf8"
)

// documented is the example of Vidiking's documentation (docs: Webhooks).
const documented = `{"event":"render.complete","timestamp":"2025-01-15T10:30:45Z","data":{"id":"job_abc123","status":"COMPLETE",` +
	`"url":"https://cdn.vidiking.com/renders/job_abc123.mp4","duration":10.5,"credits_used":10,"wallet_balance":4510}}`

func TestAboutNamesTheJobElseTheAmount(t *testing.T) {
	for name, tc := range map[string]struct{ body, want string }{
		"the documented example":   {documented, "job_abc123"},
		"behind a byte order mark": {"\ufeff" + documented, "job_abc123"},
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
		"half a surrogate pair":    {`{"data":{"id":"\ud83d"}}`, "\ufffd"},
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
		"1 MiB":                    {`{"data":{"id":"a"}}` + strings.Repeat(" ", 1<<20-19), "a"},
		"a byte more":              {`{"data":{"id":"a"}}` + strings.Repeat(" ", 1<<20-18), ""},
		"outside text stays as is": {`{"data":{"id":"\u001b[31m"}}`, "\x1b[31m"},
	} {
		t.Run(name, func(t *testing.T) {
			if got := About([]byte(tc.body)); got != tc.want {
				t.Errorf("About(%.200q)\n got %q\nwant %q", tc.body, got, tc.want)
			}
		})
	}
}

func TestAboutAllocatesOnlyWhatItReturns(t *testing.T) {
	body := []byte(documented)
	if n := testing.AllocsPerRun(100, func() { About(body) }); n > 1 {
		t.Errorf("About of the documented example allocates %v times, want once", n)
	}
}

// aboutByEncodingJSON is what About says, the slow way.
func aboutByEncodingJSON(t *testing.T, body []byte) string {
	t.Helper()
	var payload, data map[string]json.RawMessage
	if json.Unmarshal(body, &payload) != nil || json.Unmarshal(payload["data"], &data) != nil {
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
			text, isText = string(raw), true
		} else if c == '"' {
			isText = json.Unmarshal(raw, &text) == nil
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

func FuzzAboutAgreesWithEncodingJSON(f *testing.F) {
	for _, s := range []string{
		documented, `{"data":{"balance":312}}`, `{"data":{"id":"a","id":5,"amount":"1"},"data":{"amount":-1e5}}`, `{"d\u0061ta":{"id":"\ud83d"}}`,
		`{"data":[{"id":"no"}],"x":{"data":{"id":"no"}}}`, "{\"data\":{\"id\":\"\xff\"}}",
	} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		got := About(body)
		if n := utf8.RuneCountInString(got); n > maxAboutCharacters || !utf8.ValidString(got) {
			t.Fatalf("About(%q) = %q, %d characters", body, got, n)
		}
		if strings.Count(string(body), "[")+strings.Count(string(body), "{") > maxDepth {
			return
		}
		if want := aboutByEncodingJSON(t, body); got != want {
			t.Fatalf("About(%q)\n got %q\nwant %q", body, got, want)
		}
	})
}

func BenchmarkAbout(b *testing.B) {
	body := []byte(documented)
	b.SetBytes(int64(len(body)))
	b.ReportAllocs()
	for b.Loop() {
		About(body)
	}
}

// BenchmarkAboutByJSONValid is the peer: what it costs only to check the same body.
func BenchmarkAboutByJSONValid(b *testing.B) {
	body := []byte(documented)
	b.SetBytes(int64(len(body)))
	b.ReportAllocs()
	for b.Loop() {
		json.Valid(body)
	}
}

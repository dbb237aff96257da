package recording_test

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"flag"
	"fmt"
	"math"
	"os"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"github.com/vidiking/vidiking-cli/internal/recording"
	"github.com/vidiking/vidiking-cli/internal/webhook"
)

var keepHAR = flag.String("har", "", "write an archive of random deliveries to this file, to check it with other programs")

func toDefaultTarget(string) string { return defaultTarget }

func har(t testing.TB, deliveries ...webhook.Delivery) []byte {
	t.Helper()
	var b bytes.Buffer
	h := recording.NewHAR(&b, "1.0.0", toDefaultTarget)
	for _, d := range deliveries {
		if err := h.Write(d); err != nil {
			t.Fatal(err)
		}
	}
	if err := h.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestHARFollowsTheSpecification(t *testing.T) {
	at := time.Date(2026, 3, 2, 13, 2, 31, 123_000_000, time.UTC)
	d := webhook.Delivery{
		Summary: webhook.Summary{ID: "dlv_a61tzr5x0k", Origin: webhook.OriginTunnel, Verdict: webhook.VerdictValid, Status: webhook.StatusUnreachable, Masked: []string{"Cookie"}},
		Header:  webhook.Header{{Name: "Content-Type", Value: "application/json"}, {Name: "X-Odd", Value: "\xff"}},
		Body:    []byte("{}"),
		History: []webhook.Attempt{
			{
				N: 1, Target: "http://localhost:3000/a?x=1&y=%C3%A9&z", StartedAt: at, Code: 302, Duration: 7_500_000, Connect: 500_000, FirstByte: 7_000_000,
				Header: webhook.Header{{Name: "Location", Value: "/login"}}, Response: []byte{0xff}, ResponseBytes: 70_000, ResponseTruncated: true,
			},
			{N: 2, Target: "http://localhost:3000/a", StartedAt: at, Failure: webhook.FailureRefused, Error: "Nothing is listening.", Duration: time.Millisecond},
		},
	}
	const want = `{"log":{"version":"1.2","creator":{"name":"vidiking","version":"1.0.0"},"entries":[
{"startedDateTime":"2026-03-02T13:02:31.123Z","time":7.5,"request":{"method":"POST","url":"http://localhost:3000/a?x=1&y=%C3%A9&z","httpVersion":"HTTP/1.1","cookies":[],` +
		`"headers":[{"name":"Content-Type","value":"application/json"},{"name":"X-Odd","value":"�","_base64":"/w=="}],` +
		`"queryString":[{"name":"x","value":"1"},{"name":"y","value":"é"},{"name":"z","value":""}],"postData":{"mimeType":"application/json","text":"{}"},"headersSize":-1,"bodySize":2},` +
		`"response":{"status":302,"statusText":"Found","httpVersion":"HTTP/1.1","cookies":[],"headers":[{"name":"Location","value":"/login"}],` +
		`"content":{"size":70000,"mimeType":"x-unknown","text":"/w==","encoding":"base64","comment":"The log kept the first 1 bytes."},"redirectURL":"/login","headersSize":-1,"bodySize":70000},` +
		`"cache":{},"timings":{"blocked":-1,"dns":-1,"connect":0.5,"send":0,"wait":6.5,"receive":0.5,"ssl":-1},` +
		`"_id":"dlv_a61tzr5x0k","_attempt":1,"_origin":"tunnel","_verdict":"valid","_status":"unreachable","_masked":["Cookie"],"_resourceType":"fetch"},
{"startedDateTime":"2026-03-02T13:02:31.123Z","time":1,"request":{"method":"POST","url":"http://localhost:3000/a","httpVersion":"HTTP/1.1","cookies":[],` +
		`"headers":[{"name":"Content-Type","value":"application/json"},{"name":"X-Odd","value":"�","_base64":"/w=="}],"queryString":[],` +
		`"postData":{"mimeType":"application/json","text":"{}"},"headersSize":-1,"bodySize":2},` +
		`"response":{"status":0,"statusText":"","httpVersion":"HTTP/1.1","cookies":[],"headers":[],"content":{"size":0,"mimeType":"x-unknown","text":""},"redirectURL":"","headersSize":-1,"bodySize":-1,` +
		`"_error":"Nothing is listening.","_failure":"connection_refused"},"cache":{},"timings":{"blocked":-1,"dns":-1,"connect":-1,"send":0,"wait":1,"receive":0,"ssl":-1},` +
		`"_id":"dlv_a61tzr5x0k","_attempt":2,"_origin":"tunnel","_verdict":"valid","_status":"unreachable","_masked":["Cookie"],"_resourceType":"fetch"}
]}}
`
	if diff := cmp.Diff(want, string(har(t, d))); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if got := string(har(t)); got != `{"log":{"version":"1.2","creator":{"name":"vidiking","version":"1.0.0"},"entries":[`+"\n]}}\n" {
		t.Errorf("without deliveries: got %s", got)
	}
}

// TestHARIsValidForRandomDeliveries checks what section 4 of the specification requires.
func TestHARIsValidForRandomDeliveries(t *testing.T) {
	n := newHostile(12)
	var all []webhook.Delivery
	for range 2000 {
		all = append(all, n.delivery(n.IntN(2) == 0))
	}
	text := har(t, all...)
	if *keepHAR != "" {
		if err := os.WriteFile(*keepHAR, text, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if !utf8.Valid(text) || strings.IndexFunc(string(text), unprintable) >= 0 {
		t.Error("the archive contains characters that a terminal does not show literally")
	}
	var archive struct {
		Log struct{ Entries []map[string]any }
	}
	if err := json.Unmarshal(text, &archive); err != nil {
		t.Fatal(err)
	}
	at := 0
	for _, d := range all {
		for range max(1, len(d.History)) {
			if problem := entryProblem(archive.Log.Entries[at], d); problem != "" {
				t.Fatalf("entry %d of %+v: %s", at, d, problem)
			}
			at++
		}
	}
	if at != len(archive.Log.Entries) {
		t.Errorf("the archive has %d entries, want %d", len(archive.Log.Entries), at)
	}
}

func entryProblem(e map[string]any, d webhook.Delivery) string {
	timings, _ := e["timings"].(map[string]any)
	sum := 0.0
	for name, v := range timings {
		ms, ok := v.(float64)
		if !ok || ms < 0 && ms != -1 {
			return fmt.Sprintf("%s takes %v", name, v)
		}
		if ms > 0 && name != "ssl" {
			sum += ms
		}
	}
	if took, _ := e["time"].(float64); math.Abs(took-sum) > 1e-6*max(1, took) {
		return fmt.Sprintf("time is %v, and its parts sum to %v", took, sum)
	}
	request, _ := e["request"].(map[string]any)
	body, _ := request["postData"].(map[string]any)
	got := []byte(fmt.Sprint(body["text"]))
	if raw, ok := body["_base64"].(string); ok {
		got, _ = base64.StdEncoding.DecodeString(raw)
	}
	if !bytes.Equal(got, d.Body) {
		return fmt.Sprintf("the body is %q", got)
	}
	for _, part := range []string{"method", "url", "httpVersion", "cookies", "headers", "queryString", "headersSize", "bodySize"} {
		if request[part] == nil {
			return "the request has no " + part
		}
	}
	response, _ := e["response"].(map[string]any)
	for _, part := range []string{"status", "statusText", "httpVersion", "cookies", "headers", "content", "redirectURL", "headersSize", "bodySize"} {
		if response[part] == nil {
			return "the response has no " + part
		}
	}
	return ""
}

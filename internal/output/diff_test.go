package output_test

import (
	"bytes"
	"encoding/json"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/vidiking/vidiking-cli/internal/display"
	"github.com/vidiking/vidiking-cli/internal/output"
	"github.com/vidiking/vidiking-cli/internal/recording"
	"github.com/vidiking/vidiking-cli/internal/webhook"
)

func compared(before, after webhook.Delivery) output.Comparison {
	before.ID, after.ID = "dlv_8kx4m2abcd", "dlv_a61tzr5x0k"
	before.Event, after.Event = "render.complete", "render.complete"
	return output.Comparison{Before: before.Summary, After: after.Summary, Difference: recording.Diff(before, after)}
}

func TestDiff(t *testing.T) {
	t.Parallel()
	body := func(s string) webhook.Delivery { return webhook.Delivery{Body: []byte(s)} }
	answered := func(a webhook.Attempt) webhook.Delivery { return webhook.Delivery{History: []webhook.Attempt{a}} }
	masked := webhook.Delivery{Summary: webhook.Summary{Masked: []string{"Cookie"}}, Header: webhook.Header{{Name: "Cookie", Value: webhook.MaskedValue}}}
	tests := []struct {
		name          string
		before, after webhook.Delivery
		want          string // without the titles
	}{
		{"nothing", body("{}"), body("{}"), "\nThe headers and payloads are identical.\n"},
		{"the way of writing", body(`{"a":1}`), body(`{"a": 1}`), `
Payload   7 B, 8 B
  The values are equal, but the bytes differ from byte 5 on: white space, escapes,
  or a duplicate key. A signature of one does not match the other.
`},
		{"no JSON", body("a"), body("b"), "\nPayload   1 B, 1 B\n  At least one is not JSON. The bytes differ from byte 0 on.\n"},
		{"the order of the outermost", body(`{"a":1,"b":2}`), body(`{"b":2,"a":1}`), "\nPayload   13 B, 13 B\n  The keys are in a different order.\n"},
		{"the whole", body(`"\u001b[31m"`), body("\"\\u202e\u202e\""), `
Payload   12 B, 11 B
  (root)
    - "\u001b[31m"
    + "\u202e<U+202E>"
`},
		{"what is masked", masked, webhook.Delivery{Header: webhook.Header{{Name: "Cookie", Value: "a=1"}}}, `
Headers
  Masked, not compared: Cookie

The headers and payloads are identical.
`},
		{"an answer that never came", webhook.Delivery{}, answered(webhook.Attempt{Failure: webhook.FailureTimeout}), "\nResponse\n  - no attempt\n  + timed out\n"},
	}
	for _, test := range tests {
		var b bytes.Buffer
		if err := output.Diff(output.Options{Stdout: &b, Style: display.Style{UTF8: true}}, compared(test.before, test.after)); err != nil {
			t.Fatal(err)
		}
		_, got, _ := bytes.Cut(b.Bytes(), []byte("\n+"))
		_, got, _ = bytes.Cut(got, []byte("\n"))
		if diff := cmp.Diff(test.want, string(got)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", test.name, diff)
		}
	}
}

func TestDiffBeginsWithThePayload(t *testing.T) {
	t.Parallel()
	with := func(value, body string) webhook.Delivery {
		var h webhook.Header
		for _, name := range []string{"X-Vidiking-Signature", "content-length", "User-Agent", "X-Trace"} {
			h = append(h, webhook.Field{Name: name, Value: value})
		}
		return webhook.Delivery{Header: h, Body: []byte(body)}
	}
	var b bytes.Buffer
	if err := output.Diff(output.Options{Stdout: &b, Style: display.Style{UTF8: true}}, compared(with("1", `{"a":1}`), with("2", `{"a":2}`))); err != nil {
		t.Fatal(err)
	}
	at := -1
	for _, part := range []string{"Payload", "Headers", "User-Agent: 1", "X-Trace: 1", "Content-Length: 1", "X-Vidiking-Signature: 1"} {
		i := bytes.Index(b.Bytes(), []byte(part))
		if i <= at {
			t.Errorf("%q is not at its place:\n%s", part, b.String())
		}
		at = i
	}
}

func TestDiffAsJSONIsOneObject(t *testing.T) {
	t.Parallel()
	before := webhook.Delivery{Body: []byte(`{"a":1,"b":"é"}`), History: []webhook.Attempt{{Code: 200}}}
	after := webhook.Delivery{
		Body: []byte(`{"b":"é","a":1.0}`), Header: webhook.Header{{Name: "X-A", Value: "1"}}, History: []webhook.Attempt{{Failure: webhook.FailureReset}},
	}
	var b bytes.Buffer
	if err := output.Diff(output.Options{Stdout: &b, Format: output.FormatJSON}, compared(before, after)); err != nil {
		t.Fatal(err)
	}
	const want = `{"v":1,"type":"diff","before":"dlv_8kx4m2abcd","after":"dlv_a61tzr5x0k","same":false,"headers":[{"name":"X-A","after":["1"]}],` +
		`"body":{"same":false,"before_bytes":16,"after_bytes":18,"offset":2,"json":true,"values":[{"path":"a","before":1,"after":1.0}],"reordered":[""]},` +
		`"response":{"same":false,"before":{"code":200},"after":{"failure":"closed"},"body":{"same":true,"before_bytes":0,"after_bytes":0}}}` + "\n"
	if diff := cmp.Diff(want, b.String()); diff != "" || !json.Valid(b.Bytes()) {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

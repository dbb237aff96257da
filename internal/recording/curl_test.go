package recording_test

import (
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"github.com/vidiking/vidiking-cli/internal/recording"
	"github.com/vidiking/vidiking-cli/internal/webhook"
)

const defaultTarget = "http://localhost:3000/webhooks/vidiking"

// TestCurlLeavesMaskedParametersOut checks that the rest of the query is sent.
func TestCurlLeavesMaskedParametersOut(t *testing.T) {
	d := webhook.Delivery{Summary: webhook.Summary{Rest: "/order/42", Query: "a=1&token=(masked)", MaskedQuery: []string{"token"}}}
	got := recording.Curl(d, defaultTarget+"?own")
	if !strings.Contains(got, "# token in the query is masked and was left out.\n") || !strings.Contains(got, "--url '"+defaultTarget+"/order/42?own&a=1' ") {
		t.Errorf("got %s", got)
	}
}

func TestCurlReturnsAReadableCommand(t *testing.T) {
	tests := []struct {
		name string
		d    webhook.Delivery
		want string
	}{
		{"as Vidiking sends it", webhook.Delivery{
			Header: webhook.Header{
				{Name: "Host", Value: "k3v9.ngrok.app"}, {Name: "Accept", Value: "*/*"}, {Name: "Content-Length", Value: "2"},
				{Name: "Content-Type", Value: "application/json"}, {Name: "User-Agent", Value: "Vidiking-Webhooks/1.0"},
				{Name: webhook.SignatureHeader, Value: "sha256=00ff"},
			},
			Body:    []byte(`{"event":"render.complete","data":{"error":"it's é"}}`),
			History: []webhook.Attempt{{Target: "http://localhost:3000/old"}, {Target: "http://127.0.0.1:8080/new?a=b&c"}},
		}, `
curl -q --globoff --path-as-is --url 'http://127.0.0.1:8080/new?a=b&c' \
  -H 'Accept: */*' \
  -H 'Content-Type: application/json' \
  -H 'User-Agent: Vidiking-Webhooks/1.0' \
  -H 'X-Vidiking-Signature: sha256=00ff' \
  --data-raw '{"event":"render.complete","data":{"error":"it'\''s é"}}'
`},
		{"only a body", webhook.Delivery{Body: []byte("@/etc/passwd\n")}, `
curl -q --globoff --path-as-is --url 'http://localhost:3000/webhooks/vidiking' \
  -H 'Accept:' \
  -H 'Content-Type:' \
  -H 'User-Agent:' \
  --data-raw '@/etc/passwd
'
`},
		{"bytes that a terminal would interpret", webhook.Delivery{
			Header: webhook.Header{{Name: "Accept", Value: ""}, {Name: "Content-Type", Value: "x\xff'%"}, {Name: "User-Agent", Value: "it's me!"}},
			Body:   []byte("-\x00\xff\x1b[31m%d\\'\r\n\tend!"),
		}, `
printf '\055\000\377\033[31m%%d\\\047\r\n\tend\041' |
curl -q --globoff --path-as-is --url 'http://localhost:3000/webhooks/vidiking' \
  -H 'Accept;' \
  -H "$(printf 'Content-Type: x\377\047%%')" \
  -H "$(printf 'User-Agent: it\047s me\041')" \
  --data-binary @-
`},
		{"headers that cannot be sent", webhook.Delivery{
			Summary: webhook.Summary{Masked: []string{"Cookie", "$(touch x)"}},
			Header: webhook.Header{
				{Name: "Cookie", Value: "(masked)"}, {Name: "Cookie", Value: "(masked)"}, {Name: "$(touch x)", Value: "(masked)"},
				{Name: "X-Two", Value: "a\r\nX-Three: b"}, {Name: "@/etc/passwd", Value: ""}, {Name: "X-Long", Value: strings.Repeat("x", 65<<10)},
			},
			History: []webhook.Attempt{{Target: "file:///etc/passwd"}},
		}, `
# Cookie is masked and was left out.
# A header is masked and was left out.
# X-Two cannot be sent and was left out.
# A header cannot be sent and was left out.
# X-Long is too long and was left out.
curl -q --globoff --path-as-is --url 'http://localhost:3000/webhooks/vidiking' \
  -H 'Accept:' \
  -H 'Content-Type:' \
  -H 'User-Agent:' \
  --data-raw ''
`},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			if diff := cmp.Diff(test.want, "\n"+recording.Curl(test.d, defaultTarget)); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func TestCurlIgnoresInvalidTargets(t *testing.T) {
	for _, target := range []string{
		"", "localhost:3000", "file:///etc/passwd", "FILE:///etc/passwd", "scp://host/x", "http://", "http:/x", "http://user:word@host/", "http://host/a b",
		"http://host/\n--output", "-o pwned", "@pwned", "http://host/\u202e", "http://host/\xff",
	} {
		d := webhook.Delivery{History: []webhook.Attempt{{Target: target}}}
		if got := recording.Curl(d, defaultTarget); !strings.Contains(got, "--url '"+defaultTarget+"' ") {
			t.Errorf("Curl of a delivery to %q = %s, want the target %s", target, got, defaultTarget)
		}
	}
}

// TestCurlReturnsPrintableText checks that a terminal shows the command literally.
func TestCurlReturnsPrintableText(t *testing.T) {
	n := newHostile(1)
	for range 5000 {
		d := n.delivery(n.IntN(2) == 0)
		if got := recording.Curl(d, defaultTarget); !utf8.ValidString(got) || strings.IndexFunc(got, unprintable) >= 0 || !strings.HasSuffix(got, "\n") {
			t.Fatalf("Curl(%+v) = %q, want printable lines", d, got)
		}
	}
}

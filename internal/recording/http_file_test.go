package recording_test

import (
	"bytes"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/vidiking/vidiking-cli/internal/recording"
	"github.com/vidiking/vidiking-cli/internal/webhook"
)

func TestHTTPFileWritesBodiesToSeparateFiles(t *testing.T) {
	d := webhook.Delivery{
		Summary: webhook.Summary{
			ID: "dlv_a61tzr5x0k", Event: "render.complete", ReceivedAt: time.Date(2026, 3, 2, 13, 2, 31, 0, time.UTC), Masked: []string{"Cookie"},
		},
		Header: webhook.Header{
			{Name: "Host", Value: "x"}, {Name: "Content-Type", Value: "application/json"}, {Name: "Cookie", Value: webhook.MaskedValue},
			{Name: "X-Var", Value: "{{$processEnv HOME}}"}, {Name: "&x", Value: "1"}, {Name: "X-Odd", Value: "\xe9"}, {Name: "X-Two", Value: "a"}, {Name: "X-Two", Value: "b"},
		},
		Body:    []byte("{\"a\": 1}\r\n"),
		History: []webhook.Attempt{{Target: "http://localhost:3000/a?b={{c}}"}},
	}
	empty := webhook.Delivery{Summary: webhook.Summary{ID: "dlv_0000000001", Event: "a\n### b", ReceivedAt: d.ReceivedAt}}
	bodies := map[string]string{}
	var b bytes.Buffer
	h := recording.NewHTTPFile(&b, "r-bodies", func(name string, body []byte) error {
		bodies[name] = string(body)
		return nil
	}, toDefaultTarget)
	for _, d := range []webhook.Delivery{d, empty} {
		if err := h.Write(d); err != nil {
			t.Fatal(err)
		}
	}
	const want = `### dlv_a61tzr5x0k render.complete 2026-03-02T13:02:31.000Z
# Cookie is masked and was left out.
# X-Var is not possible in an .http file and was left out.
# A header is not possible in an .http file and was left out.
# X-Odd is not possible in an .http file and was left out.
# @name dlv_a61tzr5x0k
# @no-redirect
# @no-cookie-jar
# @no-auto-encoding
POST http://localhost:3000/a?b=%7B%7Bc%7D%7D
Content-Type: application/json
X-Two: a
X-Two: b

< ./r-bodies/dlv_a61tzr5x0k.json

### dlv_0000000001 2026-03-02T13:02:31.000Z
# @name dlv_0000000001
# @no-redirect
# @no-cookie-jar
# @no-auto-encoding
POST http://localhost:3000/webhooks/vidiking

`
	if diff := cmp.Diff(want, b.String()); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(map[string]string{"dlv_a61tzr5x0k.json": string(d.Body)}, bodies); diff != "" {
		t.Errorf("bodies (-want +got):\n%s", diff)
	}
}

// TestHTTPFileWritesOneRequestPerDelivery checks that any delivery becomes one request, with one line for each header and a body from its
// own file.
func TestHTTPFileWritesOneRequestPerDelivery(t *testing.T) {
	n := newHostile(13)
	for range 2000 {
		d := n.delivery(n.IntN(2) == 0)
		var b bytes.Buffer
		var put []string
		h := recording.NewHTTPFile(&b, "bodies", func(name string, body []byte) error {
			put = append(put, name)
			if !bytes.Equal(body, d.Body) || strings.Trim(name, "_0123456789abcdefghijklmnopqrstuvwxyz.") != "" {
				t.Errorf("it writes %q to %q, want %q", body, name, d.Body)
			}
			return nil
		}, toDefaultTarget)
		if err := h.Write(d); err != nil {
			t.Fatal(err)
		}
		state, requests := "remarks", 0
		for line := range strings.Lines(b.String()) {
			line = strings.TrimSuffix(line, "\n")
			switch {
			case state == "remarks" && strings.HasPrefix(line, "#"):
			case state == "remarks" && strings.HasPrefix(line, "POST http"):
				state = "headers"
				requests++
			case state == "headers" && line == "":
				state = "body"
			case state == "headers" && strings.Contains(line, ": ") && !strings.ContainsAny(line[:1], "#&?</@ \t"):
			case state == "body" && len(put) == 1 && line == "< ./bodies/"+put[0]:
				state = "end"
			case state == "end" && line == "":
			default:
				t.Fatalf("unexpected line in the %s: %q\n%s", state, line, b.String())
			}
			if strings.Contains(line, "{{") || strings.IndexFunc(line, unprintable) >= 0 {
				t.Fatalf("a line has a special meaning: %q", line)
			}
		}
		if requests != 1 || len(put) != min(1, len(d.Body)) {
			t.Fatalf("%d requests, bodies %q, want one\n%s", requests, put, b.String())
		}
	}
}

func TestHTTPFileReturnsErrors(t *testing.T) {
	full := errors.New("no space")
	h := recording.NewHTTPFile(&bytes.Buffer{}, "bodies", func(string, []byte) error { return full }, toDefaultTarget)
	if err := h.Write(webhook.Delivery{Summary: webhook.Summary{ID: "dlv_0000000001"}, Body: []byte("a")}); !errors.Is(err, full) {
		t.Errorf("got %v, want %v", err, full)
	}
	if err := h.Write(webhook.Delivery{Summary: webhook.Summary{ID: "../../etc/passwd"}}); err == nil {
		t.Error("it accepts an id that is a path")
	}
}

package display

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/vidiking/vidiking-cli/internal/webhook"
)

func shown() webhook.Header {
	return webhook.Header{
		{Name: "Host", Value: "127.0.0.1:4747"},
		{Name: "User-Agent", Value: "vidiking/1.0.0"},
		{Name: "Content-Type", Value: "application/json"},
		{Name: "X-Vidiking-Signature", Value: "sha256=4be1f07ac2d958" + strings.Repeat("0", 36) + "e03b61f792c7d3"},
	}
}

func TestHeadersMatchTheTranscript(t *testing.T) {
	want := `
  Host                  127.0.0.1:4747
  User-Agent            vidiking/1.0.0
  Content-Type          application/json
  X-Vidiking-Signature  sha256=4be1f07ac2d958…e03b61f792c7d3
`
	got := "\n" + text(Indent(Headers(shown(), terminal().Narrowed(2)), 2))
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if got, want := marked(Headers(shown(), terminal())[0]), "{dim Host}                  127.0.0.1:4747"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestHeadersAreNotTruncatedWithoutAWidth(t *testing.T) {
	h := webhook.Header{{Name: "x-vidiking-signature", Value: strings.Repeat("0", 64)}, {Name: strings.Repeat("N", 40), Value: ""}}
	want := PadRight("x-vidiking-signature", 42) + strings.Repeat("0", 64) + "\n" + strings.Repeat("N", 40) + "\n"
	if diff := cmp.Diff(want, text(Headers(h, unbounded()))); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestHeadersFitAndAreSanitized(t *testing.T) {
	h := webhook.Header{
		{Name: "X-Vidiking-Signature", Value: "\x1b" + strings.Repeat("0", 100)},
		{Name: "x-vidiking-signature", Value: strings.Repeat("世", 64)},
		{Name: strings.Repeat("N", 60), Value: strings.Repeat("value\u202e", 60)},
		{Name: "Two", Value: "a"},
		{Name: "Two", Value: "b"},
	}
	want := strings.Join([]string{
		"X-Vidiking-Signature              ␛0000000000000…00000000000000",
		"x-vidiking-signature              世世世世世世世…世世世世世世世",
		"NNNNNNNNNNNNNNNN…NNNNNNNNNNNNNNN  value<U+202E>value<U…U+202E>value<U+202E>",
		"Two                               a",
		"Two                               b",
	}, "\n") + "\n"
	got := Headers(h, wide(76))
	if diff := cmp.Diff(want, text(got)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if headers := Headers(nil, terminal()); len(headers) != 0 {
		t.Errorf("without headers: got %d lines, want none", len(headers))
	}
}

func TestASignatureIsShortenedOnce(t *testing.T) {
	h := webhook.Header{{Name: webhook.SignatureHeader, Value: "sha256=" + strings.Repeat("0", 64)}}
	for width := 40; width < 70; width++ {
		if got := text(Headers(h, wide(width))); strings.Count(got, "…") != 1 || !strings.Contains(got, "sha256=0") {
			t.Errorf("at %d cells: got %q", width, got)
		}
	}
}

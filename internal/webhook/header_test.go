package webhook_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/vidiking/vidiking-cli/internal/webhook"
)

func TestHeaderFromKeepsEveryNameAndValue(t *testing.T) {
	fields := map[string][]string{
		"X-Vidiking-Signature": {"second", "first", "second"},
		"Content-Type":         {"application/json"},
		"X-Empty":              {""},
		"X-Spaces":             {" kept , as it is\t"},
		"X-None":               {},
	}
	want := webhook.Header{
		{"Host", "localhost:3000"},
		{"Content-Type", "application/json"},
		{"X-Empty", ""},
		{"X-Spaces", " kept , as it is\t"},
		{"X-Vidiking-Signature", "second"},
		{"X-Vidiking-Signature", "first"},
		{"X-Vidiking-Signature", "second"},
	}
	if diff := cmp.Diff(want, webhook.HeaderFrom("localhost:3000", fields)); diff != "" {
		t.Errorf("HeaderFrom(%v) (-want +got):\n%s", fields, diff)
	}
	if diff := cmp.Diff(want[1:], webhook.HeaderFrom("", fields)); diff != "" {
		t.Errorf("HeaderFrom without a host (-want +got):\n%s", diff)
	}
}

// Law: a Header has the same content as the net/http header that it was made from.
func FuzzHeaderFrom(f *testing.F) {
	f.Add("localhost", "X-A", "1", "x-a", "2")
	f.Add("", "", "", "é", "\xff")
	f.Fuzz(func(t *testing.T, host, name1, value1, name2, value2 string) {
		fields := http.Header{}
		fields[name1] = append(fields[name1], value1)
		fields[name2] = append(fields[name2], value2, value1)
		header := webhook.HeaderFrom(host, fields)
		if host != "" {
			if header[0] != (webhook.Field{Name: "Host", Value: host}) {
				t.Fatalf("HeaderFrom(%q) starts with %q, want the host", host, header[0])
			}
			header = header[1:]
		}
		back := http.Header{}
		for _, field := range header {
			back[field.Name] = append(back[field.Name], field.Value)
		}
		if diff := cmp.Diff(fields, back); diff != "" {
			t.Errorf("HeaderFrom(%q) loses something (-want +got):\n%s", fields, diff)
		}
		if !slices.IsSortedFunc(header, func(a, b webhook.Field) int { return strings.Compare(a.Name, b.Name) }) {
			t.Errorf("HeaderFrom(%q) = %q, want the names sorted", fields, header)
		}
	})
}

func TestValuesAndGetIgnoreCase(t *testing.T) {
	header := webhook.Header{{"X-A", "1"}, {"X-B", "2"}, {"x-a", "3"}}
	if got, want := header.Values("x-A"), []string{"1", "3"}; !slices.Equal(got, want) {
		t.Errorf("%v.Values(x-A) = %q, want %q", header, got, want)
	}
	if got := header.Get("x-b"); got != "2" {
		t.Errorf("%v.Get(x-b) = %q, want 2", header, got)
	}
	if got := header.Get("X-A"); got != "1" {
		t.Errorf("%v.Get(X-A) = %q, want the first, 1", header, got)
	}
	if header.Get("X-C") != "" || header.Values("X-C") != nil {
		t.Errorf("%v has an X-C", header)
	}
}

func TestWithoutKeepsTheReceiver(t *testing.T) {
	header := webhook.Header{{"X-A", "1"}, {"X-B", "2"}, {"x-a", "3"}, {"X-C", "4"}}
	before := slices.Clone(header)
	if diff := cmp.Diff(webhook.Header{{"X-B", "2"}, {"X-C", "4"}}, header.Without("X-a")); diff != "" {
		t.Errorf("%v.Without(X-a) (-want +got):\n%s", before, diff)
	}
	if diff := cmp.Diff(before, header); diff != "" {
		t.Errorf("Without changed its receiver (-before +after):\n%s", diff)
	}
}

package webhook_test

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/vidiking/vidiking-cli/internal/webhook"
)

func TestIsSensitiveDetectsCredentials(t *testing.T) {
	tests := []struct {
		name string
		want bool
	}{
		{"Authorization", true},
		{"proxy-authorization", true},
		{"Cookie", true},
		{"Set-Cookie", true},
		{webhook.SignatureHeader, true},
		{"X-Hub-Signature-256", true},
		{"Stripe-Signature", true},
		{"Signature", true},
		{"X-Api-Key", true},
		{"X-Apikey", true},
		{"Apikey", true},
		{"X-Auth-Token", true},
		{"X-Csrf-Token", true},
		{"Cf-Access-Client-Secret", true},
		{"X_API_KEY", true},
		{"", false},
		{"Host", false},
		{"Content-Type", false},
		{"User-Agent", false},
		{"X-Request-Id", false},
		{"X-Author", false},
		{"Keep-Alive", false},
		{"X-Keyboard", false},
		{"Idempotency-Key", false},
		{"Www-Authenticate", false},
	}
	for _, test := range tests {
		if got := webhook.IsSensitive(test.name); got != test.want {
			t.Errorf("IsSensitive(%q) = %t, want %t", test.name, got, test.want)
		}
	}
}

func TestMaskKeepsNamesOrderAndReceiver(t *testing.T) {
	header := webhook.Header{{"Cookie", "a=1"}, {"Host", "h"}, {"Cookie", "b=2"}, {"X-Api-Key", ""}}
	before := slices.Clone(header)
	masked, names := header.Mask()
	want := webhook.Header{
		{"Cookie", webhook.MaskedValue}, {"Host", "h"}, {"Cookie", webhook.MaskedValue}, {"X-Api-Key", webhook.MaskedValue},
	}
	if diff := cmp.Diff(want, masked); diff != "" {
		t.Errorf("%v.Mask() (-want +got):\n%s", before, diff)
	}
	if diff := cmp.Diff([]string{"Cookie", "X-Api-Key"}, names); diff != "" {
		t.Errorf("%v.Mask() names (-want +got):\n%s", before, diff)
	}
	if diff := cmp.Diff(before, header); diff != "" {
		t.Errorf("Mask changed its receiver (-before +after):\n%s", diff)
	}
	if again, names := header[1:2].Mask(); names != nil || len(again) != 1 || again[0] != header[1] {
		t.Errorf("Mask without sensitive headers = %v, %q", again, names)
	}
}

func TestWithoutAllRemovesEveryNamedField(t *testing.T) {
	header := webhook.Header{{"X-A", "1"}, {"X-B", "2"}, {"x-a", "3"}, {"X-C", "4"}}
	if diff := cmp.Diff(webhook.Header{{"X-B", "2"}}, header.WithoutAll([]string{"X-A", "x-c"})); diff != "" {
		t.Errorf("%v.WithoutAll(X-A, x-c) (-want +got):\n%s", header, diff)
	}
}

package webhook_test

import (
	"slices"
	"testing"

	"github.com/vidiking/vidiking-cli/internal/webhook"
)

func TestQueryValuesThatLookLikeCredentialsAreMasked(t *testing.T) {
	for _, test := range []struct {
		query, want string
		names       []string
	}{
		{"", "", nil},
		{"order=42&x", "order=42&x", nil},
		{"order=42&token=a%2Bb", "order=42&token=(masked)", []string{"token"}},
		{"token=a&&token=b&", "token=(masked)&&token=(masked)&", []string{"token"}},
		{"a;sig=1;b=2", "a;sig=(masked);b=2", []string{"sig"}},
		{"api_key=1&apiKey=2&APIKEY=3&key=4", "api_key=(masked)&apiKey=(masked)&APIKEY=(masked)&key=(masked)", []string{"api_key", "apiKey", "APIKEY", "key"}},
		{"access_token=1&accesstoken=2&X-Amz-Signature=3&clientSecret=4", "access_token=(masked)&accesstoken=(masked)&X-Amz-Signature=(masked)&clientSecret=(masked)", []string{"access_token", "accesstoken", "X-Amz-Signature", "clientSecret"}},
		{"password=1&passwd=2&auth=3&hook[secret]=4", "password=(masked)&passwd=(masked)&auth=(masked)&hook[secret]=(masked)", []string{"password", "passwd", "auth", "hook[secret]"}},
		{"t%6Fken=1", "t%6Fken=(masked)", []string{"t%6Fken"}},
		{"token=&token", "token=&token", nil},
		{"monkey=1&author=2&passenger=3&signal=4&idempotency-key=5", "monkey=1&author=2&passenger=3&signal=4&idempotency-key=5", nil},
		{"%zz=\xff&token=a=b", "%zz=\xff&token=(masked)", []string{"token"}},
	} {
		got, names := webhook.MaskQuery(test.query)
		if got != test.want || !slices.Equal(names, test.names) {
			t.Errorf("MaskQuery(%q) = %q, %q, want %q, %q", test.query, got, names, test.want, test.names)
		}
	}
}

func TestWithoutParametersRemovesByName(t *testing.T) {
	for _, test := range []struct{ query, want string }{
		{"token=(masked)&a=1&token=(masked);b", "a=1;b"},
		{"a=1&token=(masked)", "a=1"},
		{"token=(masked)", ""},
		{"&a&&", "&a&&"},
	} {
		if got := webhook.WithoutParameters(test.query, []string{"token"}); got != test.want {
			t.Errorf("WithoutParameters(%q) = %q, want %q", test.query, got, test.want)
		}
	}
}

func FuzzMaskQuery(f *testing.F) {
	f.Add("a=1&token=2;sig=3&&")
	f.Fuzz(func(t *testing.T, query string) {
		masked, names := webhook.MaskQuery(query)
		if len(names) == 0 && masked != query {
			t.Errorf("MaskQuery(%q) = %q without a name", query, masked)
		}
		if again, _ := webhook.MaskQuery(masked); again != masked {
			t.Errorf("MaskQuery(%q) = %q, but masked again %q", query, masked, again)
		}
		if got := webhook.WithoutParameters(query, []string{"no such name\x00"}); got != query {
			t.Errorf("WithoutParameters(%q) without names = %q", query, got)
		}
	})
}

package webhook_test

import (
	"path"
	"strings"
	"testing"

	"github.com/vidiking/vidiking-cli/internal/webhook"
)

func TestStarInEventPatternMatchesAnyText(t *testing.T) {
	for _, tc := range []struct {
		pattern, event string
		want           bool
	}{
		{"render.*", "render.complete", true},
		{"render.*", "render.", true},
		{"render.*", "renderer.complete", false},
		{"*.failed", "ai.failed", true},
		{"*.failed", "ai.failed.", false},
		{"*", "", true},
		{"*", "render.complete", true},
		{"**", "x", true},
		{"", "", true},
		{"", "x", false},
		{"render.complete", "render.complete", true},
		{"render.complete", "Render.Complete", false},
		{"r*e*e", "render.complete", true},
		{"r*x*e", "render.complete", false},
		{"a*a", "a", false},
		{"a*aa*a", "aaa", false},
		{"*ab*b", "abab", true},
		{"*", "a/b\x00c\xff", true},
		{"?ender.*", "render.complete", false},
		{"[r]ender.*", "[r]ender.x", true},
	} {
		if got := webhook.EventMatches(tc.pattern, tc.event); got != tc.want {
			t.Errorf("EventMatches(%q, %q) = %v, want %v", tc.pattern, tc.event, got, tc.want)
		}
	}
}

func TestKnownEventSuggestsTheClosestEvent(t *testing.T) {
	for _, tc := range []struct {
		pattern, want string
		known         bool
	}{
		{"render.complete", "", true},
		{"*.failed", "", true},
		{"render.compelte", "render.complete", false},
		{"render", "render.*", false},
		{"wallet", "wallet.*", false},
		{"rendr.*", "render.*", false},
		{"custom.*", "", false},
		{"invoice.paid", "", false},
	} {
		got, known := webhook.KnownEvent(tc.pattern)
		if got != tc.want || known != tc.known {
			t.Errorf("KnownEvent(%q) = %q, %v, want %q, %v", tc.pattern, got, known, tc.want, tc.known)
		}
	}
}

// FuzzEventMatches compares EventMatches with path.Match on patterns that mean the same to both.
func TestPatternsOverlapIfAnEventMatchesBoth(t *testing.T) {
	for _, tc := range []struct {
		a, b string
		want bool
	}{
		{"render.complete", "render.complete", true},
		{"render.complete", "render.failed", false},
		{"render.*", "render.paused", true},
		{"render.*", "*.paused", true},
		{"render.*", "ai.*", false},
		{"*x", "*y", false},
		{"a*b", "*", true},
		{"a*b*c", "ab*bc", true},
		{"**", "", true},
		{"a*", "", false},
		{"", "", true},
	} {
		for _, order := range [][2]string{{tc.a, tc.b}, {tc.b, tc.a}} {
			if got := webhook.PatternsOverlap(order[0], order[1]); got != tc.want {
				t.Errorf("PatternsOverlap(%q, %q) = %t, want %t", order[0], order[1], got, tc.want)
			}
		}
	}
}

func FuzzPatternsOverlap(f *testing.F) {
	f.Add("render.*", "*.paused", "render.paused")
	f.Fuzz(func(t *testing.T, a, b, event string) {
		if len(a)+len(b) > 200 {
			return
		}
		if webhook.EventMatches(a, event) && webhook.EventMatches(b, event) && !webhook.PatternsOverlap(a, b) {
			t.Errorf("%q matches %q and %q, which do not overlap", event, a, b)
		}
	})
}

func FuzzEventMatches(f *testing.F) {
	f.Add("render.*", "render.complete")
	f.Add("*a*b*", "xaxbx")
	f.Fuzz(func(t *testing.T, pattern, event string) {
		if strings.ContainsAny(pattern+event, `?[]\/`) || strings.ToValidUTF8(pattern+event, "") != pattern+event {
			return
		}
		want, err := path.Match(pattern, event)
		if err != nil {
			return
		}
		if got := webhook.EventMatches(pattern, event); got != want {
			t.Errorf("EventMatches(%q, %q) = %v, want %v", pattern, event, got, want)
		}
	})
}

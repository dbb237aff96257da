package config

import "testing"

func TestAStarStandsForAnyCharacters(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		pattern, name string
		want          bool
	}{
		{"render.complete", "render.complete", true},
		{"render.complete", "render.completed", false},
		{"*", "render.complete", true},
		{"render.*", "render.complete", true},
		{"render.*", "ai.complete", false},
		{"*.complete", "render.complete", true},
		{"*.complete", "render.failed", false},
		{"r*d*r.*", "render.complete", true},
		{"r*q*.complete", "render.complete", false},
		{"render*render", "render", false},
		{"*a*a*", "ab", false},
		{"**", "", true},
		{"a*", "", false},
	} {
		if got := matchesStar(test.pattern, test.name); got != test.want {
			t.Errorf("matchesStar(%q, %q): got %v, want %v", test.pattern, test.name, got, test.want)
		}
	}
}

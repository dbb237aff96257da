package suggest_test

import (
	"strings"
	"testing"

	"github.com/vidiking/vidiking-cli/internal/suggest"
	"github.com/vidiking/vidiking-cli/internal/webhook"
)

func eventNames() []string {
	var names []string
	for _, event := range webhook.Events() {
		names = append(names, event.Name)
	}
	return names
}

func TestClosestCorrectsTypos(t *testing.T) {
	tests := []struct{ typed, want string }{
		{"render.compelte", "render.complete"},
		{"render.complet", "render.complete"},
		{"render.completed", "render.complete"},
		{"rendre.complete", "render.complete"},
		{"RENDER.COMPLETE", "render.complete"},
		{"render-complete", "render.complete"},
		{"render_complete", "render.complete"},
		{"renderComplete", "render.complete"},
		{"complete", "render.complete"},
		{"complte", "render.complete"},
		{"failed", "render.failed"},
		{"render.fail", "render.failed"},
		{"ai.fail", "ai.failed"},
		{"ai-failed", "ai.failed"},
		{"low_balance", "wallet.low_balance"},
		{"balance", "wallet.low_balance"},
		{"wallet.low", "wallet.low_balance"},
		{"wallet.lowbalance", "wallet.low_balance"},
		{"deposit", "wallet.deposit"},
		{"render.proc", "render.processing"},

		{"", ""},
		{"x", ""},
		{"render.done", ""},
		{"wallet", ""}, // a prefix of two names
		{"invoice.paid", ""},
		{"customer.subscription.deleted", ""},
		{"ai.c", "ai.complete"},
		{"...", ""},
		{"wallet.lwo_blanace", "wallet.low_balance"},
		{strings.Repeat("render.complete", 1000), ""},
		{strings.Repeat("\xff", 20), ""},
	}
	for _, test := range tests {
		if got := suggest.Closest(test.typed, eventNames()); got != test.want {
			t.Errorf("suggest.Closest(%.40q) = %q, want %q", test.typed, got, test.want)
		}
	}
}

// TestClosestCorrectsEverySingleTypo checks one typo in names as long as those of events.
func TestClosestCorrectsEverySingleTypo(t *testing.T) {
	for _, name := range eventNames() {
		for i := range len(name) {
			typos := []string{
				name[:i] + name[i+1:],
				name[:i] + "x" + name[i:],
				name[:i] + "x" + name[i+1:],
			}
			if i > 0 {
				typos = append(typos, name[:i-1]+string(name[i])+string(name[i-1])+name[i+1:])
			}
			for _, typed := range typos {
				if got := suggest.Closest(typed, eventNames()); got != name {
					t.Errorf("suggest.Closest(%q) = %q, want %q", typed, got, name)
				}
			}
		}
	}
}

func TestClosestReturnsNothingIfNothingIsSimilar(t *testing.T) {
	if got := suggest.Closest("", []string{"", "a.", "."}); got != "" {
		t.Errorf("Closest without names = %q, want none", got)
	}
	for _, among := range [][]string{nil, {""}, {strings.Repeat("a", 1<<20)}} {
		if got := suggest.Closest("render.complete", among); got != "" {
			t.Errorf("Closest without a similar name = %q, want none", got)
		}
	}
}

func TestClosestIgnoresVeryShortAndVeryLongNames(t *testing.T) {
	if got := suggest.Closest("ad", []string{"ai", "id", "a", "add"}); got != "" {
		t.Errorf("suggest.Closest(ad) = %q, want none, because every name is similar to two letters", got)
	}
	long := strings.Repeat("a", 100)
	if got := suggest.Closest(long, []string{long + "b"}); got != "" {
		t.Errorf("Closest of 100 characters = %q, want none", got)
	}
}

func TestClosestPrefersTheMostSimilarThenTheFirst(t *testing.T) {
	if got := suggest.Closest("status", []string{"statu", "statua", "states", "status"}); got != "status" {
		t.Errorf("Closest = %q, want the identical name", got)
	}
	if got := suggest.Closest("statuz", []string{"states", "status", "statuc"}); got != "status" {
		t.Errorf("Closest = %q, want the first of the most similar names", got)
	}
}

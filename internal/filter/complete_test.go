package filter

import (
	"slices"
	"strings"
	"testing"

	"github.com/vidiking/vidiking-cli/internal/webhook"
)

func TestCompleteOffersKeysAndValues(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		typed string // | is the cursor
		want  string // the completed text
	}{
		{"st|", "status:|"},
		{"|", "event:| status:| code:| verdict:| origin:| since:| until:| took:| size:| attempts:| id:| about:| target:| header:| body:| response:| error:|"},
		{"since:1h -st|", "since:1h -status:|"},
		{"ev|ent:render.*", "event:|render.*"},
		{"status:re|", "status:refused| status:rejected|"},
		{"status:re| since:1h", "status:refused| since:1h status:rejected| since:1h"},
		{"status:failed,PEND|", "status:failed,pending|"},
		{"-verdict:m|,valid", "-verdict:missing|,valid -verdict:malformed|,valid"},
		{"event:render.c|", "event:render.complete|"},
		{"event:ai.|", "event:ai.*| event:ai.complete| event:ai.failed|"},
		{"since:|", "since:10m| since:1h| since:1d| since:today| since:yesterday|"},
		{"took:>1|", "took:>1s| took:>10s|"},
		{"code:4|", "code:4xx| code:401| code:404|"},
		{"id:|", ""},
		{"colour:|", ""},
		{"é\u00a0ori|", "é\u00a0origin:|"},
		{`"st|`, ""},
		{`body:"x status:|`, ""},
		{`"a\" b" st|`, `"a\" b" status:|`},
		{`it's -"a" ve|`, `it's -"a" verdict:|`},
		{`a"b st|`, `a"b status:|`},
	} {
		before, after, _ := strings.Cut(tc.typed, "|")
		c := Complete(before+after, len(before))
		var got []string
		for _, candidate := range c.Candidates {
			got = append(got, (before + after)[:c.From]+candidate.Text+"|"+(before + after)[c.To:])
		}
		if joined := strings.Join(got, " "); joined != tc.want {
			t.Errorf("%q:\n got %s\nwant %s", tc.typed, joined, tc.want)
		}
	}
}

func TestEveryCandidateIsAValidValue(t *testing.T) {
	t.Parallel()
	for _, k := range Keys() {
		parse(t, k.Example)
		for _, c := range k.Key.candidates() {
			parse(t, string(k.Key)+":"+c.Text)
		}
		if k.Description == "" {
			t.Errorf("%s has no description", k.Key)
		}
	}
}

func TestCompleteOffersEveryStatus(t *testing.T) {
	t.Parallel()
	for _, s := range webhook.Statuses() {
		if !slices.Contains(Status.Names(), string(s)) {
			t.Errorf("%s is not offered", s)
		}
	}
}

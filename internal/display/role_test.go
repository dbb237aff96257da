package display

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestLineJoinsItsSpans(t *testing.T) {
	for _, tc := range []struct {
		line  Line
		text  string
		width int
	}{
		{nil, "", 0},
		{Line{{"✓", Good}}, "✓", 1},
		{Line{{"✓", Good}, {" ", Plain}, {"世界", Bold}}, "✓ 世界", 6},
	} {
		if got := tc.line.String(); got != tc.text {
			t.Errorf("%v is %q, want %q", tc.line, got, tc.text)
		}
		if got := tc.line.Width(); got != tc.width {
			t.Errorf("%v takes %d cells, want %d", tc.line, got, tc.width)
		}
	}
}

func TestIndentDoesNotChangeTheOriginals(t *testing.T) {
	lines := []Line{{{"a", Plain}, {"b", Bold}}, nil, {{"c", Dim}}}
	got := Indent(lines, 2)
	want := []Line{{{"  a", Plain}, {"b", Bold}}, nil, {{"  ", Plain}, {"c", Dim}}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if lines[0][0].Text != "a" {
		t.Errorf("the original changed to %q", lines[0][0].Text)
	}
}

func TestSymbolsAreASCIIWithoutUTF8(t *testing.T) {
	s := "✓✗⊘–·↻●○…│─ Ready"
	if got := terminal().Symbols(s); got != s {
		t.Errorf("with UTF-8 got %q, want %q", got, s)
	}
	if got, want := ascii().Symbols(s), "+x#-.*@o..|- Ready"; got != want {
		t.Errorf("without UTF-8 got %q, want %q", got, want)
	}
}

package draw

import (
	"strings"
	"testing"
	"unicode"

	"github.com/vidiking/vidiking-cli/internal/display"
)

func TestEveryLineConstructorSanitizes(t *testing.T) {
	t.Parallel()
	const hostile = "x\x1b]0;owned\a\u009b31m\u202e\r\n\ty"
	l := append(Text(hostile).Add(hostile, display.Dim), From(display.Line{{Text: hostile}})...)
	l = append(l, Styled(hostile, display.Bad)...)
	painted := Painter{Color: true}.Paint([]Line{l})
	for _, code := range []string{"\x1b[2m", "\x1b[31m", "\x1b[m"} { // written by the painter
		painted = strings.ReplaceAll(painted, code, "")
	}
	if i := strings.IndexFunc(painted, func(r rune) bool { return unicode.IsControl(r) || unicode.In(r, unicode.Cf) }); i >= 0 {
		t.Errorf("got %q, want no control characters", painted)
	}
}

package input

import (
	"strings"
	"testing"

	tea "charm.land/bubbletea/v2"
)

var keys = map[string]tea.Key{
	"left": {Code: tea.KeyLeft}, "home": {Code: tea.KeyHome}, "delete": {Code: tea.KeyDelete}, "backspace": {Code: tea.KeyBackspace},
	"space": {Code: tea.KeySpace, Text: " "}, "ctrl+a": {Code: 'a', Mod: tea.ModCtrl}, "ctrl+e": {Code: 'e', Mod: tea.ModCtrl},
	"ctrl+k": {Code: 'k', Mod: tea.ModCtrl}, "ctrl+u": {Code: 'u', Mod: tea.ModCtrl}, "ctrl+w": {Code: 'w', Mod: tea.ModCtrl},
}

func TestTheEditingKeysOfShellsWork(t *testing.T) {
	t.Parallel()
	var in Model
	for _, step := range []struct{ keys, want string }{
		{"a space b space c", "a b c"}, {"left left backspace backspace", "a c"}, {"ctrl+a x", "xa c"}, {"ctrl+e y", "xa cy"}, {"ctrl+w", "xa "},
		{"home delete", "a "}, {"ctrl+k", ""}, {"é 世", "é世"}, {"ctrl+u", ""},
	} {
		for name := range strings.FieldsSeq(step.keys) {
			k, ok := keys[name]
			if !ok {
				k = tea.Key{Code: []rune(name)[0], Text: name}
			}
			in.Key(tea.KeyPressMsg(k))
		}
		if got := in.String(); got != step.want {
			t.Fatalf("after %s: %q, want %q", step.keys, got, step.want)
		}
	}
}

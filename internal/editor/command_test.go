package editor_test

import (
	"errors"
	"os/exec"
	"path/filepath"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/vidiking/vidiking-cli/internal/editor"
)

func TestChoose(t *testing.T) {
	t.Parallel()
	there := []string{"vi", "notepad", "code", "/opt/Sublime Text/subl", `C:/Program Files/Notepad++/notepad++.exe`, "/opt/a b"}
	find := func(name string) (string, error) {
		if slices.Contains(there, name) {
			return name, nil
		}
		return "", exec.ErrNotFound
	}
	for _, tc := range []struct {
		name, visual, editor string
		want                 editor.Command
	}{
		{"VISUAL first", "code", "vi", editor.Command{Args: []string{"code"}, Variable: "VISUAL"}},
		{"then EDITOR", " ", "vi", editor.Command{Args: []string{"vi"}, Variable: "EDITOR"}},
		{"an empty value is skipped", `""`, "vi", editor.Command{Args: []string{"vi"}, Variable: "EDITOR"}},
		{"with arguments", "code --wait  -n", "", editor.Command{Args: []string{"code", "--wait", "-n"}, Variable: "VISUAL"}},
		{"with quoted arguments", `vi -c 'set "x" y' "" "a\"'b"`, "", editor.Command{Args: []string{"vi", "-c", `set "x" y`, "", `a"'b`}, Variable: "VISUAL"}},
		{"a quoted path", `"/opt/Sublime Text/subl" --wait`, "", editor.Command{Args: []string{"/opt/Sublime Text/subl", "--wait"}, Variable: "VISUAL"}},
		{"a path with spaces", "/opt/Sublime Text/subl", "", editor.Command{Args: []string{"/opt/Sublime Text/subl"}, Variable: "VISUAL"}},
		{"a path with spaces and arguments", "C:/Program Files/Notepad++/notepad++.exe -multiInst -x", "", editor.Command{Args: []string{"C:/Program Files/Notepad++/notepad++.exe", "-multiInst", "-x"}, Variable: "VISUAL"}},
		{"shell syntax is literal", "vi; $(rm) `x`", "", editor.Command{}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			env := map[string]string{"VISUAL": tc.visual, "EDITOR": tc.editor}
			got, err := editor.Choose(func(name string) string { return env[name] }, find)
			if diff := cmp.Diff(tc.want, got); diff != "" {
				t.Errorf("VISUAL=%s EDITOR=%s: %v (-want +got):\n%s", tc.visual, tc.editor, err, diff)
			}
		})
	}
}

func TestChooseNotFound(t *testing.T) {
	t.Parallel()
	none := func(string) (string, error) { return "", exec.ErrNotFound }
	for variable, want := range map[string]string{"VISUAL": "nosuch", "EDITOR": "nosuch"} {
		_, err := editor.Choose(func(name string) string {
			if name == variable {
				return "nosuch --wait"
			}
			return ""
		}, none)
		var missing *editor.NotFoundError
		if !errors.As(err, &missing) || missing.Name != want || missing.Variable != variable {
			t.Errorf("%s=nosuch: got %v, want a NotFoundError for %s", variable, err, want)
		}
	}
	_, err := editor.Choose(func(string) string { return "" }, none)
	var missing *editor.NotFoundError
	if !errors.As(err, &missing) || missing.Variable != "" {
		t.Errorf("no variable: got %v, want a NotFoundError without one", err)
	}
}

func TestFileIsPrivateAndRemovedWithItsDirectory(t *testing.T) {
	t.Parallel()
	f, err := editor.NewFile(".json")
	if err != nil {
		t.Fatal(err)
	}
	if err := f.Write([]byte("{}")); err != nil {
		t.Fatal(err)
	}
	if filepath.Ext(f.Path()) != ".json" {
		t.Errorf("got %s, want the extension .json", f.Path())
	}
	checkPrivate(t, f.Path(), 0o600)
	checkPrivate(t, filepath.Dir(f.Path()), 0o700)
	swap := filepath.Join(filepath.Dir(f.Path()), ".payload.json.swp")
	writeFile(t, swap)
	if got, err := f.Read(100); string(got) != "{}" || err != nil {
		t.Errorf("got %q, %v; want {}", got, err)
	}
	if got, err := f.Read(1); len(got) != 2 || err != nil {
		t.Errorf("two bytes with a limit of one: got %q, %v; want one byte beyond the limit", got, err)
	}
	if err := f.Remove(); err != nil {
		t.Fatal(err)
	}
	if left, _ := filepath.Glob(filepath.Dir(f.Path())); len(left) != 0 {
		t.Errorf("not removed: %v", left)
	}
	if got, err := f.Read(100); len(got) != 0 || err != nil {
		t.Errorf("a missing file: got %q, %v; want nothing", got, err)
	}
}

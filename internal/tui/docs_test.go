package tui

import (
	"github.com/vidiking/vidiking-cli/internal/tui/keys"

	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestDocsListAllKeys compares the tables in docs/tui.md with the key map. With -update it writes them.
func TestDocsListAllKeys(t *testing.T) {
	const path, begin, end = "../../docs/tui.md", "<!-- keys -->\n", "<!-- end of keys -->\n"
	page, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	before, rest, ok := strings.Cut(string(page), begin)
	documented, after, ok2 := strings.Cut(rest, end)
	if !ok || !ok2 {
		t.Fatalf("%s has no markers for the keys", path)
	}
	all := keys.New()
	var b strings.Builder
	for _, g := range all.Groups() {
		b.WriteString("\n| " + g.Name + " | |\n| --- | --- |\n")
		for _, k := range g.Keys {
			names := strings.Fields(k.Keys)
			b.WriteString("| `" + strings.Join(names, "` `") + "` | " + k.Long + " |\n")
		}
	}
	b.WriteString("\n")
	if *update {
		if err := os.WriteFile(path, []byte(before+begin+b.String()+end+after), 0o600); err != nil {
			t.Fatal(err)
		}
		return
	}
	if diff := cmp.Diff(b.String(), documented); diff != "" {
		t.Errorf("the keys of %s (-want +got):\n%s", path, diff)
	}
}

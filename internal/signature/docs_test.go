package signature_test

import (
	"os"
	"strings"
	"testing"

	"github.com/vidiking/vidiking-cli/internal/signature"
)

func TestTheDocumentationListsEveryFinding(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("../../docs/signatures.md")
	if err != nil {
		t.Fatal(err)
	}
	plain := strings.ReplaceAll(string(text), `\`, "")
	for _, f := range signature.Catalog() {
		if row := "| `" + f.Code + "` | " + f.Cause + " | " + f.Fix + " |\n"; !strings.Contains(plain, row) {
			t.Errorf("docs/signatures.md has no row %s", row)
		}
	}
}

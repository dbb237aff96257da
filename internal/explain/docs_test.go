package explain

import (
	"os"
	"strings"
	"testing"

	"github.com/vidiking/vidiking-cli/internal/refusal"
)

func TestTheDocumentationListsEveryCode(t *testing.T) {
	t.Parallel()
	page, err := os.ReadFile("../../docs/refusals.md")
	if err != nil {
		t.Fatal(err)
	}
	codes := map[string]bool{
		CodeSecretGenerated: true, CodeDifferentSecret: true, CodeBareExpected: true, CodePrefixExpected: true, CodeReserialized: true,
		"signature_not_checked": true, "header_upper_case": true, "tls_unknown_issuer": true, "tls_no_san": true, "tls_other_name": true, "tls_expired": true,
	}
	for _, p := range refusal.Fingerprints() {
		codes[p.Code] = true
	}
	listed := map[string]bool{}
	_, table, _ := strings.Cut(string(page), "\n## The codes\n")
	for line := range strings.Lines(table) {
		if cells := strings.Split(line, "`"); strings.HasPrefix(line, "| `") {
			listed[cells[1]] = true
		}
	}
	for code := range codes {
		if !listed[code] {
			t.Errorf("docs/refusals.md does not list %s", code)
		}
	}
	for code := range listed {
		if !codes[code] {
			t.Errorf("docs/refusals.md lists %s, which no finding has", code)
		}
	}
}

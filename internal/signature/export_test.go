package signature

import (
	"strings"

	"github.com/vidiking/vidiking-cli/internal/webhook"
)

// Catalog returns all findings as the documentation shows them: … replaces the details of a case.
func Catalog() []webhook.Finding {
	var all []webhook.Finding
	for _, e := range catalog() {
		all = append(all, webhook.Finding{Code: e.code, Cause: strings.NewReplacer("%s.", "…", "%s", "…").Replace(e.cause), Fix: e.fix})
	}
	return all
}

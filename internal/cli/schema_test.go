package cli

import (
	"flag"
	"os"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/vidiking/vidiking-cli/internal/output"
)

// TestTheJSONSchemaIsUpToDate compares docs/json.schema.json with the types that the program prints. After the first release, they only get
// more fields.
func TestTheJSONSchemaIsUpToDate(t *testing.T) {
	t.Parallel()
	const path = "../../docs/json.schema.json"
	text, err := output.JSONSchema(jsonObjects())
	if err != nil {
		t.Fatal(err)
	}
	got := string(text) + "\n"
	if flag.Lookup("update").Value.String() == "true" {
		write(t, path, got)
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatalf("%v: write it with go test ./internal/cli -update", err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("%s is not up to date, write it with go test ./internal/cli -update (-want +got):\n%s", path, diff)
	}
}

package cli_test

import (
	"strings"
	"testing"
)

func TestANewPathInThePayloadSuggestsAnExistingOne(t *testing.T) {
	t.Parallel()
	for assignment, want := range map[string]string{
		"status=FAILED":         "status was not in the payload, and was added.\n  Did you mean data.status?\n",
		"credits_used=1":        "credits_used was not in the payload, and was added.\n  Did you mean data.credits_used?\n",
		"data.credit_used=1":    "data.credit_used was not in the payload, and was added.\n  Did you mean data.credits_used?\n",
		"evnt=render.failed":    "evnt was not in the payload, and was added.\n  Did you mean event?\n",
		"data.thumbnail.size=1": "data.thumbnail.size was not in the payload, and was added.\n{",
		"data.status=FAILED":    "{",
	} {
		x := newTerminal(t, 80)
		if _, got := x.on(0, "trigger", "render.complete", "--dry-run", "--set", assignment); !strings.HasPrefix(got, want) {
			t.Errorf("--set %s:\n got %s\nwant %s", assignment, got, want)
		}
	}
}

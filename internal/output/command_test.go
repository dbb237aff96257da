package output_test

import (
	"testing"

	"github.com/vidiking/vidiking-cli/internal/output"
)

func TestSuggestedCommandsHaveTheFlagsOfThisRunOnce(t *testing.T) {
	o := output.Options{Self: "vidiking --data-dir '$1'"}
	for text, want := range map[string]string{
		"vidiking replay last":                                 "vidiking --data-dir '$1' replay last",
		"vidiking test localhost:3000/webhooks/vidiking sig.*": "vidiking --data-dir '$1' test localhost:3000/webhooks/vidiking sig.*",
		"export A=$(vidiking listen --print-secret)":           "export A=$(vidiking --data-dir '$1' listen --print-secret)",
		"vidiking sign e | vidiking verify -":                  "vidiking --data-dir '$1' sign e | vidiking --data-dir '$1' verify -",
		"vidiking ":                                            "vidiking --data-dir '$1' ",
	} {
		if got := o.Command(text); got != want {
			t.Errorf("%q: got %q, want %q", text, got, want)
		}
	}
}

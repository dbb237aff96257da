package cli

import (
	"io/fs"
	"testing"

	"golang.org/x/sys/windows"

	"github.com/vidiking/vidiking-cli/internal/output"
)

func TestClosedPipeRecognizesTheErrorsOfWindows(t *testing.T) {
	t.Parallel()
	for _, number := range []error{windows.ERROR_BROKEN_PIPE, windows.ERROR_NO_DATA} {
		if err := output.ClosedPipe(&fs.PathError{Op: "write", Path: "|1", Err: number}); !output.IsClosedPipe(err) {
			t.Errorf("%v: got %v, want an error that means a closed pipe", number, err)
		}
	}
}

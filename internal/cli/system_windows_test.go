package cli

import (
	"errors"
	"io/fs"
	"testing"

	"golang.org/x/sys/windows"

	"github.com/vidiking/vidiking-cli/internal/cli/cmdutil"
)

func TestAPipeThatNobodyReadsIsKnown(t *testing.T) {
	t.Parallel()
	for _, number := range []error{windows.ERROR_BROKEN_PIPE, windows.ERROR_NO_DATA} {
		if err := cmdutil.ClosedPipe(&fs.PathError{Op: "write", Path: "|1", Err: number}); !errors.Is(err, cmdutil.errPipe) {
			t.Errorf("%v: got %v, want %v", number, err, cmdutil.errPipe)
		}
	}
}

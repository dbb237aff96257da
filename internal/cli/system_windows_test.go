package cli

import (
	"errors"
	"io/fs"
	"testing"

	"golang.org/x/sys/windows"
)

func TestAPipeThatNobodyReadsIsKnown(t *testing.T) {
	t.Parallel()
	for _, number := range []error{windows.ERROR_BROKEN_PIPE, windows.ERROR_NO_DATA} {
		if err := closedPipe(&fs.PathError{Op: "write", Path: "|1", Err: number}); !errors.Is(err, errPipe) {
			t.Errorf("%v: got %v, want %v", number, err, errPipe)
		}
	}
}

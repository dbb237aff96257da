package cmdutil

import (
	"context"
	"fmt"
	"io"
	"strings"

	"github.com/vidiking/vidiking-cli/internal/output"
)

// Confirm asks a yes-or-no question and reports whether the answer was yes. Any other answer and the end of stdin count as no.
func Confirm(ctx context.Context, a *App, question string) (bool, error) {
	_, _ = fmt.Fprintf(a.Env.Stderr, "%s y/n ", a.Env.style().Clean(question))
	type line struct {
		text string
		err  error
	}
	read := make(chan line, 1)
	go func() { // a read cannot be stopped, but the process ends soon after an interrupt
		text, err := readLine(a.Env.Stdin)
		read <- line{text, err}
	}()
	select {
	case l := <-read:
		if l.err != nil {
			_, _ = fmt.Fprintln(a.Env.Stderr)
		}
		answer := strings.ToLower(strings.TrimSpace(l.text))
		return answer == "y" || answer == "yes", nil
	case <-ctx.Done():
		_, _ = fmt.Fprintln(a.Env.Stderr)
		return false, ctx.Err()
	}
}

// readLine reads up to a line feed and no further, because other code reads the rest.
func readLine(r io.Reader) (string, error) {
	const maxLength = 1 << 10
	var text []byte
	var b [1]byte
	for len(text) < maxLength {
		n, err := r.Read(b[:])
		if n > 0 && b[0] == '\n' {
			break
		}
		text = append(text, b[:n]...)
		if err != nil {
			return string(text), err
		}
	}
	return string(text), nil
}

// Declined ends a command after the user answered no.
func Declined(a *App) error {
	a.Stderr().Print("Nothing was changed.")
	return ErrSilent{Code: output.ExitFailed}
}

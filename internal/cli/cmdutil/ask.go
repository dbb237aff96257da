package cmdutil

import (
	"context"
	"fmt"
	"io"
	"strings"
)

// Confirm asks a question that is answered by y or n, and reports whether it was y. Anything else is n, as the end of stdin is.
func Confirm(ctx context.Context, a *App, question string) (bool, error) {
	_, _ = fmt.Fprintf(a.W.Stderr, "%s y/n ", style(a).Clean(question))
	type line struct {
		text string
		err  error
	}
	read := make(chan line, 1)
	go func() { // a read can't be stopped; the process ends soon after an interrupt
		text, err := readLine(a.W.Stdin)
		read <- line{text, err}
	}()
	select {
	case l := <-read:
		if l.err != nil {
			_, _ = fmt.Fprintln(a.W.Stderr)
		}
		answer := strings.ToLower(strings.TrimSpace(l.text))
		return answer == "y" || answer == "yes", nil
	case <-ctx.Done():
		_, _ = fmt.Fprintln(a.W.Stderr)
		return false, ctx.Err()
	}
}

// readLine reads up to a line feed, and no byte more, since what follows is for somebody else.
func readLine(r io.Reader) (string, error) {
	const enough = 1 << 10
	var text []byte
	var b [1]byte
	for len(text) < enough {
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

// Declined ends a command whose question was answered by n.
func Declined(a *App) error {
	a.Stderr().Print("Nothing was changed.")
	return ErrSilent{Code: ExitFailed}
}

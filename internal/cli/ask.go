package cli

import (
	"context"
	"fmt"
	"io"
	"strings"
)

// confirm asks a question that is answered by y or n, and reports whether it was y. Anything else is n, as the end of stdin is.
func (a *app) confirm(ctx context.Context, question string) (bool, error) {
	_, _ = fmt.Fprintf(a.w.Stderr, "%s y/n ", a.style().Clean(question))
	type line struct {
		text string
		err  error
	}
	read := make(chan line, 1)
	go func() { // a read can't be stopped; the process ends soon after an interrupt
		text, err := readLine(a.w.Stdin)
		read <- line{text, err}
	}()
	select {
	case l := <-read:
		if l.err != nil {
			_, _ = fmt.Fprintln(a.w.Stderr)
		}
		answer := strings.ToLower(strings.TrimSpace(l.text))
		return answer == "y" || answer == "yes", nil
	case <-ctx.Done():
		_, _ = fmt.Fprintln(a.w.Stderr)
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

// declined ends a command whose question was answered by n.
func (a *app) declined() error {
	a.stderr().Print("Nothing was changed.")
	return errSilent{exitFailed}
}

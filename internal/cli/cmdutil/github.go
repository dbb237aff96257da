package cmdutil

import (
	"errors"
	"io"
	"os"

	"github.com/vidiking/vidiking-cli/internal/output"
)

// GitHub returns how to report to GitHub Actions; nil if the program does not run there.
func (a *App) GitHub() *output.GitHub {
	if on, _ := a.Env.LookupEnv("GITHUB_ACTIONS"); on != "true" {
		return nil
	}
	g := &output.GitHub{Log: a.Env.Stderr}
	if file, _ := a.Env.LookupEnv("GITHUB_STEP_SUMMARY"); file != "" {
		g.Summary = func(markdown string) error { return appendTo(file, markdown) }
	}
	return g
}

// appendTo appends to a file that the runner has created. Several commands of a step append to it.
func appendTo(file, text string) error {
	f, err := os.OpenFile(file, os.O_APPEND|os.O_WRONLY, 0)
	if err != nil {
		return err
	}
	_, err = io.WriteString(f, text)
	return errors.Join(err, f.Close())
}

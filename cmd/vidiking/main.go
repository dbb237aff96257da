// Command vidiking receives, shows and sends again the webhooks of Vidiking, a video-rendering API, on a developer's machine.
package main

import (
	"context"
	"crypto/rand"
	"errors"
	"io"
	"log"
	"os"
	"os/signal"
	"runtime"
	"syscall"
	"time"

	"golang.org/x/term"

	"github.com/vidiking/vidiking-cli/internal/cli"
)

func main() {
	os.Exit(run())
}

// run hands the real world to the program, and out comes the exit code.
func run() int { return cli.Main(context.Background(), realWorld()) }

// realWorld is the process's own: its streams, its environment, the signals that it gets.
func realWorld() cli.World {
	// A closed pipe ends the view, not the program: it is to get EPIPE instead of the signal.
	signal.Ignore(syscall.SIGPIPE)

	// net/http writes remarks of its own there, as when a handler says more than its answer. They are no news to the user.
	log.SetOutput(io.Discard) //nolint:forbidigo // nothing in the program logs, and this is the process's own logger

	home, _ := os.UserHomeDir() // none is said where it is missed
	workDir, _ := os.Getwd()
	stdin, stdout, stderr := int(os.Stdin.Fd()), int(os.Stdout.Fd()), int(os.Stderr.Fd())
	return cli.World{
		Args:           os.Args[1:],
		Stdin:          os.Stdin,
		Stdout:         os.Stdout,
		Stderr:         os.Stderr,
		LookupEnv:      os.LookupEnv,
		Home:           home,
		WorkDir:        workDir,
		GOOS:           runtime.GOOS,
		Now:            time.Now,
		Location:       time.Local,
		Random:         rand.Reader,
		Signals:        takeSignals,
		StdinTerminal:  term.IsTerminal(stdin),
		StdoutTerminal: term.IsTerminal(stdout),
		StderrTerminal: term.IsTerminal(stderr),
		Width: func() int {
			width, _, err := term.GetSize(stdout)
			if err != nil {
				return 0
			}
			return width
		},
		ReadSecret:   func(ctx context.Context) (string, error) { return readSecret(ctx, stdin) },
		OpenTerminal: openTerminal,
	}
}

// takeSignals begins to take those that ask the process to end. To do so starts two threads, which is an eighth of a whole `version`.
func takeSignals() <-chan os.Signal {
	signals := make(chan os.Signal, 2) // two, since the second one aborts
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM)
	if !signal.Ignored(syscall.SIGHUP) { // nohup means it
		signal.Notify(signals, syscall.SIGHUP)
	}
	// From here on it is caught and not ignored, since what is ignored is so for commands that the program starts, too.
	signal.Notify(make(chan os.Signal, 1), syscall.SIGPIPE)
	return signals
}

// readSecret reads a line without echo. An interrupt gives the terminal its echo back, since the read itself can't be stopped.
func readSecret(ctx context.Context, stdin int) (string, error) {
	state, err := term.GetState(stdin)
	if err != nil {
		return "", err
	}
	type line struct {
		text []byte
		err  error
	}
	read := make(chan line, 1)
	go func() {
		text, err := term.ReadPassword(stdin)
		read <- line{text, err}
	}()
	select {
	case l := <-read:
		return string(l.text), l.err
	case <-ctx.Done():
		return "", errors.Join(ctx.Err(), term.Restore(stdin, state))
	}
}

// Command vidiking receives, inspects and replays Vidiking webhooks on a developer's machine. Vidiking is a video-rendering API.
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

// run runs the program in the environment of this process and returns its exit code.
func run() int { return cli.Main(context.Background(), environment()) }

// environment returns the streams, variables, clock and signals of this process.
func environment() cli.Environment {
	// If a pipe is closed, writes must fail with EPIPE instead of ending the program, because only the view ends, not the listener.
	signal.Ignore(syscall.SIGPIPE)

	// net/http logs remarks here, for example about a response that is longer than its Content-Length. They don't concern the user.
	log.SetOutput(io.Discard) //nolint:forbidigo // nothing in the program logs, and this is the process's own logger

	home, _ := os.UserHomeDir() // commands that need a home directory report that there is none
	workDir, _ := os.Getwd()
	return cli.Environment{
		Streams:   streams(),
		Args:      os.Args[1:],
		LookupEnv: os.LookupEnv,
		Home:      home,
		WorkDir:   workDir,
		GOOS:      runtime.GOOS,
		Now:       time.Now,
		Location:  time.Local,
		Random:    rand.Reader,
		Signals:   catchSignals,
	}
}

func streams() cli.Streams {
	stdin, stdout, stderr := int(os.Stdin.Fd()), int(os.Stdout.Fd()), int(os.Stderr.Fd())
	return cli.Streams{
		Stdin:          os.Stdin,
		Stdout:         os.Stdout,
		Stderr:         os.Stderr,
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

// catchSignals starts to catch the signals that ask the process to end. Doing so starts two threads, which takes an eighth of the run time
// of `vidiking version`.
func catchSignals() <-chan os.Signal {
	signals := make(chan os.Signal, 2) // two, because the second one aborts
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM)
	if !signal.Ignored(syscall.SIGHUP) { // nohup ignores it on purpose
		signal.Notify(signals, syscall.SIGHUP)
	}
	// From here on SIGPIPE is caught instead of ignored, because child processes inherit ignored signals.
	signal.Notify(make(chan os.Signal, 1), syscall.SIGPIPE)
	return signals
}

// readSecret reads a line without echo. It turns the echo on again if ctx is done, because the read itself cannot be stopped.
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

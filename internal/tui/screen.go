package tui

import (
	"context"
	"errors"
	"fmt"
	"io"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/colorprofile"
	"golang.org/x/term"

	"github.com/vidiking/vidiking-cli/internal/tui/message"
	"github.com/vidiking/vidiking-cli/internal/tui/task"
)

// Screen shows the delivery log in a terminal.
type Screen struct {
	o       Options
	notices chan Notice
}

// New returns a Screen. Run shows it.
func New(o Options) *Screen {
	return &Screen{o: o, notices: make(chan Notice, message.MaxQueued)}
}

// PanicError is returned if the screen panicked. The terminal has been restored.
type PanicError = task.PanicError

// Run shows the screen until the user quits, ctx is done or the terminal is gone, and then restores the terminal. It returns a *PanicError if the screen
// panicked.
func (s *Screen) Run(ctx context.Context) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	m := newModel(ctx, s.o, s.notices)
	profile := colorprofile.ASCII
	if s.o.Color {
		profile = max(colorprofile.ANSI, colorprofile.Env(s.o.Environment))
		m.frame.canTint = profile > colorprofile.ANSI
	}
	p := tea.NewProgram(m,
		tea.WithInput(s.o.Input), tea.WithOutput(s.o.Output), tea.WithEnvironment(s.o.Environment),
		tea.WithFPS(framesPerSecond), tea.WithColorProfile(profile), tea.WithoutSignalHandler(),
	)
	// tea.WithContext would kill the program: the goroutine that reads keys would remain and swallow the next key.
	stop := context.AfterFunc(ctx, p.Quit)
	m.frame.hasTerminal = isTerminal(s.o.Output)
	_, _ = io.WriteString(s.o.Output, saveTitle) // a terminal that is gone ends Run
	_, err := p.Run()
	_, _ = io.WriteString(s.o.Output, restoreTitle)
	stop()
	switch {
	case m.frame.bug != nil:
		return m.frame.bug
	case errors.Is(err, tea.ErrProgramPanic):
		return &PanicError{Value: err}
	case ctx.Err() != nil || !m.frame.hasTerminal():
		return nil
	case err != nil:
		return fmt.Errorf("draw the screen: %w", err)
	}
	return nil
}

// isTerminal returns a function that reports whether the screen still has a terminal. A program that ignores SIGHUP, such as one that was
// started with nohup, does not notice otherwise: reading from a terminal that is gone returns the end of the input.
func isTerminal(w io.Writer) func() bool {
	f, ok := w.(interface{ Fd() uintptr })
	if !ok || !term.IsTerminal(int(f.Fd())) {
		return func() bool { return true } // a test
	}
	return func() bool { return term.IsTerminal(int(f.Fd())) }
}

// The terminal keeps the title of the window while the screen shows (xterm, window operations 22 and 23).
const (
	saveTitle    = "\x1b[22;2t"
	restoreTitle = "\x1b[23;2t"
)

// framesPerSecond is the maximum frame rate. A key is shown with the next frame, after 8 ms on average.
const framesPerSecond = 60

// Notify shows a notice in the message line. It never blocks; a notice is dropped if too many are queued.
func (s *Screen) Notify(n Notice) {
	select {
	case s.notices <- n:
	default:
	}
}

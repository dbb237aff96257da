package tui

import (
	"context"
	"errors"
	"fmt"
	"io"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/colorprofile"
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

// Run shows the screen until the user quits or ctx is done, and then restores the terminal. It returns a *PanicError if the screen
// panicked.
func (s *Screen) Run(ctx context.Context) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	m := newModel(ctx, s.o, s.notices)
	profile := colorprofile.ANSI // only the 16 colors of the terminal's theme
	if !s.o.Color {
		profile = colorprofile.ASCII
	}
	p := tea.NewProgram(m,
		tea.WithInput(s.o.Input), tea.WithOutput(s.o.Output), tea.WithEnvironment(s.o.Environment),
		tea.WithFPS(framesPerSecond), tea.WithColorProfile(profile), tea.WithoutSignalHandler(),
	)
	// tea.WithContext would kill the program: the goroutine that reads keys would remain and swallow the next key.
	stop := context.AfterFunc(ctx, p.Quit)
	_, _ = io.WriteString(s.o.Output, saveTitle) // a terminal that is gone ends Run
	_, err := p.Run()
	_, _ = io.WriteString(s.o.Output, restoreTitle)
	stop()
	switch {
	case m.frame.bug != nil:
		return m.frame.bug
	case errors.Is(err, tea.ErrProgramPanic):
		return &PanicError{Value: err}
	case ctx.Err() != nil:
		return nil
	case err != nil:
		return fmt.Errorf("draw the screen: %w", err)
	}
	return nil
}

// The terminal keeps the title of the window while the screen shows (xterm, window operations 22 and 23).
const (
	saveTitle    = "\x1b[22;2t"
	restoreTitle = "\x1b[23;2t"
)

// framesPerSecond is the maximum frame rate.
const framesPerSecond = 30

// Notify shows a notice in the message line. It never blocks; a notice is dropped if too many are queued.
func (s *Screen) Notify(n Notice) {
	select {
	case s.notices <- n:
	default:
	}
}

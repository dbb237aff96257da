package tui

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/colorprofile"
)

// Screen is a run of the screen.
type Screen struct {
	o       Options
	notices chan Notice
}

// New makes a screen. Run shows it.
func New(o Options) *Screen {
	return &Screen{o: o, notices: make(chan Notice, 16)} // each is said once; more than this at once is a storm that nobody reads
}

// PanicError says that the screen ran into a bug of this program. The terminal is as it was before.
type PanicError struct {
	Value any
	Stack []byte
}

func newPanicError(value any) *PanicError { return &PanicError{value, debug.Stack()} }

// Error says what it ran into.
func (e *PanicError) Error() string { return fmt.Sprintf("the screen ran into a bug: %v", e.Value) }

// Run shows the screen until the user leaves it or ctx ends, and gives the terminal back as it was. It returns a *PanicError where a
// bug ended it.
func (s *Screen) Run(ctx context.Context) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	m := newModel(ctx, s.o, s.notices)
	profile := colorprofile.ANSI // the 16 colours of the terminal's theme, and no others
	if !s.o.Color {
		profile = colorprofile.ASCII
	}
	p := tea.NewProgram(m,
		tea.WithInput(s.o.Input), tea.WithOutput(s.o.Output), tea.WithEnvironment(s.o.Environment),
		tea.WithFPS(framesPerSecond), tea.WithColorProfile(profile), tea.WithoutSignalHandler(),
	)
	// Not tea.WithContext, which kills: the goroutine that reads keys would stay behind, and take what is typed next.
	stop := context.AfterFunc(ctx, p.Quit)
	_, err := p.Run()
	stop()
	switch {
	case m.bug != nil:
		return m.bug
	case errors.Is(err, tea.ErrProgramPanic):
		return &PanicError{Value: err}
	case ctx.Err() != nil:
		return nil
	case err != nil:
		return fmt.Errorf("draw the screen: %w", err)
	}
	return nil
}

// framesPerSecond is how often the terminal is written to at most.
const framesPerSecond = 30

// Say shows a sentence in the result line. It never blocks.
func (s *Screen) Say(n Notice) {
	select {
	case s.notices <- n:
	default:
	}
}

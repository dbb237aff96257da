//go:build !windows

package tui

import (
	"context"
	"errors"
	"io"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/charmbracelet/x/vt"
	"github.com/creack/pty"
	"go.uber.org/goleak"
	"golang.org/x/term"

	"github.com/vidiking/vidiking-cli/internal/display"
	"github.com/vidiking/vidiking-cli/internal/testkit"
	"github.com/vidiking/vidiking-cli/internal/view"
)

// terminal is a pseudo-terminal with an emulated screen.
type terminal struct {
	mu     sync.Mutex
	screen *vt.Emulator
}

func (x *terminal) text() (screen string, alternate bool) {
	x.mu.Lock()
	defer x.mu.Unlock()
	return x.screen.String(), x.screen.IsAltScreen()
}

// runOnTerminal runs a screen on a terminal, calls then once it shows wanted, and returns the error of Run.
func runOnTerminal(t *testing.T, log *memoryLog, wanted string, then func(ctx context.CancelFunc, keys io.Writer)) (*terminal, error) {
	t.Helper()
	// Bubble Tea's reader can block forever: it sends events to a channel without checking its context.
	defer testkit.CheckLeaks(t, goleak.IgnoreTopFunction("github.com/charmbracelet/ultraviolet.(*TerminalReader).sendEvents"))
	master, slave, err := pty.Open()
	if err != nil {
		t.Fatal(err)
	}
	if err := pty.Setsize(slave, &pty.Winsize{Rows: 24, Cols: 80}); err != nil {
		t.Fatal(err)
	}
	before, err := term.GetState(int(slave.Fd()))
	if err != nil {
		t.Fatal(err)
	}
	x := &terminal{screen: vt.NewEmulator(80, 24)}
	var background sync.WaitGroup
	background.Go(func() {
		var titles testkit.Titles
		buf := make([]byte, 4096)
		for {
			n, err := master.Read(buf)
			x.mu.Lock()
			_, _ = x.screen.Write(titles.Filter(buf[:n]))
			x.mu.Unlock()
			if err != nil {
				return
			}
		}
	})
	background.Go(func() { _, _ = io.Copy(master, x.screen) })
	ctx, cancel := context.WithCancel(t.Context())
	s := New(Options{
		Log: log, Now: time.Now, Style: display.Style{UTF8: true}, Color: true, State: func(context.Context) view.State { return view.State{} },
		Input: slave, Output: slave, Environment: []string{"TERM=xterm-256color"},
	})
	ended := make(chan error, 1)
	go func() { ended <- s.Run(ctx) }()
	const timeout = 2 * time.Minute
	deadline := time.After(timeout)
	for {
		if text, _ := x.text(); strings.Contains(text, wanted) {
			break
		}
		select {
		case <-time.After(5 * time.Millisecond):
		case <-deadline:
			text, _ := x.text()
			t.Fatalf("the screen does not show %q within %v:\n%s", wanted, timeout, text)
		}
	}
	then(cancel, master)
	err = <-ended
	cancel()
	after, errState := term.GetState(int(slave.Fd()))
	if errState != nil || *after != *before {
		t.Errorf("the terminal's state is %+v (%v), want %+v as before", after, errState, before)
	}
	for alternate := true; alternate; { // wait until all output has been read
		if _, alternate = x.text(); !alternate {
			break
		}
		select {
		case <-time.After(5 * time.Millisecond):
			continue
		case <-deadline:
		}
		break
	}
	_ = slave.Close()
	_ = master.Close()
	_ = x.screen.InputPipe().(io.Closer).Close() // Close itself races with Read
	background.Wait()
	if _, alternate := x.text(); alternate {
		t.Error("the terminal still shows the alternate screen")
	}
	return x, err
}

func TestTheTerminalIsRestoredWhenTheUserQuits(t *testing.T) {
	_, err := runOnTerminal(t, newMemoryLog(deliveries(0, 50)...), "job_000049", func(_ context.CancelFunc, keys io.Writer) { _, _ = io.WriteString(keys, "kkq") })
	if err != nil {
		t.Errorf("got %v", err)
	}
}

func TestTheTerminalIsRestoredWhenTheContextIsDone(t *testing.T) {
	_, err := runOnTerminal(t, newMemoryLog(), "Waiting for", func(cancel context.CancelFunc, _ io.Writer) { cancel() })
	if err != nil {
		t.Errorf("got %v", err)
	}
}

func TestTheTerminalIsRestoredAfterAPanic(t *testing.T) {
	log := newMemoryLog(deliveries(0, 50)...)
	_, err := runOnTerminal(t, log, "job_000049", func(context.CancelFunc, io.Writer) {
		log.change(func() { log.onPage = func() { panic("injected panic") } })
	})
	var bug *PanicError
	if !errors.As(err, &bug) || bug.Value != "injected panic" || !strings.Contains(string(bug.Stack), "memoryLog") {
		t.Errorf("got %v", err)
	}
}

func TestTheScreenEndsWhenItsTerminalIsGone(t *testing.T) {
	master, slave, err := pty.Open()
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = slave.Close() }()
	if err := pty.Setsize(slave, &pty.Winsize{Rows: 24, Cols: 80}); err != nil {
		t.Fatal(err)
	}
	s := New(Options{
		Log: newMemoryLog(), Now: time.Now, Style: display.Style{UTF8: true}, State: func(context.Context) view.State { return view.State{} },
		Input: slave, Output: slave, Environment: []string{"TERM=xterm-256color"},
	})
	ended := make(chan error, 1)
	go func() { ended <- s.Run(t.Context()) }()
	if _, err := io.ReadAtLeast(master, make([]byte, 4096), 1); err != nil { // it has begun to draw
		t.Fatal(err)
	}
	if err := master.Close(); err != nil {
		t.Fatal(err)
	}
	select {
	case err := <-ended:
		if err != nil {
			t.Errorf("got %v", err)
		}
	case <-time.After(time.Minute):
		t.Error("the screen still runs")
	}
}

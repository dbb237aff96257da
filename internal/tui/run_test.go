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

// terminal is a pseudo-terminal with what stands on its screen.
type terminal struct {
	mu     sync.Mutex
	screen *vt.Emulator
}

func (x *terminal) text() (screen string, alternate bool) {
	x.mu.Lock()
	defer x.mu.Unlock()
	return x.screen.String(), x.screen.IsAltScreen()
}

// onTerminal runs a screen on a terminal, hands keys to it once it shows a text, and returns what Run did.
func onTerminal(t *testing.T, log *memoryLog, wanted string, then func(ctx context.CancelFunc, keys io.Writer)) (*terminal, error) {
	t.Helper()
	// Bubble Tea's reader may hang for ever with an event that nobody takes any more, as it looks at no context while it hands one on.
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
		buf := make([]byte, 4096)
		for {
			n, err := master.Read(buf)
			x.mu.Lock()
			_, _ = x.screen.Write(buf[:n])
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
	const patience = 2 * time.Minute
	deadline := time.After(patience)
	for {
		if text, _ := x.text(); strings.Contains(text, wanted) {
			break
		}
		select {
		case <-time.After(5 * time.Millisecond):
		case <-deadline:
			text, _ := x.text()
			t.Fatalf("the screen does not show %q within %v:\n%s", wanted, patience, text)
		}
	}
	then(cancel, master)
	err = <-ended
	cancel()
	after, errState := term.GetState(int(slave.Fd()))
	if errState != nil || *after != *before {
		t.Errorf("the terminal was left as %+v (%v), and was %+v", after, errState, before)
	}
	for alternate := true; alternate; { // what was written last is read last
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
		t.Error("the terminal was left with the other screen")
	}
	return x, err
}

func TestTheTerminalIsGivenBackWhenTheUserLeaves(t *testing.T) {
	_, err := onTerminal(t, newMemoryLog(deliveries(0, 50)...), "job_000049", func(_ context.CancelFunc, keys io.Writer) { _, _ = io.WriteString(keys, "kkq") })
	if err != nil {
		t.Errorf("got %v", err)
	}
}

func TestTheTerminalIsGivenBackWhenTheContextEnds(t *testing.T) {
	_, err := onTerminal(t, newMemoryLog(), "No deliveries", func(cancel context.CancelFunc, _ io.Writer) { cancel() })
	if err != nil {
		t.Errorf("got %v", err)
	}
}

func TestTheTerminalIsGivenBackAfterABug(t *testing.T) {
	log := newMemoryLog(deliveries(0, 50)...)
	_, err := onTerminal(t, log, "job_000049", func(context.CancelFunc, io.Writer) {
		log.change(func() { log.broken = func() { panic("a bug of ours") } })
	})
	var bug *PanicError
	if !errors.As(err, &bug) || bug.Value != "a bug of ours" || !strings.Contains(string(bug.Stack), "memoryLog") {
		t.Errorf("got %v", err)
	}
}

package listencmd

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/vidiking/vidiking-cli/internal/cli/cmdutil"
	"github.com/vidiking/vidiking-cli/internal/config"
	"github.com/vidiking/vidiking-cli/internal/display"
	"github.com/vidiking/vidiking-cli/internal/filter"
	"github.com/vidiking/vidiking-cli/internal/store"
	"github.com/vidiking/vidiking-cli/internal/webhook"
)

// commandGrace is how long a command may take to end when it is asked to.
const commandGrace = 10 * time.Second

// command is the program that `listen … -- COMMAND` runs once it is ready, and ends with.
type command struct {
	cmd      *exec.Cmd
	terminal bool        // its terminal is ours: Ctrl-C reaches it without us
	cut      atomic.Bool // it was ended since the time of --wait-for was up
	ended    chan struct{}
	err      error // how it ended, once ended is closed
}

// findCommand refuses a program that there is not, before anything is opened. It returns nil where none was given.
func findCommand(args []string) (*command, error) {
	if len(args) == 0 {
		return nil, nil //nolint:nilnil // no command is no error
	}
	path, err := exec.LookPath(args[0])
	if err != nil {
		return nil, cmdutil.Usage("there is no program "+args[0], "name one behind --: vidiking listen -- npm test")
	}
	return &command{cmd: &exec.Cmd{Path: path, Args: args}, ended: make(chan struct{})}, nil
}

// start starts the command with what it needs to know in its environment, and its own streams.
func (c *command) start(w cmdutil.World, environment ...string) error {
	if c.terminal = w.StdinTerminal; !c.terminal { // where it is, the terminal must know it as a part of us
		cmdutil.OwnGroup(c.cmd)
	}
	c.cmd.Env = append(c.cmd.Environ(), environment...)
	c.cmd.Stdin, c.cmd.Stdout, c.cmd.Stderr = w.Stdin, w.Stdout, w.Stderr
	bound, err := startBound(c.cmd)
	if err != nil {
		return cmdutil.Failed(err, "can't start "+c.cmd.Args[0]+": "+cmdutil.StartReason(err), "try it alone: "+c.cmd.Args[0])
	}
	go func() {
		defer close(c.ended)
		c.err = c.cmd.Wait()
		bound()
	}()
	return nil
}

// pass hands a signal on. An interrupt from a terminal has reached the command already.
func (c *command) pass(s os.Signal) {
	if s != os.Interrupt || !c.terminal {
		_ = c.signal(s) // it may have ended, or be on Windows, where the console tells it
	}
}

// signal reaches what the command has started, too, unless they share our terminal and so our group.
func (c *command) signal(s os.Signal) error {
	if number, ok := s.(syscall.Signal); ok && !c.terminal {
		return cmdutil.SignalGroup(c.cmd.Process, number)
	}
	if s == syscall.SIGTERM {
		return cmdutil.AskToEnd(c.cmd.Process)
	}
	return c.cmd.Process.Signal(s)
}

// end asks the command to end, and ends it where it does not.
func (c *command) end() {
	select {
	case <-c.ended:
		return // what it has left behind on purpose may stay
	default:
	}
	_ = c.signal(syscall.SIGTERM)
	patience := time.NewTimer(commandGrace)
	defer patience.Stop()
	select {
	case <-c.ended:
	case <-patience.C:
		c.kill()
	}
}

func (c *command) kill() {
	_ = c.signal(os.Kill)
	<-c.ended
}

// code is the command's exit code, as a shell has it: 128 and the signal's number where a signal ended it.
func (c *command) code() int {
	var exit *exec.ExitError
	switch {
	case c.err == nil:
		return cmdutil.ExitDone
	case errors.As(c.err, &exit):
		if n := exit.ExitCode(); n >= 0 {
			return n
		}
		return 128 + cmdutil.SignalOf(exit.ProcessState)
	default: // it ended, and its streams did not
		return cmdutil.ExitFailed
	}
}

// startCommand starts the command, if there is one, now that deliveries come in at url.
func (l *listener) startCommand(url string) error {
	if l.command == nil {
		return nil
	}
	err := l.command.start(l.app.W,
		cmdutil.EnvURL+"="+url, config.EnvSecret+"="+l.secret.Reveal(), config.EnvDataDir+"="+l.dataDir)
	if err != nil {
		l.command = nil
	}
	return err
}

// commandEnded is closed when the command has ended; nil, which never is, where there is none.
func (l *listener) commandEnded() <-chan struct{} {
	if l.command == nil {
		return nil
	}
	return l.command.ended
}

// interrupted hands the first interrupt to the command and waits for its end; without a command the end is now. A second one kills it.
func (l *listener) interrupted(s os.Signal, interrupts <-chan os.Signal) error {
	if l.command == nil {
		return nil
	}
	l.command.pass(s)
	select {
	case <-l.command.ended:
		return nil
	case <-interrupts:
		l.command.kill()
		return cmdutil.ErrSilent{Code: cmdutil.ExitInterrupted}
	}
}

// verdict is the command's own code where it is not 0 and the command was not cut short; else what came of --wait-for; else whether all was delivered.
func (l *listener) verdict(ctx context.Context) error {
	err := l.waitVerdict(ctx)
	if l.command == nil {
		return err
	}
	if code := l.command.code(); code != cmdutil.ExitDone && !l.command.cut.Load() {
		return cmdutil.ErrSilent{Code: code}
	}
	if err != nil || l.o.allowFailures {
		return err
	}
	return l.allDelivered(ctx)
}

// allDelivered is the handler's failure where something was not delivered.
func (l *listener) allDelivered(ctx context.Context) error {
	left, err := l.undelivered(ctx)
	if err != nil || left == 0 {
		return err
	}
	what := "1 delivery was not delivered"
	if left > 1 {
		what = display.Deliveries(left) + " were not delivered"
	}
	return &cmdutil.Failure{Code: cmdutil.ExitHandler, What: what, Hints: []string{
		"which: vidiking webhooks list", "if that is what you test: vidiking listen --allow-failures -- COMMAND",
	}}
}

// undelivered counts the session's deliveries that were to be delivered and were not: what failed and no replay has mended, what was
// rejected, and what still waits.
func (l *listener) undelivered(ctx context.Context) (int, error) {
	session := l.session.Info().ID
	failed, err := l.log.Reader().Count(ctx, store.Query{Session: session, Filter: filter.Failed()})
	if err != nil {
		return 0, err
	}
	kept, err := l.log.Reader().Count(ctx, store.Query{
		Session: session, Filter: filter.WithStatus(webhook.StatusRejected, webhook.StatusPending),
	})
	return failed + kept, err
}

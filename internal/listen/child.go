package listen

import (
	"context"
	"os"
	"os/exec"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/vidiking/vidiking-cli/internal/listen/process"
	"github.com/vidiking/vidiking-cli/internal/output"
)

// childGrace is how long the command may take to end when it is asked to.
const childGrace = 10 * time.Second

// child is the program that `listen … -- COMMAND` starts once it is ready, and ends with. A nil child does nothing.
type child struct {
	cmd      *exec.Cmd
	process  *process.Process // nil until it is started
	terminal bool             // the command shares our terminal: Ctrl-C reaches it directly
	cut      atomic.Bool      // the session ended the command
}

// findCommand checks that the program exists, before anything is opened. It returns nil if there is no command.
func findCommand(args []string) (*child, error) {
	if len(args) == 0 {
		return nil, nil
	}
	path, err := exec.LookPath(args[0])
	if err != nil {
		return nil, output.Usage("command not found: "+args[0], "name a program after --, for example: vidiking listen -- npm test")
	}
	return &child{cmd: &exec.Cmd{Path: path, Args: args}}, nil
}

// start starts the command with our streams and additional environment variables. If there is a terminal, the command must be in the
// terminal's foreground process group, which is ours.
func (c *child) start(sys *System, environment []string) (err error) {
	c.cmd.Env = append(c.cmd.Environ(), environment...)
	c.cmd.Stdin, c.cmd.Stdout, c.cmd.Stderr = sys.Stdin, sys.Stdout, sys.Stderr
	begin := process.Start
	if c.terminal = sys.StdinTerminal; c.terminal {
		begin = process.StartShared
	}
	if c.process, err = begin(c.cmd); err != nil {
		return output.Failed(err, "can't start "+c.cmd.Args[0]+": "+output.StartReason(err), "try to run it without listen: "+c.cmd.Args[0])
	}
	return nil
}

// stop ends the command because the session has no use for it any more. Processes that the command left behind deliberately may stay.
func (c *child) stop() {
	if c == nil || c.process == nil {
		return
	}
	select {
	case <-c.process.Ended():
	default:
		c.cut.Store(true)
		c.process.Stop(syscall.SIGTERM, childGrace)
	}
}

func (c *child) close() {
	c.stop()
	if c != nil && c.process != nil {
		c.process.Close()
	}
}

// exitCode returns the code of a command that has ended. The code of a command that was never started is ExitInterrupted, because only an
// interrupt prevents the start without an error.
func (c *child) exitCode() int {
	if c.process == nil {
		return output.ExitInterrupted
	}
	if code := c.process.ExitCode(); code >= 0 {
		return code
	}
	return output.ExitFailed // the command ended, but its streams are still open
}

// done returns a channel that is closed when the command ends; nil, which blocks forever, if there is no command.
func (c *child) done() <-chan struct{} {
	if c == nil || c.process == nil {
		return nil
	}
	return c.process.Ended()
}

// interrupt passes the first interrupt to the command and waits until the command ends. A second interrupt kills it. Without a command,
// interrupt returns at once. An interrupt from a shared terminal has reached the command already.
func (c *child) interrupt(sig os.Signal, interrupts <-chan os.Signal) error {
	if c == nil || c.process == nil {
		return nil
	}
	if sig != os.Interrupt || !c.terminal {
		_ = c.process.Signal(sig) // fails if the command has ended
	}
	select {
	case <-c.process.Ended():
		return nil
	case <-interrupts:
		c.process.Kill()
		return output.ErrSilent{Code: output.ExitInterrupted}
	}
}

// environment returns the variables that the command and the handler get in addition. The session is ready at url.
func (s *Session) environment(url string) []string {
	return append(s.o.Command.Env(url, s.secret.Secret.Secret, s.o.Log.Dir), s.emulator.environment()...)
}

// startCommand starts the command, if there is one. The session is ready at url.
func (s *Session) startCommand(url string) error {
	if s.child == nil {
		return nil
	}
	err := s.child.start(&s.o.System, s.environment(url))
	if err != nil {
		s.child = nil
	}
	return err
}

// verdict returns the error that the session ends with. The exit code of a command that failed comes first, then the result of --wait-for, then
// an error if a delivery was not delivered.
func (s *Session) verdict(ctx context.Context) error {
	err := s.wait.verdict(ctx)
	if s.child == nil {
		return err
	}
	if code := s.child.exitCode(); code != output.ExitDone && !s.child.cut.Load() {
		return output.ErrSilent{Code: code}
	}
	if err != nil || s.o.Command.AllowFailures {
		return err
	}
	return s.log.checkDelivered(ctx, s.announce.Info().ID)
}

// Terminate sends a process SIGTERM, which lets it restore the terminal. On Windows it ends the process.
func Terminate(p *os.Process) error { return process.Terminate(p) }

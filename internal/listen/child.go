package listen

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/vidiking/vidiking-cli/internal/output"
)

// childGrace is how long the command may take to end when it is asked to.
const childGrace = 10 * time.Second

// child is the program that `listen … -- COMMAND` starts once it is ready, and ends with. A nil child does nothing.
type child struct {
	cmd      *exec.Cmd
	terminal bool        // the command shares our terminal: Ctrl-C reaches it directly
	cut      atomic.Bool // the command was ended because the time of --wait-for was up
	ended    chan struct{}
	err      error // how the command ended; set before ended is closed
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
	return &child{cmd: &exec.Cmd{Path: path, Args: args}, ended: make(chan struct{})}, nil
}

// start starts the command with our streams and additional environment variables.
func (c *child) start(sys *System, environment ...string) error {
	if c.terminal = sys.StdinTerminal; !c.terminal { // with a terminal, the command must be in its foreground process group, which is ours
		ownGroup(c.cmd)
	}
	c.cmd.Env = append(c.cmd.Environ(), environment...)
	c.cmd.Stdin, c.cmd.Stdout, c.cmd.Stderr = sys.Stdin, sys.Stdout, sys.Stderr
	release, err := startBound(c.cmd)
	if err != nil {
		return output.Failed(err, "can't start "+c.cmd.Args[0]+": "+output.StartReason(err), "try to run it without listen: "+c.cmd.Args[0])
	}
	go func() {
		defer close(c.ended)
		c.err = c.cmd.Wait()
		release()
	}()
	return nil
}

// forward passes a signal to the command. An interrupt from a shared terminal has reached the command already.
func (c *child) forward(sig os.Signal) {
	if sig != os.Interrupt || !c.terminal {
		_ = c.signal(sig) // the command may have ended, or the console tells it on Windows
	}
}

// signal also reaches the processes that the command has started, unless they share our terminal and therefore our process group.
func (c *child) signal(sig os.Signal) error {
	if number, ok := sig.(syscall.Signal); ok && !c.terminal {
		return signalGroup(c.cmd.Process, number)
	}
	if sig == syscall.SIGTERM {
		return Terminate(c.cmd.Process)
	}
	return c.cmd.Process.Signal(sig)
}

// end asks the command to end, and kills it if it does not.
func (c *child) end() {
	select {
	case <-c.ended:
		return // processes that it left behind deliberately may stay
	default:
	}
	_ = c.signal(syscall.SIGTERM)
	timeout := time.NewTimer(childGrace)
	defer timeout.Stop()
	select {
	case <-c.ended:
	case <-timeout.C:
		c.kill()
	}
}

func (c *child) kill() {
	_ = c.signal(os.Kill)
	<-c.ended
}

func (c *child) close() {
	if c != nil && c.cmd.Process != nil {
		c.end()
	}
}

// exitCode returns the command's exit code as a shell reports it: 128 plus the signal number if a signal ended the command.
func (c *child) exitCode() int {
	var exit *exec.ExitError
	switch {
	case c.err == nil:
		return output.ExitDone
	case errors.As(c.err, &exit):
		if n := exit.ExitCode(); n >= 0 {
			return n
		}
		return 128 + signalOf(exit.ProcessState)
	default: // the command ended, but its streams are still open
		return output.ExitFailed
	}
}

// done returns a channel that is closed when the command ends; nil, which blocks forever, if there is no command.
func (c *child) done() <-chan struct{} {
	if c == nil {
		return nil
	}
	return c.ended
}

// interrupt passes the first interrupt to the command and waits until the command ends. A second interrupt kills it. Without a command,
// interrupt returns at once.
func (c *child) interrupt(sig os.Signal, interrupts <-chan os.Signal) error {
	if c == nil {
		return nil
	}
	c.forward(sig)
	select {
	case <-c.ended:
		return nil
	case <-interrupts:
		c.kill()
		return output.ErrSilent{Code: output.ExitInterrupted}
	}
}

// startCommand starts the command, if there is one. The session is ready at url.
func (s *Session) startCommand(url string) error {
	if s.child == nil {
		return nil
	}
	err := s.child.start(&s.o.System, s.o.Command.Env(url, s.secret.Secret.Secret, s.o.Log.Dir)...)
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

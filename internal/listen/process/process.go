package process

import (
	"errors"
	"os"
	"os/exec"
	"syscall"
	"time"
)

// Process is a program that was started. If it has its own group, the group includes the processes that it starts.
type Process struct {
	cmd   *exec.Cmd
	group group
	ended chan struct{}
	err   error // how the program ended; set before ended is closed
}

// Start starts a program in a group that signals reach as a whole. Ctrl-C in the terminal does not reach it.
func Start(cmd *exec.Cmd) (*Process, error) {
	ownGroup(cmd)
	return start(cmd)
}

// StartShared starts a program that shares this process's group and terminal. Signals reach the program alone.
func StartShared(cmd *exec.Cmd) (*Process, error) { return start(cmd) }

func start(cmd *exec.Cmd) (*Process, error) {
	p := &Process{cmd: cmd, ended: make(chan struct{})}
	var err error
	if p.group, err = startBound(cmd); err != nil {
		return nil, err
	}
	go func() {
		defer close(p.ended)
		p.err = cmd.Wait()
	}()
	return p, nil
}

// Ended returns a channel that is closed when the program has ended. Processes that it started may still run.
func (p *Process) Ended() <-chan struct{} { return p.ended }

// ExitCode returns the exit code of a program that has ended, as a shell reports it: 128 plus the number of the signal that ended it. It
// returns -1 if the program ended, but its streams could not be read to the end.
func (p *Process) ExitCode() int {
	var exit *exec.ExitError
	switch {
	case p.err == nil:
		return 0
	case !errors.As(p.err, &exit):
		return -1
	case exit.ExitCode() >= 0:
		return exit.ExitCode()
	}
	return 128 + signalNumber(exit.ProcessState)
}

// Signal sends a signal to the program and its group.
func (p *Process) Signal(sig os.Signal) error { return p.group.signal(p.cmd.Process, sig) }

// Kill ends the program and its group at once, and waits for the program.
func (p *Process) Kill() {
	_ = p.Signal(os.Kill) // fails if it has ended
	<-p.ended
}

// Stop sends a signal to the program, and kills it if it has not ended in time.
func (p *Process) Stop(sig os.Signal, grace time.Duration) {
	_ = p.Signal(sig) // fails if it has ended
	timeout := time.NewTimer(grace)
	defer timeout.Stop()
	select {
	case <-p.ended:
	case <-timeout.C:
		p.Kill()
	}
}

const (
	groupInterval = 10 * time.Millisecond // between checks whether a group still has processes: no system reports the end of the last one
	killTimeout   = 2 * time.Second       // for killed processes to be gone, even on a busy machine
)

// StopGroup sends a signal to every process of the group, kills those that have not ended in time, and returns once all are gone. The program
// itself may have ended before. Processes that remain after it get SIGTERM, because shells make background processes ignore SIGINT.
func (p *Process) StopGroup(sig os.Signal, grace time.Duration) {
	_ = p.Signal(sig) // fails if the group is empty
	timeout, tick := time.NewTimer(grace), time.NewTicker(groupInterval)
	defer timeout.Stop()
	defer tick.Stop()
	killed, ended := false, p.ended
	for p.group.isAlive(p.cmd.Process) {
		select {
		case <-tick.C:
		case <-ended:
			if ended = nil; sig != syscall.SIGTERM {
				_ = p.Signal(syscall.SIGTERM) // fails if the group is empty
			}
		case <-timeout.C:
			if killed { // a process that waits for a broken device cannot be killed
				return
			}
			killed = true
			_ = p.Signal(os.Kill) // fails if the group is empty
			timeout.Reset(killTimeout)
		}
	}
	<-p.ended
}

// Close releases what the system keeps for the group. On Windows it ends every process of the group.
func (p *Process) Close() { p.group.close() }

package process

import (
	"context"
	"os"
	"os/exec"
	"syscall"
	"unsafe"

	"golang.org/x/sys/windows"
)

// group is the job object of a program. The job includes the processes that the program starts, and ends with this process.
type group struct {
	job windows.Handle
	own bool // the program leads a console process group, which Ctrl-C does not reach
}

func ownGroup(cmd *exec.Cmd) {
	if cmd.SysProcAttr == nil {
		cmd.SysProcAttr = &syscall.SysProcAttr{}
	}
	cmd.SysProcAttr.CreationFlags |= windows.CREATE_NEW_PROCESS_GROUP
}

func startBound(cmd *exec.Cmd) (group, error) {
	own := cmd.SysProcAttr != nil && cmd.SysProcAttr.CreationFlags&windows.CREATE_NEW_PROCESS_GROUP != 0
	job, err := windows.CreateJobObject(nil, nil)
	if err != nil {
		return group{}, err
	}
	limits := windows.JOBOBJECT_EXTENDED_LIMIT_INFORMATION{}
	limits.BasicLimitInformation.LimitFlags = windows.JOB_OBJECT_LIMIT_KILL_ON_JOB_CLOSE
	_, err = windows.SetInformationJobObject(job, windows.JobObjectExtendedLimitInformation,
		uintptr(unsafe.Pointer(&limits)), uint32(unsafe.Sizeof(limits)))
	if err == nil {
		err = cmd.Start()
	}
	if err != nil {
		_ = windows.CloseHandle(job)
		return group{}, err
	}
	process, err := windows.OpenProcess(windows.PROCESS_SET_QUOTA|windows.PROCESS_TERMINATE, false, uint32(cmd.Process.Pid))
	if err == nil {
		_ = windows.AssignProcessToJobObject(job, process) // fails if the process has ended already
		_ = windows.CloseHandle(process)
	}
	return group{job, own}, nil
}

// signal asks a console process group to end with Ctrl-Break, and ends the job if there is no console, or for os.Kill. The console passes
// Ctrl-C to a program that shares our group.
func (g group) signal(p *os.Process, sig os.Signal) error {
	switch {
	case sig == os.Kill:
	case g.own:
		if windows.GenerateConsoleCtrlEvent(windows.CTRL_BREAK_EVENT, uint32(p.Pid)) == nil {
			return nil
		}
	case sig == os.Interrupt:
		return nil
	}
	return windows.TerminateJobObject(g.job, 1)
}

// jobAccounting is JOBOBJECT_BASIC_ACCOUNTING_INFORMATION.
type jobAccounting struct {
	times                                             [4]int64
	pageFaults, processes, active, terminatedByLimits uint32
}

// isAlive reports whether the job has a process that runs.
func (g group) isAlive(*os.Process) bool {
	var a jobAccounting
	err := windows.QueryInformationJobObject(g.job, windows.JobObjectBasicAccountingInformation,
		uintptr(unsafe.Pointer(&a)), uint32(unsafe.Sizeof(a)), nil)
	return err == nil && a.active > 0
}

func (g group) close() { _ = windows.CloseHandle(g.job) }

// signalNumber returns 0, because no process ends by a signal on Windows.
func signalNumber(*os.ProcessState) int { return 0 }

// Terminate ends a process, because Windows has no way to ask for it.
func Terminate(p *os.Process) error { return p.Kill() }

// Shell returns a command that runs a line in cmd.exe. Its stdin is empty.
func Shell(line string) *exec.Cmd {
	cmd := exec.CommandContext(context.Background(), "cmd")
	cmd.SysProcAttr = &syscall.SysProcAttr{CmdLine: `cmd /s /c "` + line + `"`} // cmd.exe does not parse quotes like other programs
	return cmd
}

package listen

import (
	"os/exec"
	"unsafe"

	"golang.org/x/sys/windows"
)

// startBound starts a program in a job object, which ends with this process and ends the program. The caller calls ended once the program
// has ended.
func startBound(cmd *exec.Cmd) (ended func(), err error) {
	job, err := windows.CreateJobObject(nil, nil)
	if err != nil {
		return nil, err
	}
	closeJob := func() { _ = windows.CloseHandle(job) }
	limits := windows.JOBOBJECT_EXTENDED_LIMIT_INFORMATION{}
	limits.BasicLimitInformation.LimitFlags = windows.JOB_OBJECT_LIMIT_KILL_ON_JOB_CLOSE
	_, err = windows.SetInformationJobObject(job, windows.JobObjectExtendedLimitInformation,
		uintptr(unsafe.Pointer(&limits)), uint32(unsafe.Sizeof(limits))) // the call takes the structure by address
	if err == nil {
		err = cmd.Start()
	}
	if err != nil {
		closeJob()
		return nil, err
	}
	process, err := windows.OpenProcess(windows.PROCESS_SET_QUOTA|windows.PROCESS_TERMINATE, false, uint32(cmd.Process.Pid))
	if err == nil {
		_ = windows.AssignProcessToJobObject(job, process) // fails if the process has ended already
		_ = windows.CloseHandle(process)
	}
	return closeJob, nil
}

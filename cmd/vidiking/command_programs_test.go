package main

import (
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"strconv"
	"strings"
	"syscall"
)

// runSends sends an event through the listen that started it, and succeeds whatever the result: `sends FLAG…`.
func runSends(flags []string) int {
	cmd := exec.Command("vidiking", append([]string{"trigger", "render.complete"}, flags...)...)
	cmd.Stdout, cmd.Stderr = os.Stdout, os.Stderr
	_ = cmd.Run()
	return 0
}

// runEnvironment prints environment variables: `environment NAME…`.
func runEnvironment(names []string) int {
	for _, name := range names {
		fmt.Printf("%s=%s\n", name, os.Getenv(name))
	}
	return 0
}

// runStays writes its process id to a file and runs until it is asked to end. It then exits with code 7: `stays FILE`.
func runStays(args []string) int {
	asked := make(chan os.Signal, 1)
	signal.Notify(asked, os.Interrupt, syscall.SIGTERM)
	if err := writeWhole(args[0], strconv.Itoa(os.Getpid())); err != nil {
		return 1
	}
	<-asked
	fmt.Println("interrupted")
	return 7
}

// isDead reports whether the process whose id is in a file has ended, even if its parent has not noticed yet.
func isDead(pid string) bool {
	stat, err := os.ReadFile("/proc/" + strings.TrimSpace(pid) + "/stat")
	if err != nil {
		return true
	}
	_, after, _ := strings.Cut(string(stat), ") ")
	return strings.HasPrefix(after, "Z")
}

package process

import (
	"bufio"
	"errors"
	"os"
	"os/exec"
	"strings"
	"time"
)

// Output reads the lines that a program and its descendants print.
type Output struct {
	read, write *os.File
	done        chan struct{}
}

// Pipe connects stdout and stderr of a program that is not started yet to one pipe, which keeps their lines in order.
func Pipe(cmd *exec.Cmd) (*Output, error) {
	r, w, err := os.Pipe()
	if err != nil {
		return nil, err
	}
	cmd.Stdout, cmd.Stderr = w, w
	return &Output{read: r, write: w, done: make(chan struct{})}, nil
}

// maxLine is the number of bytes after which a line is split.
const maxLine = 8 << 10

// Read calls do with each line, in the background, until every process that can write to the pipe has ended. The program must have been
// started, or have failed to start.
func (o *Output) Read(do func(line string)) {
	_ = o.write.Close() // the program has its own copy
	go func() {
		defer close(o.done)
		r := bufio.NewReaderSize(o.read, maxLine)
		for {
			text, err := r.ReadSlice('\n')
			for _, line := range strings.FieldsFunc(string(text), func(c rune) bool { return c == '\n' || c == '\r' }) {
				do(withoutStyles(line))
			}
			if err != nil && !errors.Is(err, bufio.ErrBufferFull) {
				return
			}
		}
	}()
}

// leftoverTimeout limits the wait for a process that left the group and still has the pipe open.
const leftoverTimeout = 200 * time.Millisecond

// Close waits until all lines are read, and closes the pipe. The group must have ended.
func (o *Output) Close() {
	timeout := time.NewTimer(leftoverTimeout)
	defer timeout.Stop()
	select {
	case <-o.done:
	case <-timeout.C:
	}
	_ = o.read.Close() // ends a read that still waits
}

// withoutStyles removes the escape sequences with which programs color text and move the cursor (ECMA-48, CSI). Without this, they would
// be shown as symbols.
func withoutStyles(line string) string {
	var b strings.Builder
	for {
		before, after, found := strings.Cut(line, "\x1b[")
		b.WriteString(before)
		if !found {
			return b.String()
		}
		end := strings.IndexFunc(after, func(c rune) bool { return c < ' ' || c > '?' })
		if end < 0 {
			return b.String()
		}
		if c := after[end]; c >= '@' && c <= '~' {
			end++
		}
		line = after[end:]
	}
}

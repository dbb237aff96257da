package testkit

import (
	"bytes"
	"context"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"
)

// App is a program that serves HTTP with a web framework, such as a handler in another language. In its arguments, PORT is replaced by the port
// to listen on, and DIR by the directory that the program runs in.
type App struct {
	Dir     string   // the directory with its files, which are copied
	Modules []string // directories of npm packages; the first that exists is used
	Needs   []string // a command that succeeds if everything is installed
	Run     []string
	Env     []string // added to PATH and HOME
}

// Start runs the app on a free port until the test ends. It returns the address, as a URL, and the directory of the copy. It skips the test
// if the app needs something that is not installed.
func (a App) Start(t *testing.T) (base, dir string) {
	t.Helper()
	source, err := filepath.Abs(a.Dir)
	if err != nil {
		t.Fatal(err)
	}
	dir = t.TempDir()
	port := freePort(t)
	fill := strings.NewReplacer("PORT", port, "DIR", dir)
	copyFiles(t, source, dir, fill)
	for _, modules := range a.Modules {
		from, err := filepath.Abs(modules)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := os.Stat(from); err != nil {
			continue
		}
		if err := os.Symlink(from, filepath.Join(dir, "node_modules")); err != nil {
			t.Fatal(err)
		}
		break
	}
	command := func(words []string) *exec.Cmd {
		filled := make([]string, len(words))
		for i, w := range words {
			filled[i] = fill.Replace(w)
		}
		c := exec.CommandContext(t.Context(), filled[0], filled[1:]...)
		c.Dir, c.Env = dir, append([]string{"PATH=" + os.Getenv("PATH"), "HOME=" + dir}, a.Env...)
		return c
	}
	if out, err := command(a.Needs).CombinedOutput(); err != nil {
		t.Skipf("%q fails, so something is not installed: %v: %.300s", a.Needs, err, out)
	}
	c := command(a.Run)
	var out bytes.Buffer
	c.Stdout, c.Stderr, c.WaitDelay = &out, &out, time.Second
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	go func() { _ = c.Wait(); stop() }()
	t.Cleanup(func() { _ = c.Process.Kill(); <-ctx.Done() })
	for ctx.Err() == nil {
		if conn, err := (&net.Dialer{Timeout: time.Second}).DialContext(ctx, "tcp", "127.0.0.1:"+port); err == nil {
			_ = conn.Close()
			return "http://127.0.0.1:" + port, dir
		}
		select {
		case <-ctx.Done():
		case <-time.After(20 * time.Millisecond):
		}
	}
	t.Fatalf("%q ended: %s", a.Run, out.String())
	return "", ""
}

// copyFiles copies the files of a directory, and no subdirectories. Configuration files have PORT and DIR replaced.
func copyFiles(t *testing.T, from, to string, fill *strings.Replacer) {
	t.Helper()
	entries, err := os.ReadDir(from)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		if !e.Type().IsRegular() {
			continue
		}
		text, err := os.ReadFile(filepath.Join(from, e.Name()))
		if err == nil && filepath.Ext(e.Name()) == ".conf" {
			text = []byte(fill.Replace(string(text)))
		}
		if err == nil {
			err = os.WriteFile(filepath.Join(to, e.Name()), text, 0o600)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
}

func freePort(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = l.Close() }()
	return strconv.Itoa(l.Addr().(*net.TCPAddr).Port)
}

package main

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"net/http"
	"os"
	"os/exec"
	"os/signal"
	"strconv"
	"syscall"
	"time"

	"github.com/vidiking/vidiking-cli/internal/session"
)

// runPretend is a fake listen that misbehaves: `pretend ANSWER DIR` announces a session in a data directory. It responds with a
// code; or closes connections (reset); or accepts none (gone), until it is interrupted.
func runPretend(args []string) int {
	answer, dir := args[0], args[1]
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	ln, err := listenKept(ctx)
	if err != nil {
		return 1
	}
	info, err := session.NewInfo(rand.Reader)
	if err != nil {
		return 1
	}
	s := session.New(dir, info)
	err = s.Announce(func(i *session.Info) {
		i.URL, i.Forward, i.State = "http://"+ln.Addr().String()+"/webhooks/vidiking", "http://localhost:3000/webhooks/vidiking", session.StateReady
	})
	if err != nil {
		return 1
	}
	defer func() { _ = s.Close() }()
	server := &http.Server{ReadHeaderTimeout: 10 * time.Second, Handler: http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		code, err := strconv.Atoi(answer)
		if err != nil {
			panic(http.ErrAbortHandler)
		}
		w.WriteHeader(code)
	})}
	if answer == "gone" {
		_ = ln.Close()
		<-ctx.Done()
		return 0
	}
	go func() {
		<-ctx.Done()
		_ = server.Close()
	}()
	if err := server.Serve(ln); !errors.Is(err, http.ErrServerClosed) {
		return 1
	}
	return 0
}

// runRedirected runs a program with other streams: `redirected IN OUT PROGRAM…`; - keeps a stream.
func runRedirected(args []string) int {
	cmd := exec.Command(args[2], args[3:]...)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = os.Stdin, os.Stdout, os.Stderr
	if args[0] != "-" {
		in, err := os.Open(args[0])
		if err != nil {
			return 99
		}
		defer func() { _ = in.Close() }()
		cmd.Stdin = in
	}
	if args[1] != "-" {
		out, err := os.OpenFile(args[1], os.O_WRONLY, 0)
		if err != nil {
			return 99
		}
		defer func() { _ = out.Close() }()
		cmd.Stdout = out
	}
	return codeOf(cmd.Run())
}

// runDetached runs a program without a terminal: `detached PROGRAM…`.
func runDetached(args []string) int {
	cmd := exec.Command(args[0], args[1:]...)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = new(bytes.Buffer), os.Stdout, os.Stderr
	detach(cmd)
	return codeOf(cmd.Run())
}

func codeOf(err error) int {
	var exit *exec.ExitError
	switch {
	case errors.As(err, &exit):
		return exit.ExitCode()
	case err != nil:
		return 99
	}
	return 0
}

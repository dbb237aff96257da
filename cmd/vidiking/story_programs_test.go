package main

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"syscall"
	"time"

	"github.com/vidiking/vidiking-cli/internal/signature"
	"github.com/vidiking/vidiking-cli/internal/testkit"
	"github.com/vidiking/vidiking-cli/internal/webhook"
)

// runHandler is a developer's handler: `handler MODE FILE` serves on a free loopback port, or on the port in FILE if it has one, until it
// is interrupted. It writes its address to FILE and the last body to FILE.body.
func runHandler(args []string) int {
	mode, file := args[0], args[1]
	ends := []os.Signal{os.Interrupt, syscall.SIGTERM}
	if mode == "stubborn" {
		ends = ends[:1]
		signal.Ignore(syscall.SIGTERM)
	}
	ctx, stop := signal.NotifyContext(context.Background(), ends...)
	defer stop()
	ln, err := listenAt(ctx, file)
	if err != nil {
		_, _ = fmt.Fprintln(os.Stderr, err)
		return 1
	}
	server := &http.Server{Handler: handlerMode(ctx, mode, file), ReadHeaderTimeout: 10 * time.Second}
	go func() {
		<-ctx.Done()
		_ = server.Close()
	}()
	if err := writeWhole(file, ln.Addr().String()); err != nil {
		return 1
	}
	if err := server.Serve(ln); !errors.Is(err, http.ErrServerClosed) {
		return 1
	}
	return 0
}

// runFirstLine runs a command, reads the first line of its output, writes it to a file and closes the pipe: `firstline FILE COMMAND…`.
func runFirstLine(args []string) int {
	cmd := exec.Command(args[1], args[2:]...)
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	if err != nil || cmd.Start() != nil {
		return 1
	}
	interrupted := make(chan os.Signal, 1)
	signal.Notify(interrupted, os.Interrupt)
	go func() { _ = cmd.Process.Signal(<-interrupted) }()
	line, err := bufio.NewReaderSize(out, 16).ReadString('\n')
	if errors.Join(err, out.Close(), writeWhole(args[0], line)) != nil {
		return 1
	}
	if cmd.Wait() != nil {
		return 1
	}
	return 0
}

// runUnread runs a command and never reads its output: `unread FILE COMMAND…`. It passes interrupts on.
func runUnread(args []string) int {
	cmd := exec.Command(args[1], args[2:]...)
	out, err := cmd.StdoutPipe()
	if err != nil || cmd.Start() != nil {
		return 1
	}
	defer func() { _ = out.Close() }()
	interrupted := make(chan os.Signal, 2)
	signal.Notify(interrupted, os.Interrupt)
	go func() {
		for s := range interrupted {
			_ = cmd.Process.Signal(s)
		}
	}()
	if _, err := cmd.Process.Wait(); err != nil {
		return 1
	}
	return 1
}

// writeWhole writes a file atomically, so a process that waits for it never reads half of it.
func writeWhole(name, text string) error {
	f, err := os.CreateTemp(filepath.Dir(name), filepath.Base(name)+".tmp")
	if err != nil {
		return err
	}
	_, err = f.WriteString(text)
	if err := errors.Join(err, f.Close()); err != nil {
		return err
	}
	return os.Rename(f.Name(), name)
}

func handlerMode(ctx context.Context, mode, file string) http.HandlerFunc {
	secret := webhook.SecretFrom(os.Getenv("VIDIKING_WEBHOOK_SECRET"))
	return func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			return
		}
		if writeWhole(file+".body", string(body)) != nil {
			return
		}
		sig := r.Header.Get(webhook.SignatureHeader)
		switch mode {
		case "verify", "bare":
			style := signature.StylePrefixed
			if mode == "bare" {
				style = signature.StyleBare
			}
			if sig != signature.Sign(secret, body, style) {
				http.Error(w, `{"error":"invalid signature"}`, http.StatusUnauthorized)
				return
			}
		case "correct":
			r.Body = io.NopCloser(bytes.NewReader(body))
			testkit.VerifyEither(secret.Reveal()).ServeHTTP(w, r)
			return
		case "slow":
			select {
			case <-ctx.Done():
			case <-r.Context().Done():
			}
			return
		case "crash":
			panic(http.ErrAbortHandler)
		case "csrf":
			w.Header().Set("Content-Type", "text/html")
			w.WriteHeader(http.StatusForbidden)
			_, _ = io.WriteString(w, "<title>403 Forbidden</title><h1>Forbidden <span>(403)</span></h1><p>CSRF verification failed. Request aborted.</p>")
			return
		case "gzip":
			w.Header().Set("Content-Encoding", "gzip")
			w.WriteHeader(http.StatusUnprocessableEntity)
			z := gzip.NewWriter(w)
			_, _ = io.WriteString(z, `{"error":"unknown field data.urll"}`)
			_ = z.Close()
			return
		case "redirect":
			http.Redirect(w, r, "/login", http.StatusFound)
			return
		default:
			var code int
			if _, err := fmt.Sscan(mode, &code); err == nil {
				w.WriteHeader(code)
			}
		}
		_, _ = io.WriteString(w, `{"received":true}`)
	}
}

package main

import (
	"context"
	"math/rand/v2"
	"net"
	"os"
	"os/signal"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// listenAt listens at the address in a file. If the file has none yet, it listens on a port that no other process gets while it is unused.
func listenAt(ctx context.Context, file string) (net.Listener, error) {
	b, err := os.ReadFile(file)
	if err != nil || len(b) == 0 {
		return listenKept(ctx)
	}
	return listenOnce(ctx, strings.TrimSpace(string(b)))
}

// listenOnce listens at an address as soon as the process that uses it has released it.
func listenOnce(ctx context.Context, address string) (net.Listener, error) {
	for {
		ln, err := listen(ctx, address)
		if err == nil {
			return ln, nil
		}
		select {
		case <-time.After(20 * time.Millisecond):
		case <-ctx.Done():
			return nil, err
		}
	}
}

// Systems choose ephemeral ports above these numbers: from 32768 on Linux (ip(7), ip_local_port_range), from 49152 on other
// systems (RFC 6335, 6).
const (
	firstKept = 15000
	lastKept  = 32000
)

// listenKept listens on a port outside the ephemeral range, so the listener can stop and start again without losing the
// port.
func listenKept(ctx context.Context) (ln net.Listener, err error) {
	for range 100 { // a port may be in use
		ln, err = listen(ctx, "127.0.0.1:"+strconv.Itoa(firstKept+rand.IntN(lastKept-firstKept)))
		if err == nil {
			return ln, nil
		}
	}
	return nil, err
}

// runOccupied occupies an address, writes a file once it does, and runs until it is interrupted: `occupied ADDRESS FILE`. A parallel test may
// hold the address for a while.
func runOccupied(args []string) int {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	timed, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	if ln, err := listenOnce(timed, args[0]); err == nil {
		defer func() { _ = ln.Close() }()
	}
	if writeWhole(args[1], args[0]) != nil {
		return 1
	}
	<-ctx.Done()
	return 0
}

func listen(ctx context.Context, address string) (net.Listener, error) {
	var lc net.ListenConfig
	return lc.Listen(ctx, "tcp", address)
}

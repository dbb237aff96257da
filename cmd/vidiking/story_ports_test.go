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

// listenAt listens at the address that a file has; where it has none yet, on a port that nobody else is given while nobody listens there.
func listenAt(ctx context.Context, file string) (net.Listener, error) {
	b, err := os.ReadFile(file)
	if err != nil || len(b) == 0 {
		return listenKept(ctx)
	}
	return listenOnce(ctx, strings.TrimSpace(string(b)))
}

// listenOnce listens at an address once who has it has let go of it.
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

// The ports that systems give to whom it is all the same begin above these: at 32768 on Linux (ip(7), ip_local_port_range), at 49152
// elsewhere (RFC 6335, 6).
const (
	firstKept = 15000
	lastKept  = 32000
)

// listenKept listens on a port that no system gives to anybody by itself, so that who listens there can go and come back: meanwhile
// nobody else has it.
func listenKept(ctx context.Context) (ln net.Listener, err error) {
	for range 100 { // one may be taken
		ln, err = listen(ctx, "127.0.0.1:"+strconv.Itoa(firstKept+rand.IntN(lastKept-firstKept)))
		if err == nil {
			return ln, nil
		}
	}
	return nil, err
}

// runOccupied has an address, and writes a file once it does, until it is interrupted: `occupied ADDRESS FILE`. Tests beside it may have
// it for a while; who has it longer will keep it.
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

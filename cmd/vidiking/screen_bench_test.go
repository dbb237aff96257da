//go:build !windows

package main

import (
	"slices"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"
)

// How long a screen is measured at a time, and how much is sent.
const (
	screenTime        = 4 * time.Second
	screenRate        = 500
	screenConnections = 8
	screenKeys        = 40
)

// BenchmarkScreen compares listen with a screen with listen that prints lines, each on a terminal of its own: CPU a delivery under 500 a
// second and as fast as they are answered, deliveries a second, and how long it takes from a key to its frame under 500 a second.
func BenchmarkScreen(b *testing.B) {
	vidiking := buildRelease(b)
	for _, load := range []struct {
		name string
		pace time.Duration
	}{{"500", time.Second / screenRate}, {"flood", 0}} {
		b.Run(load.name, func(b *testing.B) {
			var cpu, wall ratios
			var keys []time.Duration
			for b.Loop() {
				plain := screenRun(b, vidiking, load.pace, nil)
				screen := screenRun(b, vidiking, load.pace, &keys, "--tui")
				cpu.add(screen.cpu, plain.cpu)
				wall.add(plain.wall, screen.wall) // the other way round: deliveries a second
			}
			b.ReportMetric(cpu.median(), "cpu-ratio")
			b.ReportMetric(wall.median(), "throughput-ratio")
			b.ReportMetric(0, "ns/op")
			if len(keys) > 0 {
				slices.Sort(keys)
				b.ReportMetric(float64(keys[len(keys)/2])/1e6, "key-p50-ms")
				b.ReportMetric(float64(keys[len(keys)*99/100])/1e6, "key-p99-ms")
			}
		})
	}
}

// screenRun is what a delivery took of a listen on a terminal. Where keys is given and the load has a pace, it presses some meanwhile.
func screenRun(b *testing.B, vidiking string, pace time.Duration, keys *[]time.Duration, flags ...string) usage {
	b.Helper()
	w, handler := newWorld(b), startHandler(b, nil)
	x := w.sitAt(b, vidiking, 120, 40, append([]string{"listen", "--addr", "127.0.0.1:0", "--forward", handler.handler()}, flags...)...)
	l := &listening{process: &process{tb: b, cmd: x.cmd, ended: x.ended}, dir: w.dir}
	x.until("listen is announced", l.announced)
	var next atomic.Int64
	senders := dialAll(b, l.url, screenConnections)
	sendWhile(b, senders, &next, upTo(200)) // so that there is something to move in
	start := time.Now()
	var due atomic.Int64
	more := func() bool {
		if pace > 0 {
			<-time.After(time.Until(start.Add(time.Duration(due.Add(1)) * pace)))
		}
		return time.Since(start) < screenTime
	}
	pressed := make(chan struct{})
	go func() {
		defer close(pressed)
		if keys != nil && pace > 0 {
			*keys = append(*keys, pressKeys(x)...)
		}
	}()
	sent := sendWhile(b, senders, &next, more)
	took := time.Since(start)
	<-pressed
	if err := x.cmd.Process.Signal(syscall.SIGINT); err != nil {
		b.Fatal(err)
	}
	<-x.ended
	state := x.cmd.ProcessState
	return usage{wall: took / time.Duration(sent), cpu: (state.UserTime() + state.SystemTime()) / time.Duration(sent)}
}

// pressKeys moves the cursor and measures how long that takes to show.
func pressKeys(x *typist) (took []time.Duration) {
	for range screenKeys {
		before := cursorLine(x.text())
		pressed := time.Now()
		x.types("k")
		for cursorLine(x.text()) == before && time.Since(pressed) < time.Second {
			<-time.After(200 * time.Microsecond)
		}
		took = append(took, time.Since(pressed))
		<-time.After(50 * time.Millisecond)
	}
	return took[1:] // the first one leaves the end, which runs on
}

func cursorLine(screen string) string {
	for line := range strings.Lines(screen) {
		if strings.HasPrefix(line, "▌") {
			return line
		}
	}
	return ""
}

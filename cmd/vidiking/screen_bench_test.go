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

// The duration of each measurement, and the number of deliveries.
const (
	screenTime        = 4 * time.Second
	screenRate        = 500
	screenConnections = 8
	screenKeys        = 40
)

// BenchmarkScreen compares a listen with a screen and a listen that prints lines, each on a terminal: CPU per delivery at 500 per second and at
// full speed, deliveries per second, and the time from a key press to its frame at 500 per second.
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
				wall.add(plain.wall, screen.wall) // inverted, because it is deliveries per second
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

// screenRun is the cost of a delivery for a listen on a terminal. If keys is set and the load has a rate, it presses some keys meanwhile.
func screenRun(b *testing.B, vidiking string, pace time.Duration, keys *[]time.Duration, flags ...string) usage {
	b.Helper()
	w, handler := newTestHome(b), startHandler(b, nil)
	x := w.sitAt(b, vidiking, 120, 40, append([]string{"listen", "--addr", "127.0.0.1:0", "--forward", handler.handler()}, flags...)...)
	l := &listening{process: &process{tb: b, cmd: x.cmd, ended: x.ended}, dir: w.dir}
	x.until("listen is announced", l.announced)
	var next atomic.Int64
	senders := dialAll(b, l.url, screenConnections)
	sendWhile(b, senders, &next, upTo(200)) // rows to move in
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

// pressKeys moves the cursor and measures the time until the screen shows it.
func pressKeys(x *ptySession) (took []time.Duration) {
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
	return took[1:] // the first key leaves the end of the list, which keeps moving
}

func cursorLine(screen string) string {
	for line := range strings.Lines(screen) {
		if strings.HasPrefix(line, "▌") {
			return line
		}
	}
	return ""
}

package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"testing"
	"time"
)

// The benchmarks of this package measure the program as users run it: as separate processes of the release binary. They report ratios to
// a peer that is measured alternately in the same run, so the speed and the load of the machine matter little. docs/performance.md has the
// expected values.

// BenchmarkStart compares brief commands with a Go program that does nothing.
func BenchmarkStart(b *testing.B) {
	w, vidiking := newTestHome(b), buildRelease(b)
	empty := buildEmpty(b)
	for _, c := range []struct {
		name string
		args []string
	}{
		{"version", []string{"version"}}, {"help", []string{"--help"}}, {"complete", []string{"__complete", "trigger", ""}},
	} {
		b.Run(c.name, func(b *testing.B) {
			var wall, cpu ratios
			for b.Loop() {
				for range pairs {
					a, none := w.timed(b, vidiking, c.args...), w.timed(b, empty)
					wall.add(a.wall, none.wall)
					cpu.add(a.cpu, none.cpu)
				}
			}
			wall.report(b, "", time.Microsecond, "µs")
			b.ReportMetric(cpu.median(), "cpu-ratio")
		})
	}
	b.Run("size", func(b *testing.B) {
		info, err := os.Stat(vidiking)
		if err != nil {
			b.Fatal(err)
		}
		b.ReportMetric(float64(info.Size())/1e6, "MB")
		b.ReportMetric(0, "ns/op")
	})
}

// pairs is the number of pairs of runs per iteration: enough for a median even if -benchtime asks for one iteration.
const pairs = 15

// buildRelease builds the binary in the same way as a release.
func buildRelease(b *testing.B) string {
	b.Helper()
	return build(b, ".")
}

// buildEmpty builds a program that does nothing, in the same way.
func buildEmpty(b *testing.B) string {
	b.Helper()
	source := filepath.Join(b.TempDir(), "empty.go")
	if err := os.WriteFile(source, []byte("package main\n\nfunc main() {}\n"), 0o600); err != nil {
		b.Fatal(err)
	}
	return build(b, source)
}

func build(b *testing.B, source string) string {
	b.Helper()
	to := filepath.Join(b.TempDir(), "program")
	cmd := exec.CommandContext(b.Context(), "go", "build", "-trimpath", "-ldflags=-s -w", "-o", to, source)
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := cmd.CombinedOutput(); err != nil {
		b.Fatalf("build %s: %v\n%s", source, err, out)
	}
	return to
}

// usage is the time and memory used by one run of a program.
type usage struct{ wall, cpu time.Duration }

// timed runs a program to its end, and fails unless it succeeds.
func (w *testHome) timed(b *testing.B, program string, args ...string) usage {
	b.Helper()
	cmd := exec.CommandContext(b.Context(), program, args...)
	cmd.Env, cmd.Dir = w.environment(), w.home
	start := time.Now()
	if err := cmd.Run(); err != nil {
		b.Fatalf("%s %q: %v", program, args, err)
	}
	return usage{time.Since(start), cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime()}
}

// ratios compares two programs that are measured alternately, in pairs. It reports medians, which ignore moments of other load on the
// machine.
type ratios struct{ own, peer, each []float64 }

func (r *ratios) add(own, peer time.Duration) {
	r.own, r.peer = append(r.own, float64(own)), append(r.peer, float64(peer))
	r.each = append(r.each, float64(own)/float64(peer))
}

func (r *ratios) median() float64 { return median(r.each) }

// report reports the ratio and both values in a unit.
func (r *ratios) report(b *testing.B, name string, unit time.Duration, unitName string) {
	b.Helper()
	b.ReportMetric(r.median(), name+"ratio")
	b.ReportMetric(median(r.own)/float64(unit), name+unitName)
	b.ReportMetric(median(r.peer)/float64(unit), name+"peer-"+unitName)
	b.ReportMetric(0, "ns/op") // the time of both together is meaningless
}

func median(of []float64) float64 {
	sorted := slices.Sorted(slices.Values(of))
	return sorted[len(sorted)/2]
}

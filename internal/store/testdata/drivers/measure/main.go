// Command measure builds each program of cmd, runs it, and prints a table of medians. Run it from the module's directory.
package main

import (
	"bufio"
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"
)

const (
	startRounds = 200
	workRounds  = 7
)

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run() error {
	dir, err := os.MkdirTemp("", "drivers")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	names := []string{"empty", "none", "modernc-database-sql", "modernc-driver", "modernc-zombiezen", "ncruces-database-sql", "ncruces"}
	figures := map[string][]float64{}
	for _, name := range names {
		if err := build(dir, name, figures); err != nil {
			return err
		}
	}
	for range startRounds {
		for _, name := range names {
			took, err := timed(filepath.Join(dir, name), "version")
			if err != nil {
				return err
			}
			figures[name+" start_ms"] = append(figures[name+" start_ms"], took)
		}
	}
	for range workRounds {
		for _, name := range names[2:] {
			if err := work(dir, name, figures); err != nil {
				return fmt.Errorf("%s: %w", name, err)
			}
		}
	}
	table(names, figures)
	return nil
}

func build(dir, name string, figures map[string][]float64) error {
	for _, target := range []string{"linux/amd64", "linux/arm64", "darwin/amd64", "darwin/arm64", "windows/amd64", "windows/arm64", ""} {
		c := exec.Command("go", "build", "-trimpath", "-ldflags", "-s -w", "-o", filepath.Join(dir, name), "./cmd/"+name)
		c.Env = append(os.Environ(), "CGO_ENABLED=0")
		if goos, goarch, ok := strings.Cut(target, "/"); ok {
			c.Env = append(c.Env, "GOOS="+goos, "GOARCH="+goarch)
		}
		if out, err := c.CombinedOutput(); err != nil {
			return fmt.Errorf("build %s for %s: %w\n%s", name, target, err, out)
		}
	}
	info, err := os.Stat(filepath.Join(dir, name))
	figures[name+" size_mb"] = []float64{float64(info.Size()) / 1e6}
	return err
}

func timed(command string, args ...string) (ms float64, err error) {
	began := time.Now()
	err = exec.Command(command, args...).Run()
	return time.Since(began).Seconds() * 1000, err
}

func work(dir, name string, figures map[string][]float64) error {
	data, err := os.MkdirTemp(dir, "data")
	if err != nil {
		return err
	}
	defer os.RemoveAll(data)
	command := filepath.Join(dir, name)
	for _, role := range []string{"writes", "two", "large"} {
		out, err := exec.Command(command, role, data).CombinedOutput()
		if err != nil {
			return fmt.Errorf("%s: %w\n%s", role, err, out)
		}
		for lines := bufio.NewScanner(bytes.NewReader(out)); lines.Scan(); {
			if key, text, ok := strings.Cut(lines.Text(), " "); ok {
				value, err := strconv.ParseFloat(text, 64)
				if err != nil {
					return err
				}
				figures[name+" "+key] = append(figures[name+" "+key], value)
			}
		}
	}
	for role, file := range map[string]string{"one": "one.db", "open": "writes.db"} {
		took, err := timed(command, role, filepath.Join(data, file))
		if err != nil {
			return err
		}
		figures[name+" "+role+"_ms"] = append(figures[name+" "+role+"_ms"], took)
	}
	return nil
}

func table(names []string, figures map[string][]float64) {
	columns := []string{"size_mb", "start_ms", "one_ms", "open_ms", "write_1_us", "write_16_us", "two_us", "reader_lists_per_s",
		"reader_slowest_ms", "write_rss_kb", "large_rss_kb"}
	fmt.Println("|  | " + strings.Join(columns, " | ") + " |")
	fmt.Println("|" + strings.Repeat(" --- |", len(columns)+1))
	for _, name := range names {
		row := "| " + name
		for _, c := range columns {
			row += " | " + median(figures[name+" "+c])
		}
		fmt.Println(row + " |")
	}
}

func median(values []float64) string {
	if len(values) == 0 {
		return ""
	}
	slices.Sort(values)
	return strconv.FormatFloat(values[len(values)/2], 'f', 1, 64)
}

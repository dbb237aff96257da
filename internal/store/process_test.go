package store

import (
	"bufio"
	"context"
	"errors"
	"flag"
	"math/rand/v2"
	"os/exec"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/vidiking/vidiking-cli/internal/webhook"
)

var kills = flag.Int("kills", 20, "how often TestKilledProcessLosesNothingItAcknowledged kills a process")

// Each delivery that a killed process has acknowledged is in the log once, and the log is intact. Two processes write until
// they are killed, and a reader opens the log again and again, so it sometimes meets a journal that nobody has recovered.
func TestKilledProcessLosesNothingItAcknowledged(t *testing.T) {
	dir := t.TempDir()
	random := rand.New(rand.NewPCG(uint64(time.Now().UnixNano()), 0))
	var acknowledged []webhook.ID
	stop, reading := make(chan struct{}), sync.WaitGroup{}
	reading.Go(func() { openUntil(t, stop, dir) })
	for i := range *kills {
		var children [2]*exec.Cmd
		var lines [2]*bufio.Scanner
		for k := range children {
			child, out := startRole(t, "write", dir, 2*i+k, 1<<30)
			children[k], lines[k] = child, bufio.NewScanner(out)
		}
		for k, child := range children {
			acknowledged = append(acknowledged, idLines(lines[k], random.IntN(200))...) // 0: it is killed while it opens the log
			if err := child.Process.Kill(); err != nil {
				t.Fatal(err)
			}
			acknowledged = append(acknowledged, idLines(lines[k], 1<<30)...) // the ids that it printed before it was killed
			_ = child.Wait()                                                 // the error is that it was killed
		}
	}
	close(stop)
	reading.Wait()
	r := openReader(t, dir)
	found := map[webhook.ID]bool{}
	for _, id := range list(t, r, Query{}) {
		if found[id] {
			t.Errorf("%s is in the log twice", id)
		}
		found[id] = true
	}
	for _, id := range acknowledged {
		if !found[id] {
			t.Errorf("%s was acknowledged but is not in the log", id)
		}
	}
	t.Logf("%d kills, %d acknowledged, %d in the log", *kills, len(acknowledged), len(found))
	checkIntegrity(t, dir)
	closeLog(t, openLog(t, dir, Options{})) // it can be opened for writing
	if whole, err := r.Count(t.Context(), Query{}); err != nil || whole != len(found) {
		t.Errorf("Count got %d, %v, want %d", whole, err, len(found))
	}
	eachIsWhole(t, r)
}

// openUntil opens and reads the log again and again until stop is closed.
func openUntil(t *testing.T, stop <-chan struct{}, dir string) {
	for {
		select {
		case <-stop:
			return
		default:
		}
		r, err := OpenReader(t.Context(), dir)
		if errors.Is(err, ErrNoLog) {
			continue
		}
		if err != nil {
			t.Errorf("OpenReader: %v", err)
			return
		}
		if _, err := r.Count(t.Context(), Query{}); err != nil {
			t.Errorf("Count: %v", err)
		}
		if err := r.Close(); err != nil {
			t.Errorf("Close: %v", err)
		}
	}
}

// eachIsWhole checks that every delivery has its complete body, header and attempts.
func eachIsWhole(t *testing.T, r *Reader) {
	t.Helper()
	err := r.Each(t.Context(), Query{}, func(d webhook.Delivery) error {
		if int64(len(d.Body)) != d.BodyBytes || len(d.Header) != 5 || len(d.History) != d.Attempts {
			t.Errorf("%s is incomplete: %d of %d bytes, %d header fields, %d of %d attempts",
				d.ID, len(d.Body), d.BodyBytes, len(d.Header), len(d.History), d.Attempts)
		}
		return nil
	})
	if err != nil {
		t.Errorf("Each: %v", err)
	}
}

func TestFollowAcrossProcesses(t *testing.T) {
	dir := t.TempDir()
	closeLog(t, openLog(t, dir, Options{}))
	r := openReader(t, dir)
	const count = 300
	child, out := startRole(t, "write", dir, 1, count)
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	recorded, attempted := map[webhook.ID]bool{}, map[webhook.ID]bool{}
	for cursor := int64(0); len(recorded) < count || len(attempted) < count; {
		if err := r.Wait(ctx, cursor); err != nil {
			t.Fatalf("Wait(%d): %v; %d recorded and %d attempted so far", cursor, err, len(recorded), len(attempted))
		}
		for _, ch := range changes(t, r, cursor, 7) {
			if ch.Seq < cursor {
				t.Errorf("change %d comes after %d", ch.Seq, cursor)
			}
			cursor = ch.Seq
			switch ch.Kind {
			case ChangeRecorded:
				recorded[ch.Summary.ID] = true
			case ChangeAttempted:
				attempted[ch.Summary.ID] = true
			default:
				t.Errorf("a change of kind %d", ch.Kind)
			}
		}
	}
	for _, id := range idLines(bufio.NewScanner(out), count) {
		if !recorded[id] || !attempted[id] {
			t.Errorf("the changes of %s are missing", id)
		}
	}
	if err := child.Wait(); err != nil {
		t.Errorf("the child: %v", err)
	}
}

func TestTwoWritersAndReadersAtOnce(t *testing.T) {
	dir := t.TempDir()
	l := openLog(t, dir, Options{})
	const count = 500
	var children []*exec.Cmd
	var outs []*bufio.Scanner
	for seed := range 2 {
		child, out := startRole(t, "write", dir, seed+1, count)
		children, outs = append(children, child), append(outs, bufio.NewScanner(out))
	}
	stop := make(chan struct{})
	done := make(chan error, 2)
	for range 2 {
		r := openReader(t, dir)
		go func() { done <- readUntil(stop, r) }()
	}
	own, src := []webhook.ID{}, newSource(99)
	for range count {
		d := src.next()
		record(t, l, d)
		own = append(own, d.ID)
	}
	for i, child := range children {
		own = append(own, idLines(outs[i], count)...)
		if err := child.Wait(); err != nil {
			t.Errorf("the child: %v", err)
		}
	}
	close(stop)
	for range 2 {
		if err := <-done; err != nil {
			t.Errorf("a reader: %v", err)
		}
	}
	got := list(t, l.Reader(), Query{})
	slices.Sort(got)
	slices.Sort(own)
	if !slices.Equal(got, own) || len(got) != 3*count {
		t.Errorf("%d in the log, %d acknowledged, want the same %d", len(got), len(own), 3*count)
	}
	checkIntegrity(t, dir)
}

// readUntil reads in several ways until stop is closed, and returns an error if the number of deliveries falls.
func readUntil(stop <-chan struct{}, r *Reader) error {
	ctx, seen := context.Background(), 0
	for {
		select {
		case <-stop:
			return nil
		default:
		}
		count, err := r.Count(ctx, Query{})
		if err != nil {
			return err
		}
		if count < seen {
			return errors.New("deliveries have vanished")
		}
		seen = count
		newest, err := r.List(ctx, Query{Limit: 1})
		if err != nil {
			return err
		}
		if len(newest) == 1 {
			if _, err := r.Get(ctx, newest[0].ID); err != nil {
				return err
			}
		}
	}
}

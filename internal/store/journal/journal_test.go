package journal

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
)

var testIdentity = Identity{1, 2, 3}

// payloads reads all chunks, from memory and from the file.
func payloads(t *testing.T, b *Backlog) (all []string) {
	t.Helper()
	for _, c := range b.chunks {
		var fromFile []string
		read := func(into *[]string) func(Position, []byte) error {
			return func(_ Position, p []byte) error { *into = append(*into, string(p)); return nil }
		}
		if err := c.read(Position{}, read(&all)); err != nil {
			t.Fatal(err)
		}
		c.data = nil
		if err := c.read(Position{}, read(&fromFile)); err != nil {
			t.Fatal(err)
		}
		if !slices.Equal(all[len(all)-len(fromFile):], fromFile) {
			t.Errorf("the file has %q, want %q", fromFile, all[len(all)-len(fromFile):])
		}
	}
	return all
}

func createWriter(t *testing.T, dir string) (*Writer, *Backlog) {
	t.Helper()
	all := NewBacklog(make(chan struct{}, 1), Batch{Frames: 1000, Bytes: 4 << 20})
	w, err := Create(t.Context(), dir, testIdentity, all)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = w.Close() })
	return w, all
}

func appendAll(t *testing.T, w *Writer, payloads ...string) {
	t.Helper()
	for _, p := range payloads {
		if err := w.Append([]byte(p[:1]), []byte(p[1:])); err != nil {
			t.Fatal(err)
		}
	}
}

// recovered recovers the dead journals in dir and returns their payloads.
func recovered(t *testing.T, dir string) (all []string) {
	t.Helper()
	err := Recover(t.Context(), dir, func(d *Dead) error {
		if d.Identity != testIdentity {
			t.Errorf("the identity is %v, want %v", d.Identity, testIdentity)
		}
		return d.Read(Position{}, func(_ Position, p []byte) error {
			all = append(all, string(p))
			return nil
		})
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

func TestJournalOfALiveProcessIsNotRecovered(t *testing.T) {
	dir := t.TempDir()
	w, all := createWriter(t, dir)
	appendAll(t, w, "one", "two")
	if got := recovered(t, dir); got != nil {
		t.Errorf("recovered %q of a live process", got)
	}
	if d, err := FirstDead(t.Context(), dir); d != nil || err != nil {
		t.Errorf("FirstDead = %v, %v, want none", d, err)
	}
	if diff := cmp.Diff([]string{"one", "two"}, payloads(t, all)); diff != "" {
		t.Errorf("written (-want +got):\n%s", diff)
	}
}

func TestJournalOfADeadProcessIsRecoveredOnce(t *testing.T) {
	dir := t.TempDir()
	w, _ := createWriter(t, dir)
	large := "x" + strings.Repeat("y", largeBytes+1)
	appendAll(t, w, "one", large, "two")
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	if d, err := FirstDead(t.Context(), dir); err != nil || d == nil || d.ID != w.ID() {
		t.Errorf("FirstDead = %v, %v, want %s", d, err, w.ID())
	}
	if got := recovered(t, dir); !slices.Equal(got, []string{"one", large, "two"}) {
		t.Errorf("recovered %d frames, want 3", len(got))
	}
	if got := recovered(t, dir); got != nil {
		t.Errorf("recovered again: %d frames", len(got))
	}
	checkNoFiles(t, dir)
}

func checkNoFiles(t *testing.T, dir string) {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		if e.Name() != dirLock {
			t.Errorf("%s is left", e.Name())
		}
	}
}

func TestFailedRecoveryKeepsTheJournal(t *testing.T) {
	dir := t.TempDir()
	w, _ := createWriter(t, dir)
	appendAll(t, w, "one")
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	broken := errors.New("the log is locked")
	if err := Recover(t.Context(), dir, func(*Dead) error { return broken }); !errors.Is(err, broken) {
		t.Errorf("Recover got %v, want %v", err, broken)
	}
	if got := recovered(t, dir); !slices.Equal(got, []string{"one"}) {
		t.Errorf("recovered %q, want the frame", got)
	}
}

func TestReadStopsAtADamagedFrame(t *testing.T) {
	frames := []string{"first", "second", "third"}
	for name, c := range map[string]struct {
		damage func(content []byte) []byte
		want   []string
	}{
		"intact":                 {func(b []byte) []byte { return b }, frames},
		"torn in a payload":      {func(b []byte) []byte { return b[:len(b)-1] }, frames[:2]},
		"torn in a frame header": {func(b []byte) []byte { return b[:len(b)-len("third")-3] }, frames[:2]},
		"torn in the header":     {func(b []byte) []byte { return b[:headerBytes-1] }, nil},
		"empty":                  {func([]byte) []byte { return nil }, nil},
		"zeros":                  {func(b []byte) []byte { return make([]byte, len(b)) }, nil},
		"zeros at the end":       {func(b []byte) []byte { return append(b, make([]byte, 100)...) }, frames},
		"a flipped bit": {func(b []byte) []byte {
			b[headerBytes+frameBytes] ^= 1
			return b
		}, nil},
		"a huge length": {func(b []byte) []byte { return append(b, 0xff, 0xff, 0xff, 0x3f, 0, 0, 0, 0, 1) }, frames},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			w, _ := createWriter(t, dir)
			appendAll(t, w, frames...)
			if err := w.Close(); err != nil {
				t.Fatal(err)
			}
			path := filePath(dir, w.ID(), 1)
			content, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(path, c.damage(content), fileMode); err != nil {
				t.Fatal(err)
			}
			var got []string
			err = Recover(t.Context(), dir, func(d *Dead) error {
				return d.Read(Position{}, func(_ Position, p []byte) error {
					got = append(got, string(p))
					return nil
				})
			})
			if diff := cmp.Diff(c.want, got); err != nil || diff != "" {
				t.Errorf("recovered: %v (-want +got):\n%s", err, diff)
			}
		})
	}
}

func TestUnknownFormatIsNotRemoved(t *testing.T) {
	dir := t.TempDir()
	path := filePath(dir, "0123456789abcdef", 1)
	if err := os.WriteFile(path, []byte("VDKJRNL\x02 and more of a newer version"), fileMode); err != nil {
		t.Fatal(err)
	}
	if err := Recover(t.Context(), dir, func(*Dead) error { return nil }); !errors.Is(err, ErrFormat) {
		t.Errorf("Recover got %v, want ErrFormat", err)
	}
	if _, err := os.Stat(path); err != nil {
		t.Error(err)
	}
}

func TestAppendsShareAWrite(t *testing.T) {
	w, all := createWriter(t, t.TempDir())
	w.writeMu.Lock() // a write is in progress
	var callers sync.WaitGroup
	for i := range 10 {
		callers.Go(func() { appendAll(t, w, fmt.Sprint("x", i)) })
	}
	for joined := 0; joined < 10; {
		w.mu.Lock()
		joined = w.next.frames
		w.mu.Unlock()
	}
	w.writeMu.Unlock()
	callers.Wait()
	if len(all.chunks) != 1 || all.chunks[0].frames != 10 {
		t.Errorf("%d writes, want one", len(all.chunks))
	}
	if got := payloads(t, all); len(got) != 10 {
		t.Errorf("%d frames, want 10", len(got))
	}
}

func TestAppendLaterWaitsForTheNextWrite(t *testing.T) {
	w, all := createWriter(t, t.TempDir())
	w.AppendLater([]byte("later"))
	if len(all.chunks) != 0 {
		t.Error("AppendLater has written")
	}
	appendAll(t, w, "one")
	if diff := cmp.Diff([]string{"later", "one"}, payloads(t, all)); diff != "" {
		t.Errorf("written (-want +got):\n%s", diff)
	}
}

func TestWriterStartsAnotherFileWhenOneIsFull(t *testing.T) {
	dir := t.TempDir()
	w, all := createWriter(t, dir)
	half := "x" + strings.Repeat("y", fileBytes/2)
	appendAll(t, w, half, half, "next")
	if got := all.chunks[2].end.File; got != 2 {
		t.Fatalf("the third frame is in file %d, want 2", got)
	}
	if w.HasFiled(all.chunks[1].end) {
		t.Error("a file is filed before the last of its frames")
	}
	if err := w.RemoveFiled(all.chunks[1].end); err != nil || len(w.files) != 2 {
		t.Errorf("RemoveFiled left %d files, %v, want 2", len(w.files), err)
	}
	if !w.HasFiled(all.chunks[2].end) {
		t.Error("no file is filed after a frame of the next one")
	}
	if err := w.RemoveFiled(all.chunks[2].end); err != nil || len(w.files) != 1 {
		t.Errorf("RemoveFiled left %d files, %v, want 1", len(w.files), err)
	}
	appendAll(t, w, "last")
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	if got := recovered(t, dir); !slices.Equal(got, []string{"next", "last"}) {
		t.Errorf("recovered %d frames, want the 2 of the second file", len(got))
	}
}

func TestReadContinuesAfterAPosition(t *testing.T) {
	dir := t.TempDir()
	w, all := createWriter(t, dir)
	half := "x" + strings.Repeat("y", fileBytes/2)
	appendAll(t, w, "one", half, half, "two", "three")
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	for i, want := range []int{4, 3, 2, 1, 0} {
		found, err := find(dir)
		if err != nil || len(found) != 1 {
			t.Fatalf("found %v, %v", found, err)
		}
		n := 0
		if err := found[0].Read(all.chunks[i].end, func(Position, []byte) error { n++; return nil }); err != nil || n != want {
			t.Errorf("after frame %d: %d frames, %v, want %d", i+1, n, err, want)
		}
	}
}

func TestFailedWriteLeavesNothing(t *testing.T) {
	dir := t.TempDir()
	w, all := createWriter(t, dir)
	appendAll(t, w, "one")
	good := w.files[0]
	readOnly, err := os.Open(good.Name())
	if err != nil {
		t.Fatal(err)
	}
	defer readOnly.Close()
	w.files[0] = readOnly // writing and truncating fail
	if err := w.Append([]byte("two"), nil); err == nil {
		t.Error("Append got no error")
	}
	w.files[0] = good
	if _, err := good.WriteAt([]byte("half of a frame"), w.offset); err != nil { // what a failed write may leave
		t.Fatal(err)
	}
	w.failed = true
	appendAll(t, w, "three")
	if got := all.chunks[1].end.File; got != 2 {
		t.Errorf("the frame after a failed truncation is in file %d, want 2", got)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	if got := recovered(t, dir); !slices.Equal(got, []string{"one", "three"}) {
		t.Errorf("recovered %q, want one and three", got)
	}
}

func TestSealedWriterReturnsErrClosed(t *testing.T) {
	dir := t.TempDir()
	w, _ := createWriter(t, dir)
	appendAll(t, w, "one")
	w.Seal()
	if err := w.Append([]byte("two"), nil); !errors.Is(err, ErrClosed) {
		t.Errorf("Append got %v, want ErrClosed", err)
	}
	if err := w.Append(nil, make([]byte, largeBytes+1)); !errors.Is(err, ErrClosed) {
		t.Errorf("Append of a large body got %v, want ErrClosed", err)
	}
	if err := w.Remove(); err != nil {
		t.Fatal(err)
	}
	checkNoFiles(t, dir)
}

// A process that is killed between creating its lock file and its first file leaves only the lock file.
func TestLockFileWithoutAJournalIsRemoved(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(lockPath(dir, "0123456789abcdef"), nil, fileMode); err != nil {
		t.Fatal(err)
	}
	if got := countRecovered(t, dir); got != 1 {
		t.Errorf("%d journals, want the one without files", got)
	}
	checkNoFiles(t, dir)
}

func countRecovered(t *testing.T, dir string) (n int) {
	t.Helper()
	err := Recover(t.Context(), dir, func(d *Dead) error {
		n++
		return d.Read(Position{}, func(Position, []byte) error { return errors.New("a frame of nothing") })
	})
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func TestOtherFilesAreIgnored(t *testing.T) {
	dir := t.TempDir()
	for _, name := range []string{"journal-", "journal-x", "journal-x-y", "journal-x-0", "journal-x--1", "deliveries.db"} {
		if err := os.WriteFile(filepath.Join(dir, name), nil, fileMode); err != nil {
			t.Fatal(err)
		}
	}
	if Exists(dir) {
		t.Error("other files are taken for a journal")
	}
}

func FuzzReadFrames(f *testing.F) {
	f.Add([]byte{}, int64(0))
	f.Add(appendFrame(appendFrame(nil, []byte("one"), nil), []byte("two"), []byte("body")), int64(0))
	f.Add([]byte{0xff, 0xff, 0xff, 0x3f, 1, 2, 3, 4, 5}, int64(0))
	f.Fuzz(func(t *testing.T, b []byte, offset int64) {
		if offset < 0 || offset > int64(len(b)) {
			return
		}
		var again []byte
		end := offset
		err := readFrames(bytes.NewReader(b), int64(len(b)), offset, func(frameEnd int64, payload []byte) error {
			again = appendFrame(again, payload, nil)
			end = frameEnd
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(again, b[offset:end]) { // what is read is what was written, and nothing is invented
			t.Errorf("read %x of %x", again, b[offset:end])
		}
		if _, _, ok := cutFrame(b[end:]); ok {
			t.Error("readFrames stopped before an intact frame")
		}
		_, _, _ = decodeHeader(b)
	})
}

package dispatch

import (
	"bytes"
	"io"
	"testing"
)

// counting remembers the largest buffer that it was asked to fill.
type counting struct {
	io.Reader
	largest int
}

func (c *counting) Read(p []byte) (int, error) {
	c.largest = max(c.largest, len(p))
	return c.Reader.Read(p)
}

func TestMemoryIsReservedForWhatHasArrived(t *testing.T) {
	const limit = 64 << 10
	for _, declared := range []int64{limit, 1 << 40, -1} {
		r := &counting{Reader: bytes.NewReader(nil)}
		if body, err := readUpTo(r, limit, declared); len(body) != 0 || err != nil || r.largest > mostAtOnce {
			t.Errorf("a length of %d: got %d bytes, %v, and %d reserved; want %d at most", declared, len(body), err, r.largest, mostAtOnce)
		}
	}
	whole := bytes.Repeat([]byte("x"), limit)
	for _, declared := range []int64{limit, 2 * limit, -1} {
		got, err := readUpTo(bytes.NewReader(whole), limit, declared)
		if err != nil || !bytes.Equal(got, whole) {
			t.Errorf("a length of %d: got %d bytes, %v; want %d", declared, len(got), err, limit)
		}
	}
}

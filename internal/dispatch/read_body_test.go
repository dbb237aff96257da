package dispatch

import (
	"bytes"
	"io"
	"testing"
)

// countingReader records the size of the largest buffer passed to Read.
type countingReader struct {
	io.Reader
	largest int
}

func (c *countingReader) Read(p []byte) (int, error) {
	c.largest = max(c.largest, len(p))
	return c.Reader.Read(p)
}

func TestMemoryIsAllocatedAsDataArrives(t *testing.T) {
	const limit = 64 << 10
	for _, declared := range []int64{limit, 1 << 40, -1} {
		r := &countingReader{Reader: bytes.NewReader(nil)}
		if body, err := readUpTo(r, limit, declared); len(body) != 0 || err != nil || r.largest > maxPreallocBytes {
			t.Errorf("a length of %d: got %d bytes, %v, and a buffer of %d; want at most %d", declared, len(body), err, r.largest, maxPreallocBytes)
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

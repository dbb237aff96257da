package encoding

import (
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/vidiking/vidiking-cli/internal/store/sqlite"
)

func TestInvalidHeaderIsCorrupt(t *testing.T) {
	for _, b := range [][]byte{{1}, {1, 'a'}, {1, 'a', 200}, {1, 'a', 2, 'b'}, {0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1}} {
		if h, err := DecodeHeader(b); !errors.Is(err, sqlite.ErrCorrupt) {
			t.Errorf("DecodeHeader(%v) got %v, %v, want ErrCorrupt", b, h, err)
		}
	}
}

func FuzzDecodeHeader(f *testing.F) {
	f.Add([]byte{4, 'H', 'o', 's', 't', 1, 'x'})
	f.Add([]byte{0, 0})
	f.Fuzz(func(t *testing.T, b []byte) {
		h, err := DecodeHeader(b)
		if err != nil {
			return
		}
		again, err := DecodeHeader(EncodeHeader(h))
		if diff := cmp.Diff(h, again); err != nil || diff != "" {
			t.Errorf("%v decodes to %v; encoded and decoded again: %v\n%s", b, h, err, diff)
		}
	})
}

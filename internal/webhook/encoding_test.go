package webhook

import (
	"bytes"
	"compress/flate"
	"compress/gzip"
	"compress/zlib"
	"io"
	"testing"
)

func compressed(t testing.TB, make func(io.Writer) io.WriteCloser, text []byte) []byte {
	t.Helper()
	var b bytes.Buffer
	w := make(&b)
	if _, err := w.Write(text); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func asGzip(w io.Writer) io.WriteCloser { return gzip.NewWriter(w) }
func asZlib(w io.Writer) io.WriteCloser { return zlib.NewWriter(w) }
func asDeflate(w io.Writer) io.WriteCloser {
	f, _ := flate.NewWriter(w, flate.DefaultCompression)
	return f
}

func TestDecodeReadsEveryEncodingOfTheStandardLibrary(t *testing.T) {
	t.Parallel()
	text := []byte(`{"error":"unknown field data.urll"}`)
	for _, tc := range []struct {
		name, encoding string
		body, want     []byte
		ok             bool
	}{
		{"no encoding", "", text, text, true},
		{"identity", "identity", text, text, true},
		{"gzip", " GZIP ", compressed(t, asGzip, text), text, true},
		{"deflate with a zlib header", "deflate", compressed(t, asZlib, text), text, true},
		{"deflate without a header", "deflate", compressed(t, asDeflate, text), text, true},
		{"gzip that is not gzip", "gzip", text, text, false},
		{"an empty body, as a response to HEAD", "gzip", nil, nil, true},
		{"brotli", "br", text, text, false},
	} {
		got, ok := Decode(tc.encoding, tc.body)
		if !bytes.Equal(got, tc.want) || ok != tc.ok {
			t.Errorf("%s: got %q, %t, want %q, %t", tc.name, got, ok, tc.want, tc.ok)
		}
	}
}

func TestDecodeReturnsTheFirstPartOfATruncatedBody(t *testing.T) {
	t.Parallel()
	text := bytes.Repeat([]byte("the handler's traceback, line by line\n"), 1000)
	whole := compressed(t, asGzip, text)
	got, ok := Decode("gzip", whole[:len(whole)-20])
	if !ok || !bytes.HasPrefix(text, got) || len(got) < 1000 {
		t.Errorf("got %d bytes, %t, want a prefix of the text", len(got), ok)
	}
}

func TestDescribeReadsACompressedPayload(t *testing.T) {
	t.Parallel()
	body := compressed(t, asGzip, []byte("\xef\xbb\xbf"+`{"event":"render.complete","data":{"id":"job_1"}}`))
	if got := Describe(body); got.Event != "render.complete" || got.About != "job_1" {
		t.Errorf("got %+v, want render.complete of job_1", got)
	}
	if got := Describe([]byte("\x1f\x8bno gzip")); got != (Description{}) {
		t.Errorf("got %+v of a body that is no gzip, want nothing", got)
	}
}

func TestDecodeStopsAtOneMebibyte(t *testing.T) {
	t.Parallel()
	bomb := compressed(t, asGzip, make([]byte, 64<<20))
	got, ok := Decode("gzip", bomb)
	if !ok || len(got) != maxDecoded {
		t.Errorf("%d bytes decoded to %d, %t, want %d", len(bomb), len(got), ok, maxDecoded)
	}
}

func FuzzDecode(f *testing.F) {
	f.Add("gzip", compressed(f, asGzip, []byte("a")))
	f.Add("deflate", compressed(f, asZlib, []byte("a")))
	f.Fuzz(func(t *testing.T, encoding string, body []byte) {
		if got, _ := Decode(encoding, body); len(got) > max(maxDecoded, len(body)) {
			t.Errorf("Decode(%q, %q) returned %d bytes", encoding, body, len(got))
		}
	})
}

package webhook

import (
	"bytes"
	"compress/flate"
	"compress/gzip"
	"compress/zlib"
	"io"
	"strings"
)

// maxDecoded bounds the output of a compressed body: a few kilobytes can expand to gigabytes.
const maxDecoded = 1 << 20

// DecodedResponse returns the response body without its Content-Encoding, at most 1 MiB of it. ok is false if the encoding
// is unknown or the body is not encoded that way; then the body is returned as it arrived. Of a truncated body, it returns
// the part that can be decoded.
func (a Attempt) DecodedResponse() (body []byte, ok bool) {
	return Decode(a.Header.Get("Content-Encoding"), a.Response)
}

// Decode removes a Content-Encoding from a body, as DecodedResponse does.
func Decode(encoding string, body []byte) (decoded []byte, ok bool) {
	var r io.Reader
	var err error
	switch strings.ToLower(strings.TrimSpace(encoding)) {
	case "", "identity":
		return body, true
	case "gzip", "x-gzip":
		r, err = gzip.NewReader(bytes.NewReader(body))
	case "deflate":
		// RFC 9110, 8.4.1.2: zlib. Some servers send deflate without the zlib header.
		if r, err = zlib.NewReader(bytes.NewReader(body)); err != nil {
			r, err = flate.NewReader(bytes.NewReader(body)), nil
		}
	default:
		return body, false
	}
	if err != nil {
		return body, len(body) == 0
	}
	decoded, err = io.ReadAll(io.LimitReader(r, maxDecoded))
	if len(decoded) == 0 && err != nil {
		return body, false
	}
	return decoded, true
}

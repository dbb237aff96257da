package journal

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
)

// A journal file is a header and any number of frames. The header is the magic, whose last byte is the version of the format, and the
// identity of the log. A frame is the length of its payload and the CRC-32C of the payload, both little-endian, and the payload.
const (
	magic       = "VDKJRNL\x01"
	headerBytes = len(magic) + len(Identity{})
	frameBytes  = 8 // of a frame before its payload

	// maxPayload is more than a delivery can have. A longer payload is damage.
	maxPayload = 1 << 30
)

// Identity is the identity of a log. A journal belongs to one log.
type Identity [16]byte

// ErrFormat reports a journal that was written by a newer version of this program, or by another program.
var ErrFormat = errors.New("the journal has an unknown format")

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

func encodeHeader(id Identity) []byte { return append([]byte(magic), id[:]...) }

// decodeHeader returns the identity of the log. ok is false if the file ends within the header: then it has no frames.
func decodeHeader(header []byte) (id Identity, ok bool, err error) {
	if n := min(len(header), len(magic)); !bytes.Equal(header[:n], []byte(magic[:n])) && !isZero(header) {
		return id, false, ErrFormat
	}
	if len(header) < headerBytes || isZero(header) {
		return id, false, nil
	}
	copy(id[:], header[len(magic):])
	return id, true, nil
}

// isZero reports whether b has only zeros, as blocks that a file system has allocated and not written.
func isZero(b []byte) bool {
	for _, c := range b {
		if c != 0 {
			return false
		}
	}
	return true
}

// appendFrame appends a frame whose payload has two parts.
func appendFrame(b []byte, head, body []byte) []byte {
	b = appendFrameHead(b, head, body)
	return append(append(b, head...), body...)
}

func appendFrameHead(b []byte, head, body []byte) []byte {
	b = binary.LittleEndian.AppendUint32(b, uint32(len(head)+len(body))) //nolint:gosec // at most maxPayload
	return binary.LittleEndian.AppendUint32(b, crc32.Update(crc32.Checksum(head, castagnoli), castagnoli, body))
}

// cutFrame cuts the first frame off b. ok is false if there is no complete and intact frame.
func cutFrame(b []byte) (payload, rest []byte, ok bool) {
	size, sum, ok := decodeFrameHead(b)
	if !ok || int64(size) > int64(len(b)-frameBytes) {
		return nil, nil, false
	}
	payload = b[frameBytes : frameBytes+int(size)]
	return payload, b[frameBytes+int(size):], crc32.Checksum(payload, castagnoli) == sum
}

// decodeFrameHead does not accept an empty payload: zeros, as at the end of a file after a power cut, would be one.
func decodeFrameHead(b []byte) (size, sum uint32, ok bool) {
	if len(b) < frameBytes {
		return 0, 0, false
	}
	size, sum = binary.LittleEndian.Uint32(b), binary.LittleEndian.Uint32(b[4:])
	return size, sum, size > 0 && size <= maxPayload
}

// readFrames calls f with the payload of each frame from an offset up to the first one that is incomplete or damaged. Nothing after that
// one was acknowledged. The payload is valid until f returns. size is the length of the file: a frame that would be longer is not read,
// whatever its length field says.
func readFrames(r io.ReaderAt, size, offset int64, f func(end int64, payload []byte) error) error {
	var head [frameBytes]byte
	var payload []byte
	for {
		if offset+frameBytes > size {
			return nil
		}
		if _, err := r.ReadAt(head[:], offset); err != nil {
			return endOfFile(err)
		}
		length, sum, ok := decodeFrameHead(head[:])
		end := offset + frameBytes + int64(length)
		if !ok || end > size {
			return nil
		}
		if int(length) > cap(payload) {
			payload = make([]byte, length)
		}
		payload = payload[:length]
		if _, err := r.ReadAt(payload, offset+frameBytes); err != nil {
			return endOfFile(err)
		}
		if crc32.Checksum(payload, castagnoli) != sum {
			return nil
		}
		if err := f(end, payload); err != nil {
			return err
		}
		offset = end
	}
}

func endOfFile(err error) error {
	if errors.Is(err, io.EOF) {
		return nil
	}
	return fmt.Errorf("read the journal: %w", err)
}

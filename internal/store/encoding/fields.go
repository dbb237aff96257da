package encoding

import (
	"encoding/binary"
	"fmt"
	"math"
	"time"

	"github.com/vidiking/vidiking-cli/internal/store/sqlite"
)

// Encoder encodes the fields of an entry, one after the other. Strings and bytes follow their length, and numbers are varints. The zero
// Encoder is ready to use.
type Encoder struct{ entry []byte }

// Begin starts an entry of a kind. It reuses the memory of the last entry.
func (e *Encoder) Begin(kind byte) { e.entry = append(e.entry[:0], kind) }

// Entry returns the entry. It is valid until the next Begin.
func (e *Encoder) Entry() []byte { return e.entry }

// Text encodes a string.
func (e *Encoder) Text(s string) { e.entry = appendString(e.entry, s) }

// Texts encodes names, as JoinNames.
func (e *Encoder) Texts(list []string) { e.Text(JoinNames(list)) }

// Bytes encodes bytes.
func (e *Encoder) Bytes(p []byte) {
	e.entry = append(binary.AppendUvarint(e.entry, uint64(len(p))), p...)
}

// Int encodes a number.
func (e *Encoder) Int(v int64) { e.entry = binary.AppendVarint(e.entry, v) }

// Length encodes the number of items that follow. Each must take at least one byte.
func (e *Encoder) Length(n int) { e.entry = binary.AppendUvarint(e.entry, uint64(n)) } //nolint:gosec // a length

// Time encodes a time to the millisecond.
func (e *Encoder) Time(t time.Time) { e.Int(t.UnixMilli()) }

// Duration encodes a duration.
func (e *Encoder) Duration(d time.Duration) { e.Int(int64(d)) }

// Bool encodes a truth value.
func (e *Encoder) Bool(v bool) {
	e.entry, _ = binary.Append(e.entry, binary.LittleEndian, v) // it only fails for other types
}

// Decoder reads the fields of an entry in the order in which they were encoded. After the first error, it returns zero values.
type Decoder struct {
	rest []byte
	err  error
}

// NewDecoder returns a decoder for what follows the kind of an entry.
func NewDecoder(fields []byte) Decoder { return Decoder{rest: fields} }

// Err returns the first error.
func (d *Decoder) Err() error { return d.err }

// Fail reports that the entry cannot be decoded.
func (d *Decoder) Fail() {
	if d.err == nil {
		d.err = fmt.Errorf("%w: an entry of a journal cannot be decoded", sqlite.ErrCorrupt)
	}
	d.rest = nil
}

// Rest returns the part of the entry that is not yet read, without a copy.
func (d *Decoder) Rest() []byte { return d.rest }

// Bytes reads bytes. They are a part of the entry, not a copy.
func (d *Decoder) Bytes() []byte {
	s, rest := CutString(d.rest)
	if rest == nil {
		d.Fail()
		return nil
	}
	d.rest = rest
	return s
}

// Text reads a string.
func (d *Decoder) Text() string { return string(d.Bytes()) }

// Texts reads names.
func (d *Decoder) Texts() []string { return SplitNames(d.Text()) }

// Int reads a number.
func (d *Decoder) Int() int64 {
	v, n := binary.Varint(d.rest)
	if n <= 0 {
		d.Fail()
		return 0
	}
	d.rest = d.rest[n:]
	return v
}

// Length reads the number of items that follow. It is never larger than the number of bytes.
func (d *Decoder) Length() int {
	v, n := binary.Uvarint(d.rest)
	if n <= 0 || v > uint64(len(d.rest)-n) || v > math.MaxInt32 {
		d.Fail()
		return 0
	}
	d.rest = d.rest[n:]
	return int(v)
}

// Duration reads a duration.
func (d *Decoder) Duration() time.Duration { return time.Duration(d.Int()) }

// Bool reads a truth value.
func (d *Decoder) Bool() bool {
	if len(d.rest) == 0 || d.rest[0] > 1 {
		d.Fail()
		return false
	}
	v := d.rest[0] == 1
	d.rest = d.rest[1:]
	return v
}

// Time reads a time. The zero time is equal to the one that was encoded, also for ==.
func (d *Decoder) Time() time.Time {
	t := time.UnixMilli(d.Int()).UTC()
	if t.IsZero() {
		return time.Time{}
	}
	return t
}

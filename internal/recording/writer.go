package recording

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"slices"

	"github.com/vidiking/vidiking-cli/internal/webhook"
)

// TooLongError says that a delivery is longer than a line may be.
type TooLongError struct {
	ID webhook.ID
}

func (e *TooLongError) Error() string { return fmt.Sprintf("%s is too large for a recording", e.ID) }

// Writer writes deliveries as NDJSON, a line each.
type Writer struct {
	w   io.Writer
	buf bytes.Buffer
	enc *json.Encoder
}

// NewWriter makes a Writer. Every delivery is one Write of w.
func NewWriter(w io.Writer) *Writer {
	x := &Writer{w: w}
	x.enc = json.NewEncoder(&x.buf)
	x.enc.SetEscapeHTML(false)
	return x
}

// Write writes a delivery. One that could not be read back gives a *TooLongError.
func (w *Writer) Write(d webhook.Delivery) error {
	w.buf.Reset()
	if err := w.enc.Encode(LineOf(d)); err != nil {
		return fmt.Errorf("write %s as a line: %w", d.ID, err)
	}
	if w.buf.Len() > maxLine {
		return &TooLongError{d.ID}
	}
	_, err := w.w.Write(w.buf.Bytes())
	return err
}

// Close does nothing: the last line ends like every other.
func (*Writer) Close() error { return nil }

// Mask returns the delivery without the values of its sensitive headers, and those of its answers; their names are in Masked. Values of
// query parameters that look like credentials are left out, too, and named in MaskedQuery. What was masked before stays so.
func Mask(d webhook.Delivery) webhook.Delivery {
	var names []string
	d.Header, names = d.Header.Mask()
	d.Masked = merge(d.Masked, names)
	d.Query, names = webhook.MaskQuery(d.Query)
	d.MaskedQuery = merge(d.MaskedQuery, names)
	d.Target = webhook.MaskURL(d.Target)
	history := make([]webhook.Attempt, 0, len(d.History))
	for _, a := range d.History {
		a.Header, names = a.Header.Mask()
		a.Masked = merge(a.Masked, names)
		a.Target, a.URL = webhook.MaskURL(a.Target), webhook.MaskURL(a.URL)
		history = append(history, a)
	}
	if d.History != nil {
		d.History = history
	}
	return d
}

// merge adds the names that are not there yet.
func merge(names, more []string) []string {
	merged := slices.Clone(names)
	for _, name := range more {
		if !slices.Contains(merged, name) {
			merged = append(merged, name)
		}
	}
	return merged
}

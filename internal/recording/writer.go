package recording

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"slices"

	"github.com/vidiking/vidiking-cli/internal/webhook"
)

// TooLongError indicates that a delivery exceeds the length of a line.
type TooLongError struct {
	ID webhook.ID
}

func (e *TooLongError) Error() string { return fmt.Sprintf("%s is too large for a recording", e.ID) }

// Writer writes deliveries as NDJSON, one per line.
type Writer struct {
	w   io.Writer
	buf bytes.Buffer
	enc *json.Encoder
}

// NewWriter returns a Writer. It calls Write of w once per delivery.
func NewWriter(w io.Writer) *Writer {
	x := &Writer{w: w}
	x.enc = json.NewEncoder(&x.buf)
	x.enc.SetEscapeHTML(false)
	return x
}

// Write writes a delivery. It returns a *TooLongError if a Reader could not read it.
func (w *Writer) Write(d webhook.Delivery) error {
	w.buf.Reset()
	if err := w.enc.Encode(LineOf(d)); err != nil {
		return fmt.Errorf("write %s as a line: %w", d.ID, err)
	}
	if w.buf.Len() > maxLineBytes {
		return &TooLongError{d.ID}
	}
	_, err := w.w.Write(w.buf.Bytes())
	return err
}

// Close does nothing, because NDJSON has no trailer.
func (*Writer) Close() error { return nil }

// Mask returns the delivery without the values of sensitive headers in the request and the responses. Their names are in Masked. It also
// removes the values of query parameters that look like credentials, and adds their names to MaskedQuery. Names that are already masked
// stay masked.
func Mask(d webhook.Delivery) webhook.Delivery {
	var names []string
	d.Header, names = d.Header.Mask()
	d.Masked = mergeNames(d.Masked, names)
	d.Query, names = webhook.MaskQuery(d.Query)
	d.MaskedQuery = mergeNames(d.MaskedQuery, names)
	d.Target = webhook.MaskURL(d.Target)
	history := make([]webhook.Attempt, 0, len(d.History))
	for _, a := range d.History {
		a.Header, names = a.Header.Mask()
		a.Masked = mergeNames(a.Masked, names)
		a.Target, a.URL = webhook.MaskURL(a.Target), webhook.MaskURL(a.URL)
		history = append(history, a)
	}
	if d.History != nil {
		d.History = history
	}
	return d
}

// mergeNames adds the names that are missing.
func mergeNames(names, more []string) []string {
	merged := slices.Clone(names)
	for _, name := range more {
		if !slices.Contains(merged, name) {
			merged = append(merged, name)
		}
	}
	return merged
}

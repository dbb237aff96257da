package jsontext_test

import (
	"bytes"
	"fmt"
	"io"
	"testing"

	"github.com/vidiking/vidiking-cli/internal/jsontext"
)

// large returns JSON of a size that contains everything that JSON libraries write differently.
func large(size int) []byte {
	var b bytes.Buffer
	b.WriteString(`{"event":"render.complete","data":[`)
	for i := 0; b.Len() < size; i++ {
		fmt.Fprintf(&b, `{"id":%d,"url":"https://cdn.vidiking.com/%d.mp4","title":"Café <b>","took":%d.50,"b":1,"a":2},`, i, i, i)
	}
	return append(bytes.TrimSuffix(b.Bytes(), []byte(",")), "]}"...)
}

func BenchmarkRead10MiB(b *testing.B) {
	text := large(10 << 20)
	b.SetBytes(int64(len(text)))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := jsontext.Read(text); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkWrite10MiB(b *testing.B) {
	d, err := jsontext.Read(large(10 << 20))
	if err != nil {
		b.Fatal(err)
	}
	for form := range d.Defaults() {
		b.Run(form.Writers[0], func(b *testing.B) {
			b.SetBytes(int64(d.Len()))
			b.ReportAllocs()
			for b.Loop() {
				if err := d.WriteTo(io.Discard, form.Style); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

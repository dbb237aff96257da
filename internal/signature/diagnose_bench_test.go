package signature_test

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"github.com/vidiking/vidiking-cli/internal/signature"
	"github.com/vidiking/vidiking-cli/internal/webhook"
)

// largeBody returns JSON of a size that contains everything that JSON libraries write differently.
func largeBody(size int) []byte {
	var b bytes.Buffer
	b.WriteString(`{"event":"render.complete","data":[`)
	for i := 0; b.Len() < size; i++ {
		fmt.Fprintf(&b, `{"id":%d,"url":"https://cdn.vidiking.com/%d.mp4","title":"Café <b>","took":%d.50,"b":1,"a":2},`, i, i, i)
	}
	return append(bytes.TrimSuffix(b.Bytes(), []byte(",")), "]}"...)
}

// BenchmarkDiagnoseWhereNothingMatches tries everything, which is the worst case.
func BenchmarkDiagnoseWhereNothingMatches(b *testing.B) {
	secrets := []signature.KnownSecret{
		{Secret: webhook.SecretFrom(exampleSecret), InUse: true},
		{Secret: webhook.SecretFrom("whsec_another_secret_of_this_test"), Name: "the one of profile staging"},
	}
	for _, body := range []struct {
		name string
		body []byte
	}{
		{"documented", []byte(exampleBody)}, {"100kB", largeBody(100_000)}, {"1MiB", largeBody(1 << 20)}, {"10MiB", largeBody(10 << 20)},
		{"10MiB not JSON", bytes.Repeat([]byte("not JSON. "), 1<<20)},
		{"10MiB of small values", []byte("[" + strings.Repeat("1,", 5<<20) + "1]")},
	} {
		b.Run(body.name, func(b *testing.B) {
			b.ReportAllocs()
			c := signature.Case{Header: header(strings.Repeat("0123", 16)), Body: body.body, Secrets: secrets}
			for b.Loop() {
				d := signature.Diagnose(b.Context(), c)
				b.ReportMetric(float64(d.Work)/(1<<20), "MiB-hashed/op")
				if d.IsCertain() {
					b.Fatalf("found %v", d.Findings)
				}
			}
		})
	}
}

// BenchmarkHashOnce10MiB hashes the same body once, for comparison.
func BenchmarkHashOnce10MiB(b *testing.B) {
	body, secret := largeBody(10<<20), webhook.SecretFrom(exampleSecret)
	for b.Loop() {
		signature.Sign(secret, body, signature.StyleBare)
	}
}

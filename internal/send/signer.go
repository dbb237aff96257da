package send

import (
	"io"
	"time"

	"github.com/vidiking/vidiking-cli/internal/sample"
	"github.com/vidiking/vidiking-cli/internal/signature"
	"github.com/vidiking/vidiking-cli/internal/webhook"
)

// Signer makes the headers of new deliveries.
type Signer struct {
	Secret    webhook.Secret
	Style     signature.Style
	Corrupt   Corruption
	Fields    []webhook.Field // replace the fields with the same names
	Host      string          // sent as Host; empty: that of the target
	UserAgent string
}

// Sign returns the header of a delivery, and corrupts the signature or the body if asked to.
func (s Signer) Sign(body *[]byte) webhook.Header {
	h := webhook.Header{
		{Name: "Content-Type", Value: "application/json"},
		{Name: "User-Agent", Value: s.UserAgent},
	}
	sig := signature.Sign(s.Secret, *body, s.Style)
	switch s.Corrupt {
	case CorruptBody:
		*body = corruptBody(*body)
	case CorruptSignature:
		sig = corruptSignature(sig)
	}
	if s.Corrupt != CorruptNone {
		h = append(h, webhook.Field{Name: webhook.SignatureHeader, Value: sig})
	}
	return h.With(s.Fields...)
}

// Samples returns the payloads of events and scenarios, each with new ids.
func Samples(now func() time.Time, random io.Reader, names ...string) ([][]byte, error) {
	source := sample.New(now, random)
	var payloads [][]byte
	for _, name := range names {
		if webhook.IsEvent(name) {
			payload, err := source.Payload(name)
			if err != nil {
				return nil, err
			}
			payloads = append(payloads, payload)
			continue
		}
		items, err := source.Scenario(name)
		if err != nil {
			return nil, err
		}
		for _, item := range items {
			payloads = append(payloads, item.Body)
		}
	}
	return payloads, nil
}

package send

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/vidiking/vidiking-cli/internal/display"
	"github.com/vidiking/vidiking-cli/internal/output"
	"github.com/vidiking/vidiking-cli/internal/signature"
	"github.com/vidiking/vidiking-cli/internal/webhook"
)

// Change is what a replay changes in a recorded delivery. The zero Change sends the recorded header and body.
type Change struct {
	Edits  Edits
	ByHand bool            // the user changes the payload in an editor, after Edits
	Edited []byte          // the payload from the editor; nil: none
	Resign bool            // sign with the secret in use
	Style  string          // of the new signature; empty: that of the recorded one
	Fields []webhook.Field // replace the recorded fields with the same names
	Host   string          // sent as Host; empty: the recorded one
}

// EditsPayload reports whether the change replaces the payload.
func (c *Change) EditsPayload() bool { return c.Edits.IsSet() || c.ByHand }

// Signs reports whether replays get a new signature. A changed payload needs one: the recorded signature is for other bytes.
func (c *Change) Signs() bool { return c.Resign || c.Style != "" || c.EditsPayload() }

// isProbe reports whether the replay tests if the handler expects the other form of the signature.
func (c *Change) isProbe(d webhook.Delivery) bool {
	return c.Style != "" && !c.EditsPayload() && d.Header.Get(webhook.SignatureHeader) != "" && styleOf("", d.Header) != signature.Style(c.Style)
}

// destination returns the destination of the replay of a delivery.
func (c *Change) destination(r *Resolver, d webhook.Delivery) (*Destination, error) {
	if c.isProbe(d) {
		return r.forProbe(d)
	}
	return r.ForReplay(d)
}

// CheckMasked rejects deliveries that were imported with masked headers, unless they are signed again: the handler would receive masks.
func (c *Change) CheckMasked(rows []webhook.Summary) error {
	if c.Signs() {
		return nil
	}
	var masked []webhook.Summary
	for _, s := range rows {
		if len(s.Masked) > 0 {
			masked = append(masked, s)
		}
	}
	if len(masked) == 0 {
		return nil
	}
	id := masked[0].ID.Short(webhook.ShortLength)
	if len(rows) == 1 {
		return output.Failed(nil, id+" was imported without its "+strings.Join(masked[0].Masked, ", "), "sign it again: vidiking replay "+id+" --resign")
	}
	return output.Failed(nil, fmt.Sprintf("%s of %d were imported without values of their headers, the first is %s", display.Count(len(masked)), len(rows), id),
		"sign them again: --resign")
}

// body returns the body of the replay.
func (c *Change) body(p output.Printer, d webhook.Delivery) ([]byte, error) {
	if c.Edited != nil {
		return c.Edited, nil
	}
	return c.Edits.Apply(p, "the payload of "+d.ID.Short(webhook.ShortLength), d.Body)
}

// Header returns the header of the replay: the recorded one with the new signature, the length of the new body and Fields, and without
// values that were masked when the delivery was imported. The relay replaces fields of one connection, such as Host.
func (c *Change) Header(secret webhook.Secret, d webhook.Delivery, body []byte) webhook.Header {
	h := d.Header
	if c.Signs() {
		h = replaceField(h, webhook.SignatureHeader, signature.Sign(secret, body, styleOf(c.Style, h)))
	}
	if len(body) != len(d.Body) && h.Get("Content-Length") != "" {
		h = replaceField(h, "Content-Length", strconv.Itoa(len(body)))
	}
	h = h.WithoutAll(slices.DeleteFunc(slices.Clone(d.Masked), isSignature))
	return h.With(c.Fields...)
}

func isSignature(name string) bool { return strings.EqualFold(name, webhook.SignatureHeader) }

// styleOf returns the requested style, or that of the first recorded signature, or the documented one.
func styleOf(requested string, recorded webhook.Header) signature.Style {
	if requested != "" {
		return signature.Style(requested)
	}
	for _, value := range recorded.Values(webhook.SignatureHeader) {
		if style, ok := signature.StyleOf(value); ok {
			return style
		}
	}
	return signature.StylePrefixed
}

// replaceField replaces all fields of a name by one, at the position of the first; at the end if there is none.
func replaceField(h webhook.Header, name, value string) webhook.Header {
	i := slices.IndexFunc(h, func(f webhook.Field) bool { return strings.EqualFold(f.Name, name) })
	if i < 0 {
		return append(h[:len(h):len(h)], webhook.Field{Name: name, Value: value})
	}
	recordedName := h[i].Name
	return slices.Insert(h.Without(name), i, webhook.Field{Name: recordedName, Value: value})
}

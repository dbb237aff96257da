package output

import (
	"io"

	"github.com/vidiking/vidiking-cli/internal/display"
	"github.com/vidiking/vidiking-cli/internal/webhook"
)

// Signed is the result of `sign`.
type Signed struct {
	Value     string // value of the signature header
	Secret    webhook.Secret
	BodyBytes int64
}

type jsonSigned struct {
	kind
	Header    string         `json:"header"`
	Value     string         `json:"value"`
	Secret    webhook.Secret `json:"secret"` // marshals masked
	BodyBytes int64          `json:"body_bytes"`
}

// Signature prints a signature. As text it prints only the value, for use in $(…).
func Signature(o Options, s Signed) error {
	if o.Format == FormatJSON {
		return newEncoder(o.Stdout).Encode(jsonSigned{of("signature"), webhook.SignatureHeader, s.Value, s.Secret, s.BodyBytes})
	}
	_, err := io.WriteString(o.Stdout, s.Value+"\n")
	return err
}

// Verified is the result of `verify`.
type Verified struct {
	Verdict   webhook.Verdict
	Secret    webhook.Secret // the matching secret
	BodyBytes int64
	Findings  []webhook.Finding
	Tried     []string
}

type jsonVerified struct {
	kind
	Verdict   webhook.Verdict `json:"verdict"`
	Secret    string          `json:"secret,omitempty"`
	BodyBytes int64           `json:"body_bytes"`
	jsonFindings
}

// Verification prints a verdict and the reasons for it.
func Verification(o Options, v Verified) error {
	if o.Format == FormatJSON {
		return newEncoder(o.Stdout).Encode(jsonVerified{
			of("verification"), v.Verdict, v.Secret.String(), v.BodyBytes, findingObjects(o.withSelf(v.Findings), v.Tried),
		})
	}
	p := newText(o)
	status, text := webhook.StatusDelivered, string(v.Verdict)
	if v.Verdict != webhook.VerdictValid {
		status = webhook.StatusRejected
	}
	if v.Secret.IsSet() {
		text += ", with " + v.Secret.String()
	}
	glyph, role := o.Style.Glyph(status)
	p.out.line(0, display.Line{{Text: glyph + " ", Role: role}, {Text: text}})
	p.findings(v.Findings, v.Tried)
	return p.out.err
}

package send

import (
	"bytes"
	"slices"
)

// Corruption is the part of a delivery that is made invalid on purpose.
type Corruption string

// The corruptions.
const (
	CorruptBody      Corruption = "body"      // the body changes after it was signed
	CorruptSignature Corruption = "signature" // the signature is well formed, and wrong
	CorruptNone      Corruption = "none"      // there is no signature header
)

// corruptBody changes the last digit, which keeps JSON valid. If there is no digit, it appends a space.
func corruptBody(body []byte) []byte {
	out := slices.Clone(body)
	i := bytes.LastIndexAny(out, "123456789")
	if i < 0 {
		return append(out, ' ')
	}
	out[i] = '1' + (out[i]-'1'+1)%9
	return out
}

// corruptSignature changes the last hex digit.
func corruptSignature(sig string) string {
	out := []byte(sig)
	if out[len(out)-1] == '0' {
		out[len(out)-1] = '1'
	} else {
		out[len(out)-1] = '0'
	}
	return string(out)
}

package sendcmd

import (
	"bytes"
	"slices"
)

// What --corrupt can spoil.
const (
	corruptBody      = "body"      // changed after it was signed
	corruptSignature = "signature" // well formed, and wrong
	corruptNone      = "none"      // no signature header at all
)

func corruptions() []string {
	return []string{corruptBody, corruptSignature, corruptNone}
}

// spoilBody changes one byte and leaves JSON JSON: the last digit becomes another one. Without a digit it adds a space.
func spoilBody(body []byte) []byte {
	out := slices.Clone(body)
	i := bytes.LastIndexAny(out, "123456789")
	if i < 0 {
		return append(out, ' ')
	}
	out[i] = '1' + (out[i]-'1'+1)%9
	return out
}

// spoilSignature changes the last hex digit.
func spoilSignature(sig string) string {
	out := []byte(sig)
	if out[len(out)-1] == '0' {
		out[len(out)-1] = '1'
	} else {
		out[len(out)-1] = '0'
	}
	return string(out)
}

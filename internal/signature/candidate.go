package signature

import (
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"
	"unicode"

	"github.com/vidiking/vidiking-cli/internal/webhook"
)

// Limits on the parts of a header that are searched. Anything longer is not a damaged signature.
const (
	maxValueBytes = 1 << 10
	maxCandidates = 16
	minDigits     = 16 // a shorter prefix could match by chance
)

// candidate is a digest that a header may contain, with findings about its form.
type candidate struct {
	digits   string // lower-case hex; may be truncated or have extra text after it
	findings []webhook.Finding
	prefix   string // the text before it if it is not sha256=, perhaps the name of an algorithm
}

// candidates returns the digests that the signature header may contain. If the header is missing, it searches all headers.
func candidates(h webhook.Header) []candidate {
	var all []candidate
	isMissing := true
	for _, f := range h {
		if strings.EqualFold(f.Name, webhook.SignatureHeader) {
			isMissing = false
			all = append(all, readValue(f.Value)...)
		}
	}
	if !isMissing {
		return all[:min(len(all), maxCandidates)]
	}
	for _, f := range h {
		for _, c := range readValue(f.Value) {
			if len(c.digits) >= 32 && len(f.Name) <= 64 {
				c.findings = append([]webhook.Finding{newFinding(CodeOtherHeader, f.Name)}, c.findings...)
				all = append(all, c)
			}
		}
	}
	return all[:min(len(all), maxCandidates)]
}

// readValue returns the digests in one header value, which may have several parts.
func readValue(value string) []candidate {
	if len(value) > maxValueBytes {
		return nil
	}
	value, findings := unwrap(value, nil)
	parts := strings.FieldsFunc(value, func(r rune) bool { return r == ',' || r == ';' || unicode.IsSpace(r) })
	if len(parts) < 2 {
		return readPart(value, findings)
	}
	var all []candidate
	first, last := -1, -1
	for i, p := range parts {
		p, _ := unwrap(p, nil)
		if read := readPart(p, findings); len(read) > 0 {
			all = append(all, read...)
			if last = i; first < 0 {
				first = i
			}
		}
	}
	shape := newFinding(CodeList)
	switch {
	case first < last: // several
	case first == len(parts)-1:
		shape = newFinding(CodePrefix)
	case first == 0:
		shape = newFinding(CodeLonger)
	}
	for i := range all {
		sameCode := func(f webhook.Finding) bool { return f.Code == shape.Code }
		all[i].findings = append([]webhook.Finding{shape}, slices.DeleteFunc(all[i].findings, sameCode)...)
	}
	return all
}

// unwrap removes white space and invisible characters around a value, then quotes.
func unwrap(value string, findings []webhook.Finding) (string, []webhook.Finding) {
	isSpace := func(r rune) bool { return unicode.IsSpace(r) || !unicode.IsGraphic(r) }
	if trimmed := strings.TrimFunc(value, isSpace); trimmed != value {
		value, findings = trimmed, append(findings, newFinding(CodeSpace))
	}
	if n := len(value); n >= 2 && value[0] == value[n-1] && strings.ContainsRune("\"'`", rune(value[0])) {
		value, findings = value[1:n-1], append(findings, newFinding(CodeQuoted))
	}
	return value, findings
}

// readPart returns the digests in a part with or without a prefix.
func readPart(part string, findings []webhook.Finding) []candidate {
	findings = slices.Clone(findings)
	rest, prefixes := strings.TrimPrefix(part, headerPrefix), 0
	if rest != part {
		prefixes = 1
	}
	before := ""
	for range 3 {
		i := strings.IndexAny(rest, "=:")
		if i < 1 || i > 24 || strings.Trim(rest[i:], "=:") == "" || strings.Trim(strings.ToLower(rest[:i]), "abcdefghijklmnopqrstuvwxyz0123456789-_") != "" {
			break
		}
		before, rest = rest[:i], rest[i+1:]
		prefixes++
	}
	if tail, ok := strings.CutPrefix(rest, "0x"); ok {
		rest, before = tail, "0x"
	}
	rest, findings = unwrap(rest, findings)
	if before != "" || prefixes > 1 {
		findings = append(findings, newFinding(CodePrefix))
	}
	return readDigest(candidate{findings: findings, prefix: before}, rest)
}

// readDigest decodes the text in each encoding that it may have.
func readDigest(c candidate, text string) []candidate {
	with := func(digits string, findings ...webhook.Finding) candidate {
		return candidate{strings.ToLower(digits), append(slices.Clone(c.findings), findings...), c.prefix}
	}
	run := len(text) - len(strings.TrimLeft(text, "0123456789abcdefABCDEF"))
	var all []candidate
	switch {
	case run == len(text) && run >= minDigits:
		all = append(all, with(text))
		if isDigestLength(run) {
			return all // base64 text of this length would be a digest of another algorithm, but hex is more likely
		}
	case run >= 2*16:
		all = append(all, with(text[:run], newFinding(CodeLonger)))
	}
	decoded, ok := decodeBase64(text)
	if !ok || len(decoded) < minDigits/2 {
		return all
	}
	if strings.Trim(strings.ToLower(string(decoded)), "0123456789abcdef") == "" {
		all = append(all, with(string(decoded), newFinding(CodeBase64Hex)))
	}
	return append(all, with(hex.EncodeToString(decoded), newFinding(CodeBase64)))
}

// isDigestLength reports whether an algorithm has digests with this number of hex digits.
func isDigestLength(digits int) bool {
	return slices.ContainsFunc(algorithms(), func(a algorithm) bool { return 2*a.size == digits })
}

// decodeBase64 decodes both alphabets, with or without padding, and drops the bits of an incomplete last byte.
func decodeBase64(text string) ([]byte, bool) {
	text = strings.TrimRight(strings.NewReplacer("-", "+", "_", "/").Replace(text), "=")
	if len(text)%4 == 1 {
		text = text[:len(text)-1]
	}
	decoded, err := base64.RawStdEncoding.DecodeString(text)
	return decoded, err == nil
}

// match compares the candidate with a digest in hex. It need not run in constant time, because only holders of the secret can request a
// diagnosis.
func (c *candidate) match(sum []byte) (findings []webhook.Finding, ok bool) {
	n := min(len(c.digits), len(sum))
	switch {
	case n < minDigits:
		return nil, false
	case c.digits[:n] == string(sum[:n]):
		switch {
		case n < len(sum):
			return append(slices.Clone(c.findings), newFinding(CodeTruncated, fmt.Sprintf("%d of its %d digits arrived", n, len(sum)))), true
		case n < len(c.digits):
			return append(slices.Clone(c.findings), newFinding(CodeLonger)), true
		}
		return c.findings, true
	case len(c.digits) == len(sum) && wrongDigits(c.digits, sum) <= 4:
		return append(slices.Clone(c.findings), newFinding(CodeChanged)), true
	case len(c.digits) < len(sum) && len(c.digits) > len(sum)/2 && lacksZeros(c.digits, sum):
		return append(slices.Clone(c.findings), newFinding(CodeZeros)), true
	}
	return nil, false
}

// wrongDigits counts the digits that differ, up to 5.
func wrongDigits(digits string, sum []byte) int {
	n := 0
	for i := 0; i < len(sum) && n <= 4; i++ {
		if digits[i] != sum[i] {
			n++
		}
	}
	return n
}

// lacksZeros reports whether digits is sum without its leading zeros, or without the leading zero of each byte.
func lacksZeros(digits string, sum []byte) bool {
	if strings.TrimLeft(string(sum), "0") == digits {
		return true
	}
	at := 0
	for i := 0; i < len(sum); i += 2 {
		digit := sum[i : i+2]
		if digit[0] == '0' {
			digit = digit[1:]
		}
		if !strings.HasPrefix(digits[at:], string(digit)) {
			return false
		}
		at += len(digit)
	}
	return at == len(digits)
}

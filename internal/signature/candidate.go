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

// What of a header is looked at. Whatever is longer or more is no signature gone wrong.
const (
	longestValue   = 1 << 10
	mostCandidates = 16
	leastDigits    = 16 // a beginning that does not match by chance
)

// candidate is a digest that a header may hold, and what is odd about how it does.
type candidate struct {
	digits string // lower-case hex; may be cut short, or have something behind it
	odd    []webhook.Finding
	prefix string // what stood before it, where that is not sha256=; the name of an algorithm, perhaps
}

// candidates reads every digest that the signature header may hold. Where there is no such header, it looks into the others.
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
		return all[:min(len(all), mostCandidates)]
	}
	for _, f := range h {
		for _, c := range readValue(f.Value) {
			if len(c.digits) >= 32 && len(f.Name) <= 64 {
				c.odd = append([]webhook.Finding{found(CodeOtherHeader, f.Name)}, c.odd...)
				all = append(all, c)
			}
		}
	}
	return all[:min(len(all), mostCandidates)]
}

// readValue reads the digests that one value may hold: one, or one of several parts.
func readValue(value string) []candidate {
	if len(value) > longestValue {
		return nil
	}
	value, odd := unwrap(value, nil)
	parts := strings.FieldsFunc(value, func(r rune) bool { return r == ',' || r == ';' || unicode.IsSpace(r) })
	if len(parts) < 2 {
		return readPart(value, odd)
	}
	var all []candidate
	first, last := -1, -1
	for i, p := range parts {
		p, _ := unwrap(p, nil)
		if read := readPart(p, odd); len(read) > 0 {
			all = append(all, read...)
			if last = i; first < 0 {
				first = i
			}
		}
	}
	shape := found(CodeList)
	switch {
	case first < last: // several
	case first == len(parts)-1:
		shape = found(CodePrefix)
	case first == 0:
		shape = found(CodeLonger)
	}
	for i := range all {
		isSame := func(f webhook.Finding) bool { return f.Code == shape.Code }
		all[i].odd = append([]webhook.Finding{shape}, slices.DeleteFunc(all[i].odd, isSame)...)
	}
	return all
}

// unwrap takes off what stands around a value: white space and what can't be seen, then quotes.
func unwrap(value string, odd []webhook.Finding) (string, []webhook.Finding) {
	around := func(r rune) bool { return unicode.IsSpace(r) || !unicode.IsGraphic(r) }
	if bare := strings.TrimFunc(value, around); bare != value {
		value, odd = bare, append(odd, found(CodeSpace))
	}
	if n := len(value); n >= 2 && value[0] == value[n-1] && strings.ContainsRune("\"'`", rune(value[0])) {
		value, odd = value[1:n-1], append(odd, found(CodeQuoted))
	}
	return value, odd
}

// readPart reads one digest, with or without something before it.
func readPart(part string, odd []webhook.Finding) []candidate {
	odd = slices.Clone(odd)
	rest, prefixes := strings.TrimPrefix(part, prefix), 0
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
	rest, odd = unwrap(rest, odd)
	if before != "" || prefixes > 1 {
		odd = append(odd, found(CodePrefix))
	}
	return readDigest(candidate{odd: odd, prefix: before}, rest)
}

// readDigest reads a digest in each encoding that its text may be in.
func readDigest(c candidate, text string) []candidate {
	with := func(digits string, odd ...webhook.Finding) candidate {
		return candidate{strings.ToLower(digits), append(slices.Clone(c.odd), odd...), c.prefix}
	}
	run := len(text) - len(strings.TrimLeft(text, "0123456789abcdefABCDEF"))
	var all []candidate
	switch {
	case run == len(text) && run >= leastDigits:
		all = append(all, with(text))
		if isDigestLength(run) {
			return all // which as base64 would be the length of another, but is not
		}
	case run >= 2*16:
		all = append(all, with(text[:run], found(CodeLonger)))
	}
	decoded, ok := decodeBase64(text)
	if !ok || len(decoded) < leastDigits/2 {
		return all
	}
	if strings.Trim(strings.ToLower(string(decoded)), "0123456789abcdef") == "" {
		all = append(all, with(string(decoded), found(CodeBase64Hex)))
	}
	return append(all, with(hex.EncodeToString(decoded), found(CodeBase64)))
}

// isDigestLength reports whether so many hex digits are a digest of some algorithm.
func isDigestLength(digits int) bool {
	return slices.ContainsFunc(algorithms(), func(a algorithm) bool { return 2*a.size == digits })
}

// decodeBase64 reads both alphabets, padded or not, and drops what is cut off of the last byte.
func decodeBase64(text string) ([]byte, bool) {
	text = strings.TrimRight(strings.NewReplacer("-", "+", "_", "/").Replace(text), "=")
	if len(text)%4 == 1 {
		text = text[:len(text)-1]
	}
	decoded, err := base64.RawStdEncoding.DecodeString(text)
	return decoded, err == nil
}

// match compares a digest, in hex, with what the candidate holds. It takes the same time only by chance: who asks for a diagnosis has
// the secret.
func (c *candidate) match(sum []byte) (odd []webhook.Finding, ok bool) {
	n := min(len(c.digits), len(sum))
	switch {
	case n < leastDigits:
		return nil, false
	case c.digits[:n] == string(sum[:n]):
		switch {
		case n < len(sum):
			return append(slices.Clone(c.odd), found(CodeTruncated, fmt.Sprintf("%d of its %d digits came", n, len(sum)))), true
		case n < len(c.digits):
			return append(slices.Clone(c.odd), found(CodeLonger)), true
		}
		return c.odd, true
	case len(c.digits) == len(sum) && wrongDigits(c.digits, sum) <= 4:
		return append(slices.Clone(c.odd), found(CodeChanged)), true
	case len(c.digits) < len(sum) && len(c.digits) > len(sum)/2 && lostZeros(c.digits, sum):
		return append(slices.Clone(c.odd), found(CodeZeros)), true
	}
	return nil, false
}

// wrongDigits counts the digits that differ. Past a few it stops.
func wrongDigits(digits string, sum []byte) int {
	n := 0
	for i := 0; i < len(sum) && n <= 4; i++ {
		if digits[i] != sum[i] {
			n++
		}
	}
	return n
}

// lostZeros reports whether digits is what is left of sum without its leading zeros, or without the first zero of each byte.
func lostZeros(digits string, sum []byte) bool {
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

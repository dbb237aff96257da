package signature

import (
	"bytes"
	"compress/gzip"
	"encoding/base64"
	"io"
	"strings"
	"unicode/utf8"

	"github.com/vidiking/vidiking-cli/internal/webhook"
)

// form is a version of the body that the sender may have signed.
type form struct {
	rank     int   // how unlikely the form is; 0 for the body itself
	size     int64 // approximate length
	cost     int64 // the cost of producing it, besides hashing, in bytes hashed
	write    func(io.Writer) error
	tails    []tail                   // text that may also have followed it
	findings func() []webhook.Finding // findings about it; nil if there are none
}

// tail is text that may follow a body.
type tail struct {
	text string
	name string
}

// Ranks of forms. The rank of the body itself is 0.
const (
	rankWhitespace = 1 // white space, byte order marks, line endings
	rankDefault    = 2 // default output of JSON libraries
	rankRare       = 3 // everything else
	rankCombined   = 5 // combinations of many changes
)

// bom is the byte order mark in UTF-8.
const bom = "\xef\xbb\xbf"

// bytesForm returns a form that consists of parts in memory.
func bytesForm(rank int, f webhook.Finding, parts ...[]byte) form {
	size := 0
	for _, p := range parts {
		size += len(p)
	}
	return form{rank: rank, size: int64(size), findings: func() []webhook.Finding { return []webhook.Finding{f} }, write: func(w io.Writer) error {
		for _, p := range parts {
			if _, err := w.Write(p); err != nil {
				return err
			}
		}
		return nil
	}}
}

// rawForms returns the body, and the forms that need no JSON parser.
func rawForms(h webhook.Header, body []byte) []form {
	asIs := bytesForm(0, webhook.Finding{}, body)
	asIs.findings = nil
	asIs.tails = []tail{{"\n", "a line feed"}, {"\r\n", "a line break"}}
	all := []form{asIs}
	all = append(all, whitespaceForms(body)...)
	all = append(all, timestampForms(h, body)...)
	if len(body) > 0 {
		all = append(all, bytesForm(rankWhitespace, newFinding(CodeBodyEmpty)))
	}
	all = append(all, encodedForms(h, body)...)
	for _, text := range []string{"{}", "[object Object]", "undefined", "null", "None", `""`} {
		if text != string(body) {
			all = append(all, bytesForm(rankRare, newFinding(CodeBodyPlaceholder, text), []byte(text)))
		}
	}
	return all
}

// whitespaceForms returns forms of the body with different white space, line endings or byte order mark.
func whitespaceForms(body []byte) []form {
	var all []form
	if trimmed, ok := bytes.CutSuffix(body, []byte("\n")); ok {
		all = append(all, bytesForm(rankWhitespace, newFinding(CodeNewlineRemoved), bytes.TrimSuffix(trimmed, []byte("\r"))))
	}
	if trimmed := bytes.TrimSpace(body); len(trimmed) < len(body) {
		all = append(all, bytesForm(rankWhitespace, newFinding(CodeTrimmed), trimmed))
	}
	if trimmed, ok := bytes.CutPrefix(body, []byte(bom)); ok {
		all = append(all, bytesForm(rankWhitespace, newFinding(CodeBOMRemoved), trimmed))
	} else {
		all = append(all, bytesForm(rankWhitespace, newFinding(CodeBOMAdded), []byte(bom), body))
	}
	if bytes.Contains(body, []byte("\r\n")) {
		all = append(all, withLineEnds(rankWhitespace, newFinding(CodeLineEnds, "LF"), body, "\r\n", "\n"))
	} else if bytes.Contains(body, []byte("\n")) {
		all = append(all, withLineEnds(rankWhitespace, newFinding(CodeLineEnds, "CR LF"), body, "\n", "\r\n"))
	}
	return all
}

// withLineEnds returns the body with different line endings. It is written line by line to avoid a copy of the body.
func withLineEnds(rank int, f webhook.Finding, body []byte, old, replacement string) form {
	out := bytesForm(rank, f, body)
	out.write = func(w io.Writer) error {
		buf := make([]byte, 0, chunkSize)
		for rest := body; ; {
			line, after, more := bytes.Cut(rest, []byte(old))
			if len(buf)+len(line) > chunkSize {
				if err := writeBoth(w, buf, line); err != nil {
					return err
				}
				buf = buf[:0]
			} else {
				buf = append(buf, line...)
			}
			if !more {
				return writeBoth(w, buf, nil)
			}
			buf, rest = append(buf, replacement...), after
		}
	}
	return out
}

// chunkSize is the size of the chunks that are hashed.
const chunkSize = 16 << 10

func writeBoth(w io.Writer, a, b []byte) error {
	if _, err := w.Write(a); err != nil {
		return err
	}
	_, err := w.Write(b)
	return err
}

// timestampForms returns forms of the body with a timestamp from a header in front of it.
func timestampForms(h webhook.Header, body []byte) []form {
	id := h.Get("webhook-id")
	var stamps []string
	for _, f := range h {
		name := strings.ToLower(f.Name)
		switch {
		case len(f.Value) > maxValueBytes || len(stamps) > 8:
		case name == "webhook-timestamp" && id != "": // Standard Webhooks 1.0.0
			stamps = append(stamps, id+"."+f.Value+".")
		case strings.HasSuffix(name, "timestamp"): // Stripe and Slack
			stamps = append(stamps, f.Value+".", f.Value, "v0:"+f.Value+":", f.Value+":")
		case strings.EqualFold(name, webhook.SignatureHeader):
			if _, at, ok := strings.Cut(f.Value, "t="); ok {
				at, _, _ = strings.Cut(at, ",")
				stamps = append(stamps, at+".")
			}
		}
	}
	var all []form
	for _, s := range stamps {
		all = append(all, bytesForm(rankWhitespace, newFinding(CodeBodyPrefixed), []byte(s), body))
	}
	return all
}

// encodedForms returns forms of the body with an encoding added or removed.
func encodedForms(h webhook.Header, body []byte) []form {
	f := bytesForm(rankRare, newFinding(CodeBodyBase64, "encoded in"), body)
	f.size = int64(base64.StdEncoding.EncodedLen(len(body)))
	f.write = func(w io.Writer) error {
		enc := base64.NewEncoder(base64.StdEncoding, w)
		if _, err := enc.Write(body); err != nil {
			return err
		}
		return enc.Close()
	}
	all := []form{f}
	if trimmed := bytes.TrimSpace(body); len(trimmed) >= 4 && isBase64(trimmed[:4]) {
		f := bytesForm(rankRare, newFinding(CodeBodyBase64, "decoded from"), body)
		f.write = func(w io.Writer) error {
			_, err := io.Copy(w, base64.NewDecoder(base64.StdEncoding, bytes.NewReader(trimmed)))
			return err
		}
		all = append(all, f)
	}
	if bytes.HasPrefix(body, []byte("\x1f\x8b")) || strings.EqualFold(h.Get("Content-Encoding"), "gzip") {
		f := bytesForm(rankRare, newFinding(CodeBodyZipped), body)
		f.write = func(w io.Writer) error { return unzip(w, body) }
		all = append(all, f)
	}
	if !isASCII(body) {
		all = append(all, charsetForm(body, "Latin-1", toLatin1), charsetForm(body, "UTF-8 read as Latin-1", fromLatin1))
	}
	return append(all, encodingForms(body)...)
}

func isBase64(text []byte) bool {
	_, err := base64.StdEncoding.DecodeString(string(text))
	return err == nil
}

func isASCII(body []byte) bool {
	for _, c := range body {
		if c >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

// unzip writes the decompressed body. The writer stops it if that exceeds the work budget.
func unzip(w io.Writer, body []byte) error {
	r, err := gzip.NewReader(bytes.NewReader(body))
	if err != nil {
		return err
	}
	_, err = io.Copy(w, r)
	return err
}

// charsetForm returns a form of the body in which appendAs encodes each character.
func charsetForm(body []byte, name string, appendAs func([]byte, rune, []byte) []byte) form {
	f := bytesForm(rankRare, newFinding(CodeBodyCharset, name), body)
	f.write = func(w io.Writer) error { return writeAs(w, body, appendAs) }
	return f
}

// writeAs writes a body in which appendAs encodes each character.
func writeAs(w io.Writer, body []byte, appendAs func(dst []byte, r rune, raw []byte) []byte) error {
	var buf []byte
	for rest := body; len(rest) > 0; {
		r, size := utf8.DecodeRune(rest)
		buf = appendAs(buf, r, rest[:size])
		rest = rest[size:]
		if len(buf) > chunkSize || len(rest) == 0 {
			if _, err := w.Write(buf); err != nil {
				return err
			}
			buf = buf[:0]
		}
	}
	return nil
}

// toLatin1 writes ? for characters that are not in Latin-1, as Java and .NET do.
func toLatin1(dst []byte, r rune, _ []byte) []byte {
	if r > 0xff {
		return append(dst, '?')
	}
	return append(dst, byte(r))
}

// fromLatin1 decodes each byte as a character, as latin1 and binary do in Node.
func fromLatin1(dst []byte, _ rune, raw []byte) []byte {
	for _, c := range raw {
		dst = utf8.AppendRune(dst, rune(c))
	}
	return dst
}

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

// form is what the signer may have had for the body.
type form struct {
	rank  int   // how far it lies from the body as it came
	size  int64 // about how long it is
	extra int64 // what it takes to write it, beside the hashing, as bytes hashed
	write func(io.Writer) error
	tails []tail                   // what may have stood behind it besides
	odd   func() []webhook.Finding // what is odd about it; nil: nothing
}

// tail is what may stand behind a body, and what is odd then.
type tail struct {
	text string
	says string
}

// The ranks of forms. That of the body as it came is 0.
const (
	rankWhite   = 1 // white space, marks, line ends
	rankDefault = 2 // what programs write by default
	rankRare    = 3 // the rest
	rankOdd     = 5 // combinations of many changes
)

// bom is the byte order mark in UTF-8.
const bom = "\xef\xbb\xbf"

// bytesForm is a form whose parts are at hand.
func bytesForm(rank int, f webhook.Finding, parts ...[]byte) form {
	size := 0
	for _, p := range parts {
		size += len(p)
	}
	return form{rank: rank, size: int64(size), odd: func() []webhook.Finding { return []webhook.Finding{f} }, write: func(w io.Writer) error {
		for _, p := range parts {
			if _, err := w.Write(p); err != nil {
				return err
			}
		}
		return nil
	}}
}

// plainForms is the body, and what it may have been without a parser.
func plainForms(h webhook.Header, body []byte) []form {
	asIs := bytesForm(0, webhook.Finding{}, body)
	asIs.odd = nil
	asIs.tails = []tail{{"\n", "a line feed"}, {"\r\n", "a line break"}}
	all := []form{asIs}
	all = append(all, whiteForms(body)...)
	all = append(all, stampedForms(h, body)...)
	if len(body) > 0 {
		all = append(all, bytesForm(rankWhite, found(CodeBodyEmpty)))
	}
	all = append(all, codedForms(h, body)...)
	for _, text := range []string{"{}", "[object Object]", "undefined", "null", "None", `""`} {
		if text != string(body) {
			all = append(all, bytesForm(rankRare, found(CodeBodyPlaceholder, text), []byte(text)))
		}
	}
	return all
}

// whiteForms is the body with other white space, line ends or mark.
func whiteForms(body []byte) []form {
	var all []form
	if bare, ok := bytes.CutSuffix(body, []byte("\n")); ok {
		all = append(all, bytesForm(rankWhite, found(CodeNewlineRemoved), bytes.TrimSuffix(bare, []byte("\r"))))
	}
	if bare := bytes.TrimSpace(body); len(bare) < len(body) {
		all = append(all, bytesForm(rankWhite, found(CodeTrimmed), bare))
	}
	if bare, ok := bytes.CutPrefix(body, []byte(bom)); ok {
		all = append(all, bytesForm(rankWhite, found(CodeBOMRemoved), bare))
	} else {
		all = append(all, bytesForm(rankWhite, found(CodeBOMAdded), []byte(bom), body))
	}
	if bytes.Contains(body, []byte("\r\n")) {
		all = append(all, replaced(rankWhite, found(CodeLineEnds, "LF"), body, "\r\n", "\n"))
	} else if bytes.Contains(body, []byte("\n")) {
		all = append(all, replaced(rankWhite, found(CodeLineEnds, "CR LF"), body, "\n", "\r\n"))
	}
	return all
}

// replaced is the body with one line end in place of another. It is written line by line, so that it takes no memory.
func replaced(rank int, f webhook.Finding, body []byte, old, fresh string) form {
	out := bytesForm(rank, f, body)
	out.write = func(w io.Writer) error {
		buf := make([]byte, 0, piece)
		for rest := body; ; {
			line, after, more := bytes.Cut(rest, []byte(old))
			if len(buf)+len(line) > piece {
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
			buf, rest = append(buf, fresh...), after
		}
	}
	return out
}

// piece is how much is gathered before it is hashed.
const piece = 16 << 10

func writeBoth(w io.Writer, a, b []byte) error {
	if _, err := w.Write(a); err != nil {
		return err
	}
	_, err := w.Write(b)
	return err
}

// stampedForms is the body with a time stamp before it, where a header gives one.
func stampedForms(h webhook.Header, body []byte) []form {
	id := h.Get("webhook-id")
	var stamps []string
	for _, f := range h {
		name := strings.ToLower(f.Name)
		switch {
		case len(f.Value) > longestValue || len(stamps) > 8:
		case name == "webhook-timestamp" && id != "": // Standard Webhooks 1.0.0
			stamps = append(stamps, id+"."+f.Value+".")
		case strings.HasSuffix(name, "timestamp"): // Stripe's way, and Slack's
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
		all = append(all, bytesForm(rankWhite, found(CodeBodyPrefixed), []byte(s), body))
	}
	return all
}

// codedForms is the body in another encoding, or without one.
func codedForms(h webhook.Header, body []byte) []form {
	f := bytesForm(rankRare, found(CodeBodyBase64, "in"), body)
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
		f := bytesForm(rankRare, found(CodeBodyBase64, "decoded from"), body)
		f.write = func(w io.Writer) error {
			_, err := io.Copy(w, base64.NewDecoder(base64.StdEncoding, bytes.NewReader(trimmed)))
			return err
		}
		all = append(all, f)
	}
	if bytes.HasPrefix(body, []byte("\x1f\x8b")) || strings.EqualFold(h.Get("Content-Encoding"), "gzip") {
		f := bytesForm(rankRare, found(CodeBodyZipped), body)
		f.write = func(w io.Writer) error { return unzip(w, body) }
		all = append(all, f)
	}
	if !isASCII(body) {
		all = append(all, charsetForm(body, "Latin-1", toLatin1), charsetForm(body, "UTF-8 taken for Latin-1", fromLatin1))
		if !utf8.Valid(body) {
			all = append(all, charsetForm(body, "UTF-8, with U+FFFD for what is none", toValid))
		}
	}
	return all
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

// unzip writes what a body holds that is compressed. The writer ends it if that is too much.
func unzip(w io.Writer, body []byte) error {
	r, err := gzip.NewReader(bytes.NewReader(body))
	if err != nil {
		return err
	}
	_, err = io.Copy(w, r) //nolint:gosec // w has a bound
	return err
}

// charsetForm is the body with each character written by append.
func charsetForm(body []byte, name string, appendAs func([]byte, rune, []byte) []byte) form {
	f := bytesForm(rankRare, found(CodeBodyCharset, name), body)
	f.write = func(w io.Writer) error {
		var buf []byte
		for rest := body; len(rest) > 0; {
			r, size := utf8.DecodeRune(rest)
			buf = appendAs(buf, r, rest[:size])
			rest = rest[size:]
			if len(buf) > piece || len(rest) == 0 {
				if _, err := w.Write(buf); err != nil {
					return err
				}
				buf = buf[:0]
			}
		}
		return nil
	}
	return f
}

// toLatin1 writes ? for what Latin-1 has not, as Java and .NET do.
func toLatin1(dst []byte, r rune, _ []byte) []byte {
	if r > 0xff {
		return append(dst, '?')
	}
	return append(dst, byte(r)) //nolint:gosec // checked
}

// fromLatin1 takes each byte for a character, as Node's latin1 and binary do.
func fromLatin1(dst []byte, _ rune, raw []byte) []byte {
	for _, c := range raw {
		dst = utf8.AppendRune(dst, rune(c))
	}
	return dst
}

func toValid(dst []byte, r rune, _ []byte) []byte { return utf8.AppendRune(dst, r) }

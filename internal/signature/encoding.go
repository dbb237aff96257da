package signature

import (
	"io"
	"unicode/utf16"
	"unicode/utf8"
)

// Encoding is a body as text in another encoding than it was sent in. Programs sign that if they decode the body to a string and encode
// the string again.
type Encoding struct {
	Code  string // the code of the finding
	Name  string // what happens to the text, for use in a sentence
	Write func(w io.Writer) error
}

// Encodings returns the wrong encodings that change a body.
func Encodings(body []byte) []Encoding {
	if len(body) == 0 {
		return nil
	}
	encode := func(code, name string, appendAs func([]byte, rune, []byte) []byte) Encoding {
		return Encoding{code, name, func(w io.Writer) error { return writeAs(w, body, appendAs) }}
	}
	var all []Encoding
	if !isASCII(body) {
		all = append(
			all,
			encode(CodeEncodingASCII, "ASCII, with ? for each UTF-16 unit of other characters, as .NET's Encoding.ASCII does", questionMarks(utf16.RuneLen)),
			encode(CodeEncodingASCII, "ASCII, with ? for each other character, as Java and Python's errors='replace' do", questionMarks(func(rune) int { return 1 })),
			encode(CodeEncodingASCII, "ASCII, with ? for each byte of other characters", questionMarks(utf8.RuneLen)),
			encode(CodeEncodingReplacement, "ASCII, with U+FFFD for each byte of other characters", replacementPerByte),
			encode(CodeEncodingReplacement, "ASCII, with U+FFFD for each other character", replacementPerRune),
			encode(CodeEncodingDropped, "ASCII, without other characters", onlyBelow(utf8.RuneSelf)),
			encode(CodeEncodingDropped, "UTF-8 of at most three bytes, without emoji", onlyBelow(0x10000)),
		)
		if !utf8.Valid(body) {
			all = append(all, encode(CodeEncodingReplacement, "UTF-8, with U+FFFD for invalid bytes", toValid))
		}
	}
	if !utf8.Valid(body) {
		return all // no program reads it as text without a change
	}
	little, big := toUTF16(0, 8), toUTF16(8, 0)
	withMark := func(mark string, e Encoding) Encoding {
		return Encoding{e.Code, e.Name + " and a byte order mark", func(w io.Writer) error {
			if _, err := io.WriteString(w, mark); err != nil {
				return err
			}
			return e.Write(w)
		}}
	}
	le, be := encode(CodeEncodingUTF16, "UTF-16, little-endian", little), encode(CodeEncodingUTF16, "UTF-16, big-endian", big)
	return append(all, le, be, withMark("\xff\xfe", le), withMark("\xfe\xff", be))
}

// encodingForms returns the wrong encodings as forms of the body.
func encodingForms(body []byte) []form {
	var all []form
	for _, e := range Encodings(body) {
		f := bytesForm(rankRare, newFinding(e.Code, e.Name), body)
		if e.Code == CodeEncodingUTF16 {
			f.size *= 2
		}
		f.write = e.Write
		all = append(all, f)
	}
	return all
}

// questionMarks writes count question marks in place of each character that is not ASCII.
func questionMarks(count func(rune) int) func([]byte, rune, []byte) []byte {
	return func(dst []byte, r rune, raw []byte) []byte {
		if r < utf8.RuneSelf {
			return append(dst, raw...)
		}
		for range max(count(r), 1) {
			dst = append(dst, '?')
		}
		return dst
	}
}

func replacementPerByte(dst []byte, r rune, raw []byte) []byte {
	if r < utf8.RuneSelf {
		return append(dst, raw...)
	}
	for range raw {
		dst = utf8.AppendRune(dst, utf8.RuneError)
	}
	return dst
}

func replacementPerRune(dst []byte, r rune, raw []byte) []byte {
	if r < utf8.RuneSelf {
		return append(dst, raw...)
	}
	return utf8.AppendRune(dst, utf8.RuneError)
}

// onlyBelow drops the characters from limit on.
func onlyBelow(limit rune) func([]byte, rune, []byte) []byte {
	return func(dst []byte, r rune, raw []byte) []byte {
		if r >= limit {
			return dst
		}
		return append(dst, raw...)
	}
}

// toUTF16 writes UTF-16 units; first and second are the shifts of their bytes.
func toUTF16(first, second int) func([]byte, rune, []byte) []byte {
	return func(dst []byte, r rune, _ []byte) []byte {
		for _, unit := range utf16.AppendRune(nil, r) {
			dst = append(dst, byte(unit>>first), byte(unit>>second))
		}
		return dst
	}
}

func toValid(dst []byte, r rune, _ []byte) []byte { return utf8.AppendRune(dst, r) }

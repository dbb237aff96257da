package recording

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf16"
	"unicode/utf8"
)

// Text is a string in JSON that keeps all bytes. Invalid UTF-8, which a JSON string cannot contain, is encoded as {"base64": "…"}.
// Characters that a terminal does not show literally, such as control and bidirectional characters, are escaped.
type Text string

type textBytes struct {
	Base64 []byte `json:"base64"`
}

// MarshalJSON returns the canonical form.
func (t Text) MarshalJSON() ([]byte, error) {
	if !utf8.ValidString(string(t)) {
		return json.Marshal(textBytes{[]byte(t)})
	}
	b := make([]byte, 0, len(t)+2)
	b = append(b, '"')
	for _, r := range string(t) {
		b = appendRune(b, r)
	}
	return append(b, '"'), nil
}

func appendRune(b []byte, r rune) []byte {
	switch {
	case r == '"' || r == '\\':
		return append(b, '\\', byte(r))
	case r == '\n':
		return append(b, `\n`...)
	case r == '\r':
		return append(b, `\r`...)
	case r == '\t':
		return append(b, `\t`...)
	case unicode.IsPrint(r):
		return utf8.AppendRune(b, r)
	case r > math.MaxUint16:
		high, low := utf16.EncodeRune(r)
		return fmt.Appendf(b, `\u%04x\u%04x`, high, low)
	default:
		return fmt.Appendf(b, `\u%04x`, r)
	}
}

// UnmarshalJSON accepts both forms.
func (t *Text) UnmarshalJSON(b []byte) error {
	if len(b) > 0 && b[0] == '{' {
		var raw textBytes
		if err := json.Unmarshal(b, &raw); err != nil || raw.Base64 == nil {
			return errors.New(`an object in place of a string must have "base64"`)
		}
		*t = Text(raw.Base64)
		return nil
	}
	return json.Unmarshal(b, (*string)(t))
}

// pairs are header lines as lists of a name and a value.
type pairs [][2]Text

// Millis is a duration as a number of milliseconds, exact to the nanosecond.
type Millis time.Duration

// MarshalJSON returns the canonical form: 7, 7.5, 7.000001.
func (m Millis) MarshalJSON() ([]byte, error) {
	sign, n := "", uint64(m)
	if m < 0 {
		sign, n = "-", -n
	}
	text := fmt.Sprintf("%s%d.%06d", sign, n/1e6, n%1e6)
	return []byte(strings.TrimRight(strings.TrimRight(text, "0"), ".")), nil
}

// UnmarshalJSON accepts any number and rounds it to nanoseconds.
func (m *Millis) UnmarshalJSON(b []byte) error {
	text := string(b)
	digits := strings.TrimPrefix(text, "-")
	whole, part, _ := strings.Cut(digits, ".")
	if strings.Trim(whole+part, "0123456789") == "" && len(part) <= 6 {
		n, err := strconv.ParseInt(strings.TrimSuffix(text, "."+part)+part+strings.Repeat("0", 6-len(part)), 10, 64)
		if err != nil {
			return fmt.Errorf("%s is not a duration", text)
		}
		*m = Millis(n)
		return nil
	}
	f, err := strconv.ParseFloat(text, 64) // jq writes 1e-06
	if f = math.Round(f * 1e6); err != nil || math.Abs(f) > math.MaxInt64/2 {
		return fmt.Errorf("%s is not a duration", text)
	}
	*m = Millis(f)
	return nil
}

// moment is a time as the log stores it: RFC 3339, UTC, in milliseconds.
type moment time.Time

func (t moment) MarshalText() ([]byte, error) {
	return time.Time(t).UTC().AppendFormat(nil, "2006-01-02T15:04:05.000Z"), nil
}

// UnmarshalText accepts any RFC 3339 time and truncates it to milliseconds.
func (t *moment) UnmarshalText(b []byte) error {
	at, err := time.Parse(time.RFC3339Nano, string(b))
	if err != nil {
		return fmt.Errorf("%.40q is not a time", b)
	}
	*t = moment(time.UnixMilli(at.UnixMilli()).UTC())
	return nil
}

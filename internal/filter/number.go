package filter

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"

	"github.com/vidiking/vidiking-cli/internal/webhook"
)

// number parses a number with an optional comparison operator, or a time.
func (p *parser) number(k Key, at piece) (Value, *Error) {
	if k == Since || k == Until {
		return p.when(k, at)
	}
	text := strings.ReplaceAll(at.text, " ", "") // a row shows 9 ms
	if k == Code && isClass(text) {
		low := int64(text[0]-'0') * 100
		return Value{Low: low, High: low + 99, written: strings.ToLower(text)}, nil
	}
	operator := text[:len(text)-len(strings.TrimLeft(text, "<>="))]
	n, ok := k.quantity(text[len(operator):])
	if !ok {
		return Value{}, p.wrong(at, fmt.Sprintf("%q is not a %s", at.text, k.unit()), "for example "+k.examples())
	}
	if k == Took && (operator == "" || operator == "=") {
		return Value{}, p.wrong(at, fmt.Sprintf("took needs a comparison, not %q", at.text), "did you mean took:>"+text[len(operator):]+"?")
	}
	v := Value{Low: k.least(), High: math.MaxInt64}
	switch operator {
	case "", "=":
		v.Low, v.High, operator = n, n, ""
	case ">":
		v.Low = n + 1
	case ">=":
		v.Low = n
	case "<":
		v.High = n - 1
	case "<=":
		v.High = n
	default:
		return Value{}, p.wrong(at, fmt.Sprintf("%q is not a comparison", operator), "use >, >=, < or <=, for example "+k.examples())
	}
	v.Low = max(v.Low, k.least())
	v.written = operator + strings.TrimLeft(text, "<>=")
	return v, nil
}

// isClass reports whether text is a class of status codes, such as 5xx.
func isClass(text string) bool {
	return len(text) == 3 && text[0] >= '1' && text[0] <= '9' && strings.EqualFold(text[1:], "xx")
}

// quantity parses a non-negative number in the key's unit. It refuses the largest int64, so callers can add 1.
func (k Key) quantity(text string) (n int64, ok bool) {
	switch k {
	case Took:
		d, ok := parseDuration(strings.ReplaceAll(text, "min", "m")) // a row shows min
		return int64(d), ok && d < math.MaxInt64
	case Size:
		return parseBytes(text)
	}
	n, err := strconv.ParseInt(text, 10, 64)
	return n, err == nil && n >= 0 && n < math.MaxInt64 && text[0] != '+' && text[0] != '-'
}

func parseBytes(text string) (n int64, ok bool) {
	digits := len(text) - len(strings.TrimLeft(text, "0123456789."))
	unit, ok := webhook.UnitOfBytes(text[digits:])
	if !ok {
		return 0, false
	}
	if n, err := strconv.ParseInt(text[:digits], 10, 64); err == nil {
		return n * unit, n < math.MaxInt64/unit
	}
	f, err := strconv.ParseFloat(text[:digits], 64)
	f *= float64(unit)
	return int64(math.Round(f)), err == nil && f < math.MaxInt64/2
}

// least returns the smallest possible number. Without a response there is no status code.
func (k Key) least() int64 {
	if k == Code {
		return 1
	}
	return 0
}

func (k Key) unit() string {
	switch k {
	case Took:
		return "duration"
	case Size:
		return "size"
	default:
		return "number"
	}
}

func (k Key) examples() string {
	switch k {
	case Code:
		return "code:404, code:5xx or code:>=500"
	case Took:
		return "took:>2s or took:<=500ms"
	case Size:
		return "size:>10kB or size:0"
	default:
		return "attempts:>1 or attempts:0"
	}
}

func (p *parser) when(k Key, at piece) (Value, *Error) {
	t, err := ParseWhen(at.text, p.now, p.loc)
	if err != nil {
		return Value{}, p.wrong(at, fmt.Sprintf("%q is not a time", at.text), TimeExamples)
	}
	return moment(k, t, strings.TrimSpace(at.text)), nil
}

// moment returns the range of milliseconds from t on (Since) or before t (Until). Receive times have no finer resolution.
func moment(k Key, t time.Time, written string) Value {
	first := t.Add(time.Millisecond - time.Nanosecond).UnixMilli()
	if k == Since {
		return Value{Low: first, High: math.MaxInt64, written: written}
	}
	return Value{Low: math.MinInt64, High: first - 1, written: written}
}

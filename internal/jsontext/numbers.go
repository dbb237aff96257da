package jsontext

import (
	"bytes"
	"math"
	"strconv"
)

// appendNumber appends a number as a language writes it after parsing it. ok is false if the language cannot write it.
func appendNumber(dst, literal []byte, format Numbers) (_ []byte, ok bool) {
	if format == NumbersAsWritten {
		return append(dst, literal...), true
	}
	isInt := !bytes.ContainsAny(literal, ".eE")
	switch {
	case isInt && format == NumbersPython, isInt && format == NumbersRuby: // integers of any size
		return append(dst, withoutMinusZero(literal)...), true
	case isInt && format == NumbersPHP:
		if _, err := strconv.ParseInt(string(literal), 10, 64); err == nil { // a larger number is a float
			return append(dst, withoutMinusZero(literal)...), true
		}
	}
	f, err := strconv.ParseFloat(string(literal), 64)
	if err != nil {
		return appendInfinite(dst, f, format)
	}
	switch format {
	case NumbersNode:
		if f == 0 {
			return append(dst, '0'), true
		}
		return appendShort(dst, f), true
	case NumbersGo:
		return appendShort(dst, f), true
	case NumbersPython:
		return appendLong(dst, f, longForm{plainFrom: -4, plainTo: 16, point: true, exponent: 2}), true
	case NumbersPHP:
		return appendLong(dst, f, longForm{plainFrom: -4, plainTo: 17, pointInMantissa: true, exponent: 1}), true
	default:
		return appendLong(dst, f, longForm{plainFrom: -4, plainTo: 16, point: true, pointInMantissa: true, exponent: 2}), true
	}
}

// withoutMinusZero returns an integer as it is written after parsing: integers have no negative zero.
func withoutMinusZero(literal []byte) []byte {
	if string(literal) == "-0" {
		return literal[1:]
	}
	return literal
}

// appendInfinite appends a number that is too large for a float. Only Node and Python write one.
func appendInfinite(dst []byte, f float64, format Numbers) ([]byte, bool) {
	switch {
	case format == NumbersNode:
		return append(dst, "null"...), true
	case format == NumbersPython && f < 0:
		return append(dst, "-Infinity"...), true
	case format == NumbersPython:
		return append(dst, "Infinity"...), true
	default:
		return dst, false
	}
}

// appendShort appends f as JavaScript and Go print it (ECMA-262, Number::toString): the shortest digits that parse to f, without an exponent
// from 1e-6 up to 1e21, otherwise with the shortest exponent.
func appendShort(dst []byte, f float64) []byte {
	size := math.Abs(f)
	if f == 0 || size >= 1e-6 && size < 1e21 {
		return strconv.AppendFloat(dst, f, 'f', -1, 64)
	}
	return shortenExponent(strconv.AppendFloat(dst, f, 'e', -1, 64))
}

// shortenExponent removes the leading zero of an exponent with one digit, which strconv adds.
func shortenExponent(dst []byte) []byte {
	if n := len(dst); dst[n-2] == '0' && (dst[n-3] == '-' || dst[n-3] == '+') {
		return append(dst[:n-2], dst[n-1])
	}
	return dst
}

// longForm describes how a language prints floats if it distinguishes them from integers.
type longForm struct {
	plainFrom, plainTo int  // the range of decimal exponents that are printed without an exponent
	point              bool // 10 is written 10.0
	pointInMantissa    bool // 1e25 is written 1.0e+25
	exponent           int  // its minimum number of digits
}

// appendLong appends f as Python (float_repr_style short), PHP (serialize_precision -1) and Ruby (Float#to_s) print it.
func appendLong(dst []byte, f float64, form longForm) []byte {
	from := len(dst)
	dst = strconv.AppendFloat(dst, f, 'e', -1, 64)
	e := bytes.IndexByte(dst[from:], 'e') + from
	exponent, _ := strconv.Atoi(string(dst[e+1:])) // just written
	if f == 0 || exponent >= form.plainFrom && exponent < form.plainTo {
		dst = strconv.AppendFloat(dst[:from], f, 'f', -1, 64)
		if form.point && bytes.IndexByte(dst[from:], '.') < 0 {
			dst = append(dst, ".0"...)
		}
		return dst
	}
	if form.pointInMantissa && bytes.IndexByte(dst[from:e], '.') < 0 {
		dst = append(dst[:e], append([]byte(".0"), dst[e:]...)...)
	}
	if form.exponent == 1 {
		return shortenExponent(dst)
	}
	return dst
}

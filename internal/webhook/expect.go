package webhook

import (
	"strconv"
	"strings"
)

// IsStatusCode reports whether s is a status code (three digits, the first 1 to 5: RFC 9110, 15) or a class of codes such as 4xx.
func IsStatusCode(s string) bool {
	if len(s) != 3 || s[0] < '1' || s[0] > '5' {
		return false
	}
	return s[1:] == "xx" || strings.Trim(s[1:], "0123456789") == ""
}

// MeetsStatus reports whether a response code is among the expected codes and classes, which are separated by spaces: "401 5xx".
func MeetsStatus(expected string, code int) bool {
	came := strconv.Itoa(code)
	for want := range strings.FieldsSeq(expected) {
		if want == came || IsStatusCode(want) && want[1:] == "xx" && want[0] == came[0] {
			return true
		}
	}
	return false
}

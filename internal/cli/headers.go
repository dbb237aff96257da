package cli

import (
	"net/textproto"
	"strings"

	"github.com/vidiking/vidiking-cli/internal/webhook"
)

// parseHeaders reads the values of --header.
func parseHeaders(values []string) ([]webhook.Field, error) {
	var fields []webhook.Field
	for _, v := range values {
		name, value, ok := strings.Cut(v, ":")
		name, value = strings.TrimSpace(name), strings.TrimSpace(value)
		if !ok || !isHeaderName(name) || !isHeaderValue(value) {
			return nil, usage("--header "+strings.ToValidUTF8(v, "?")+" is not a header", "as in --header 'X-Trace: 42'")
		}
		fields = append(fields, webhook.Field{Name: textproto.CanonicalMIMEHeaderKey(name), Value: value})
	}
	return fields, nil
}

// isHeaderName reports whether s is a token (RFC 9110, 5.6.2).
func isHeaderName(s string) bool {
	const token = "!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
	return s != "" && strings.Trim(s, token) == ""
}

// isHeaderValue reports whether s can be a field's value (RFC 9110, 5.5): no control characters but the tab.
func isHeaderValue(s string) bool {
	return strings.IndexFunc(s, func(r rune) bool { return r < ' ' && r != '\t' || r == 0x7f }) < 0
}

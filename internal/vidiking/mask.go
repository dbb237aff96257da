package vidiking

import (
	"encoding/base64"
	"encoding/json"
	"net/url"
	"strings"

	"github.com/vidiking/vidiking-cli/internal/webhook"
)

// mask replaces a secret in text, whether plain or encoded as JSON, URL or base64.
func mask(text string, s webhook.Secret) string {
	if !s.IsSet() {
		return text
	}
	value := s.Reveal()
	spelled := []string{
		value, url.QueryEscape(value), url.PathEscape(value),
		base64.StdEncoding.EncodeToString([]byte(value)), base64.RawURLEncoding.EncodeToString([]byte(value)),
	}
	if quoted, err := json.Marshal(value); err == nil {
		spelled = append(spelled, string(quoted[1:len(quoted)-1]))
	}
	for _, form := range spelled {
		text = strings.ReplaceAll(text, form, s.String())
	}
	return text
}

package signature_test

import (
	"bytes"
	"testing"
	"unicode/utf16"

	"github.com/vidiking/vidiking-cli/internal/signature"
	"github.com/vidiking/vidiking-cli/internal/webhook"
)

func TestDiagnoseNamesTheEncodingThatWasSigned(t *testing.T) {
	t.Parallel()
	const title = `{"title":"Café 😀"}`
	units := func(order func(u uint16) []byte) string {
		var b bytes.Buffer
		for _, u := range utf16.Encode([]rune(title)) {
			b.Write(order(u))
		}
		return b.String()
	}
	little := units(func(u uint16) []byte { return []byte{byte(u), byte(u >> 8)} })
	secret := webhook.SecretFrom("whsec_abc")
	for _, tc := range []struct{ name, body, signed, code string }{
		{".NET's Encoding.ASCII", title, `{"title":"Caf? ??"}`, "encoding_ascii"},
		{"Python's encode('ascii', 'replace')", title, `{"title":"Caf? ?"}`, "encoding_ascii"},
		{"? for each byte", title, `{"title":"Caf?? ????"}`, "encoding_ascii"},
		{"Python's decode('ascii', 'replace')", title, "{\"title\":\"Caf\ufffd\ufffd \ufffd\ufffd\ufffd\ufffd\"}", "encoding_replacement"},
		{"U+FFFD for each character", title, "{\"title\":\"Caf\ufffd \ufffd\"}", "encoding_replacement"},
		{"invalid UTF-8, decoded", "caf\xe9", "caf\ufffd", "encoding_replacement"},
		{"Python's encode('ascii', 'ignore')", title, `{"title":"Caf "}`, "encoding_dropped"},
		{"MySQL's utf8mb3", title, `{"title":"Café "}`, "encoding_dropped"},
		{".NET's Encoding.Unicode", title, little, "encoding_utf16"},
		{"the same with a byte order mark", title, "\xff\xfe" + little, "encoding_utf16"},
		{"UTF-16, big-endian", title, units(func(u uint16) []byte { return []byte{byte(u >> 8), byte(u)} }), "encoding_utf16"},
		{"ASCII text in UTF-16", `{}`, "{\x00}\x00", "encoding_utf16"},
	} {
		header := webhook.Header{{Name: webhook.SignatureHeader, Value: signature.Sign(secret, []byte(tc.signed), signature.StylePrefixed)}}
		d := signature.Diagnose(t.Context(), signature.Case{
			Header: header, Body: []byte(tc.body), Secrets: []signature.KnownSecret{{Secret: secret, InUse: true}},
		})
		if len(d.Findings) == 0 || d.Findings[0].Code != tc.code || d.Findings[0].Certainty != webhook.Certain {
			t.Errorf("%s: got %+v, want %s", tc.name, d.Findings, tc.code)
		}
	}
}

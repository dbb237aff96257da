package conformance

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha1" //nolint:gosec // of handlers that use it by mistake
	"crypto/sha256"
	"crypto/sha512"
	"encoding/base64"
	"encoding/hex"
	"hash"
	"strings"

	"github.com/vidiking/vidiking-cli/internal/jsontext"
	"github.com/vidiking/vidiking-cli/internal/refusal"
	"github.com/vidiking/vidiking-cli/internal/signature"
	"github.com/vidiking/vidiking-cli/internal/webhook"
)

// variant is a signature that a handler with one mistake accepts.
type variant struct {
	name    string
	header  webhook.Header
	finding webhook.Finding
	each    []variant // the variants that this one combines; empty: none
}

const (
	prefix    = "sha256="
	hashRaw   = "Hash the raw bytes of the request, before any parser reads them."
	useSecret = "Use the whole secret as the key, whsec_ included, and decode nothing."
)

func signed(value string) webhook.Header {
	return webhook.Header{{Name: webhook.SignatureHeader, Value: value}}
}

// mistake is a mistake in computing the digest, and the digest that it gives.
type mistake struct {
	name, code, cause, fix string
	digest                 []byte
}

// variants returns the signatures to try, the most common mistakes first. A handler may expect either form of the header, whatever
// other mistake it makes, so each digest is tried in both.
func (s Subject) variants() []variant {
	right := digest(sha256.New, s.Secret.Reveal(), s.Body)
	var all []variant
	if verdict, _ := signature.Verify([]webhook.Secret{s.Secret}, s.Header, s.Body); verdict != webhook.VerdictValid {
		all = append(all, variant{name: "the secret in use", header: signed(signature.Sign(s.Secret, s.Body, s.Style)), finding: webhook.Finding{
			Code: refusal.CodeDifferentSecret, Certainty: webhook.Certain,
			Cause: "The handler uses " + s.Secret.String() + ", the secret in use now. The delivery was signed with a different one.", Fix: "Replay it with --resign, which signs it again.",
		}})
	}
	all = append(all, s.otherForm(right))
	for _, m := range s.mistakes() {
		if bytes.Equal(m.digest, right) {
			continue
		}
		f := webhook.Finding{Code: m.code, Certainty: webhook.Certain, Cause: m.cause, Fix: m.fix}
		for _, form := range []string{prefix, ""} {
			all = append(all, variant{name: m.name, header: signed(form + hex.EncodeToString(m.digest)), finding: f})
		}
	}
	return append(all, s.spellings(right)...)
}

// otherForm is the right signature in the form that the delivery did not have.
func (s Subject) otherForm(right []byte) variant {
	text := hex.EncodeToString(right)
	if s.Style == signature.StyleBare {
		return variant{name: "sha256=<hex>", header: signed(prefix + text), finding: webhook.Finding{
			Code: refusal.CodePrefixExpected, Certainty: webhook.Certain, Cause: "The handler compares against sha256=<hex>, but the header is <hex>.",
			Fix: `Accept both forms: strip a "sha256=" prefix if there is one, before comparing.`,
		}}
	}
	return variant{name: "<hex>", header: signed(text), finding: webhook.Finding{
		Code: refusal.CodeBareExpected, Certainty: webhook.Certain, Cause: "The handler compares against <hex>, but the header is sha256=<hex>.",
		Fix: `Strip the "sha256=" prefix before comparing.`,
	}}
}

// mistakes returns what handlers compute instead of the right digest.
func (s Subject) mistakes() []mistake {
	all := s.otherKeys()
	for _, w := range rewritten(s.Body) {
		all = append(all, mistake{
			"the body as " + w.by + " writes it", refusal.CodeReserialized, "The handler hashes the parsed body, written again by " + w.by + ", instead of the raw bytes.",
			hashRaw, digest(sha256.New, s.Secret.Reveal(), w.text),
		})
	}
	if trimmed := bytes.TrimSpace(s.Body); len(trimmed) < len(s.Body) {
		all = append(all, mistake{
			"the body without white space around it", refusal.CodeReserialized, "The handler hashes the body without the white space around it.", hashRaw,
			digest(sha256.New, s.Secret.Reveal(), trimmed),
		})
	}
	for _, e := range signature.Encodings(s.Body) {
		mac := hmac.New(sha256.New, []byte(s.Secret.Reveal()))
		if err := e.Write(mac); err == nil {
			all = append(all, mistake{
				"the body in " + e.Name, e.Code, "The handler hashes the body as text in " + e.Name + ".", hashRaw, mac.Sum(nil),
			})
		}
	}
	return append(all, mistake{
		"an empty body", refusal.CodeBodyParsedFirst, "The handler hashes an empty body: something read it before.", hashRaw, digest(sha256.New, s.Secret.Reveal(), nil),
	})
}

// otherKeys returns the digests with what handlers use as the key by mistake.
func (s Subject) otherKeys() []mistake {
	secret := s.Secret.Reveal()
	bare := strings.TrimPrefix(secret, "whsec_")
	sign := func(key string) []byte { return digest(sha256.New, key, s.Body) }
	all := []mistake{
		{"the secret with a line feed", signature.CodeSecretSpace, "The handler's secret ends with a line feed.", "Trim the secret when the handler reads it: a file ends with a line feed.", sign(secret + "\n")},
		{"the secret with a line break", signature.CodeSecretSpace, "The handler's secret ends with a carriage return and a line feed.", "Trim the secret when the handler reads it.", sign(secret + "\r\n")},
		{"the secret with a space", signature.CodeSecretSpace, "The handler's secret ends with a space.", "Trim the secret when the handler reads it.", sign(secret + " ")},
		{"the secret in quotes", signature.CodeSecretQuoted, "The handler's secret has quotes around it.", `Remove the quotes: docker's --env-file keeps them.`, sign(`"` + secret + `"`)},
		{"the secret in single quotes", signature.CodeSecretQuoted, "The handler's secret has quotes around it.", `Remove the quotes: docker's --env-file keeps them.`, sign(`'` + secret + `'`)},
		{"no secret", refusal.CodeMissingSecret, "The handler's secret is empty.", "Set the variable that the handler reads, then restart it.", sign("")},
		{"the text undefined", refusal.CodeMissingSecret, "The handler's secret is the text \"undefined\": it has none.", "Set the variable that the handler reads, then restart it.", sign("undefined")},
	}
	if bare != secret {
		all = append([]mistake{{"the secret without whsec_", signature.CodeNoPrefix, "The handler uses the secret without whsec_ as the key.", useSecret, sign(bare)}}, all...)
	}
	for _, d := range decodedKeys(secret, bare) {
		all = append(all, mistake{"the secret decoded from " + d.from, signature.CodeSecretDecoded, "The handler decodes the secret from " + d.from + " to get the key.", useSecret, sign(d.key)})
	}
	for _, o := range s.Others {
		if o.IsSet() && o.Secret != s.Secret {
			all = append(all, mistake{
				"another secret", refusal.CodeDifferentSecret, "The handler uses a different secret than " + s.Secret.String() + ": " + o.Name + ".",
				"Give both sides the same secret, then restart the handler.", sign(o.Reveal()),
			})
		}
	}
	return all
}

// decodedKey is a secret that was decoded to get a key.
type decodedKey struct{ from, key string }

// decodedKeys decodes what follows whsec_, and the whole secret, as far as they can be decoded. Standard Webhooks libraries decode base64.
func decodedKeys(secret, bare string) []decodedKey {
	var all []decodedKey
	for _, text := range []string{bare, secret} {
		for _, e := range []*base64.Encoding{base64.StdEncoding, base64.RawStdEncoding, base64.RawURLEncoding} {
			if key, err := e.DecodeString(text); err == nil && len(key) > 0 {
				all = append(all, decodedKey{"base64", string(key)})
				break
			}
		}
		if key, err := hex.DecodeString(text); err == nil && len(key) > 0 {
			all = append(all, decodedKey{"hex", string(key)})
		}
	}
	// Node and PHP skip what is not base64.
	lenient := strings.Map(func(r rune) rune {
		switch r {
		case '-':
			return '+'
		case '_':
			return '/'
		}
		return r
	}, strings.TrimRight(secret, "="))
	if key, err := base64.RawStdEncoding.DecodeString(lenient[:len(lenient)/4*4]); err == nil {
		all = append(all, decodedKey{"base64", string(key)})
	}
	return all
}

// spellings returns the right digest, and digests of other algorithms, as handlers expect them by mistake.
func (s Subject) spellings(right []byte) []variant {
	find := func(name, value, code, cause, fix string) variant {
		return variant{name: name, header: signed(value), finding: webhook.Finding{Code: code, Certainty: webhook.Certain, Cause: cause, Fix: fix}}
	}
	text, upper, base := hex.EncodeToString(right), strings.ToUpper(hex.EncodeToString(right)), base64.StdEncoding.EncodeToString(right)
	const lower = "Compare the bytes, or the hex in lower case."
	all := []variant{
		find("hex in upper case", prefix+upper, refusal.CodeUpperCase, "The handler compares against hex in upper case.", lower),
		find("bare hex in upper case", upper, refusal.CodeUpperCase, "The handler compares against hex in upper case.", lower),
		find("base64", base, signature.CodeBase64, "The handler compares against base64; the header is hex.", "Encode the digest in hex: digest('hex'), hexdigest()."),
		find("base64 with sha256=", prefix+base, signature.CodeBase64, "The handler compares against base64; the header is hex.", "Encode the digest in hex: digest('hex'), hexdigest()."),
	}
	for _, h := range []struct {
		name string
		hash func() hash.Hash
	}{{"sha1", sha1.New}, {"sha512", sha512.New}} {
		sum := hex.EncodeToString(digest(h.hash, s.Secret.Reveal(), s.Body))
		cause := "The handler computes an HMAC-" + strings.ToUpper(h.name) + "; the signature is an HMAC-SHA256."
		for _, value := range []string{sum, h.name + "=" + sum} {
			all = append(all, find(h.name, value, signature.CodeAlgorithm, cause, "Use SHA-256."))
		}
	}
	return append(all, otherHeaders(text)...)
}

// otherHeaders returns the signature in the headers of other providers: all of them at once, because a handler reads only one.
func otherHeaders(text string) []variant {
	var all []variant
	for _, value := range []string{prefix + text, text} {
		together := variant{name: "other headers", header: signed(prefix + text)}
		for _, name := range otherNames() {
			header := webhook.Field{Name: name, Value: value}
			together.header = append(together.header, header)
			together.each = append(together.each, variant{name: name, header: append(signed(prefix+text), header), finding: webhook.Finding{
				Code: signature.CodeOtherHeader, Certainty: webhook.Certain, Cause: "The handler reads the signature from " + name + ".", Fix: "Read it from " + webhook.SignatureHeader + ".",
			}})
		}
		all = append(all, together)
	}
	return all
}

func otherNames() []string {
	return []string{"X-Signature", "X-Hub-Signature-256", "X-Webhook-Signature", "X-Vidiking-Hmac-Sha256", "Vidiking-Signature", "Webhook-Signature", "Signature"}
}

// written is a body that a program parsed and wrote again.
type written struct {
	by   string
	text []byte
}

// maxRewritten bounds the number of forms: the defaults of the common languages, and indented JSON.
const maxRewritten = 10

// rewritten returns the body as programs write it after parsing it, each text once, and only those that differ.
func rewritten(body []byte) []written {
	document, err := jsontext.Read(body)
	if err != nil {
		return nil
	}
	seen := map[string]bool{string(body): true}
	var all []written
	for form := range document.Defaults() {
		if len(form.Writers) == 0 || len(all) == maxRewritten {
			break
		}
		var b bytes.Buffer
		if err := document.WriteTo(&b, form.Style); err != nil || seen[b.String()] {
			continue
		}
		seen[b.String()] = true
		all = append(all, written{form.Writers[0], b.Bytes()})
	}
	return all
}

func digest(h func() hash.Hash, key string, body []byte) []byte {
	mac := hmac.New(h, []byte(key))
	_, _ = mac.Write(body)
	return mac.Sum(nil)
}

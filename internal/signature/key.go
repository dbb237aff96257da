package signature

import (
	"encoding/hex"
	"slices"
	"strings"

	"github.com/vidiking/vidiking-cli/internal/webhook"
)

// KnownSecret is a secret that is known here.
type KnownSecret struct {
	Secret webhook.Secret
	Name   string // for a sentence, as in "the one of profile staging"
	Fix    string // how to check with it, where it is not in use; a command, or empty
	InUse  bool   // signatures are checked with it
}

// mostSecrets bounds how many known secrets are tried.
const mostSecrets = 32

// key is what a secret may have become on its way into an HMAC.
type key struct {
	value []byte
	known KnownSecret
	odd   []webhook.Finding // what is odd about it
	rank  int               // how far it lies from the secret in use
}

// keys is every key that a signature may have been made with. The nearest come first, and none comes twice.
func keys(known []KnownSecret) []key {
	known = slices.Clone(known)
	slices.SortStableFunc(known, func(a, b KnownSecret) int { return rankOf(a) - rankOf(b) })
	var all []key
	seen := map[string]bool{}
	add := func(k key) {
		if !seen[string(k.value)] {
			seen[string(k.value)] = true
			all = append(all, k)
		}
	}
	known = known[:min(len(known), mostSecrets)]
	for _, k := range known {
		if k.Secret.IsSet() {
			add(key{value: []byte(k.Secret.Reveal()), known: k, rank: rankOf(k)})
		}
	}
	for _, k := range known {
		if k.Secret.IsSet() {
			for _, changed := range variants(k) {
				add(changed)
			}
		}
	}
	for _, unset := range []struct{ value, says string }{
		{"", "empty"}, {"undefined", "the word undefined"}, {"None", "the word None"}, {"null", "the word null"},
		{"$VIDIKING_WEBHOOK_SECRET", "the variable's name"}, {"${VIDIKING_WEBHOOK_SECRET}", "the variable's name"},
		{"VIDIKING_WEBHOOK_SECRET", "the variable's name"},
	} {
		add(key{value: []byte(unset.value), known: KnownSecret{InUse: true}, odd: []webhook.Finding{found(CodeSecretUnset, unset.says)}, rank: 2})
	}
	slices.SortStableFunc(all, func(a, b key) int { return a.rank - b.rank })
	return all
}

// rankOf puts the secrets in use before the others.
func rankOf(k KnownSecret) int {
	if k.InUse {
		return 0
	}
	return 1
}

// variants is what becomes of one secret: 1 further where it is common, 3 where it is rare.
func variants(k KnownSecret) []key {
	const common, rare = 1, 3
	text := k.Secret.Reveal()
	rest, hasPrefix := strings.CutPrefix(text, whsec)
	var all []key
	add := func(value string, further int, f webhook.Finding) {
		if value != "" {
			all = append(all, key{[]byte(value), k, []webhook.Finding{f}, rankOf(k) + further})
		}
	}
	if hasPrefix {
		add(rest, common, found(CodeNoPrefix))
	} else {
		add(whsec+text, common, found(CodePrefixAdded))
	}
	add(lenientBase64(rest), common, found(CodeSecretDecoded, "base64"))
	add(lenientBase64(text), rare, found(CodeSecretDecoded, "base64, whsec_ included"))
	add(lenientBase64(strings.ReplaceAll(text, "_", "")), rare, found(CodeSecretDecoded, "base64, whsec_ included"))
	if decoded, err := hex.DecodeString(rest); err == nil {
		add(string(decoded), rare, found(CodeSecretDecoded, "hex"))
	}
	add(text+"\n", common, found(CodeSecretSpace, "a line feed behind it"))
	add(text+"\r\n", rare, found(CodeSecretSpace, "a line break behind it"))
	add(text+" ", rare, found(CodeSecretSpace, "a space behind it"))
	add(" "+text, rare, found(CodeSecretSpace, "a space before it"))
	if hasPrefix {
		add(rest+"\n", rare, found(CodeSecretSpace, "a line feed behind it and without whsec_"))
	}
	if bare := strings.TrimSpace(text); bare != text {
		add(bare, common, found(CodeSecretSpace, "the white space around it taken off"))
	}
	add(`"`+text+`"`, rare, found(CodeSecretQuoted))
	add(`'`+text+`'`, rare, found(CodeSecretQuoted))
	return all
}

// whsec is how Vidiking's secrets begin (docs: Webhooks).
const whsec = "whsec_"

// lenientBase64 decodes as Node and PHP do: both alphabets, and what is in neither is passed over.
func lenientBase64(text string) string {
	text, _, _ = strings.Cut(text, "=")
	decoded, ok := decodeBase64(strings.Map(func(r rune) rune {
		switch {
		case r >= 'a' && r <= 'z', r >= 'A' && r <= 'Z', r >= '0' && r <= '9', strings.ContainsRune("+/-_", r):
			return r
		default:
			return -1
		}
	}, text))
	if !ok {
		return ""
	}
	return string(decoded)
}

package signature

import (
	"encoding/hex"
	"slices"
	"sort"
	"strings"

	"github.com/vidiking/vidiking-cli/internal/webhook"
)

// KnownSecret is a secret that the user has.
type KnownSecret struct {
	Secret webhook.Secret
	Name   string // completes a sentence, as in "the one of profile staging"
	Fix    string // how to verify with it if it is not active: a command, or empty
	InUse  bool   // signatures are verified with it
}

// maxSecrets limits the number of known secrets that are tried.
const maxSecrets = 32

// key is an HMAC key that a sender may have derived from a secret.
type key struct {
	value    []byte
	known    KnownSecret
	findings []webhook.Finding // findings about the derivation
	rank     int               // how unlikely the key is; 0 for an active secret
}

// keys returns all keys that may have been used, without duplicates and the most likely ones first.
func keys(known []KnownSecret) []key {
	known = slices.Clone(known)
	sort.SliceStable(known, func(i, j int) bool { return rankOf(known[i]) < rankOf(known[j]) })
	var all []key
	seen := map[string]bool{}
	add := func(k key) {
		if !seen[string(k.value)] {
			seen[string(k.value)] = true
			all = append(all, k)
		}
	}
	known = known[:min(len(known), maxSecrets)]
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
	for _, unset := range []struct{ value, name string }{
		{"", "empty"}, {"undefined", "the word undefined"}, {"None", "the word None"}, {"null", "the word null"},
		{"$VIDIKING_WEBHOOK_SECRET", "the variable's name"}, {"${VIDIKING_WEBHOOK_SECRET}", "the variable's name"},
		{"VIDIKING_WEBHOOK_SECRET", "the variable's name"},
	} {
		add(key{value: []byte(unset.value), known: KnownSecret{InUse: true}, findings: []webhook.Finding{newFinding(CodeSecretUnset, unset.name)}, rank: 2})
	}
	sort.SliceStable(all, func(i, j int) bool { return all[i].rank < all[j].rank })
	return all
}

// rankOf ranks active secrets before the others.
func rankOf(k KnownSecret) int {
	if k.InUse {
		return 0
	}
	return 1
}

// variants returns the keys derived from one secret. The rank grows by 1 for a common mistake and by 3 for a rare one.
func variants(k KnownSecret) []key {
	const common, rare = 1, 3
	text := k.Secret.Reveal()
	rest, hasPrefix := strings.CutPrefix(text, secretPrefix)
	var all []key
	add := func(value string, rankChange int, f webhook.Finding) {
		if value != "" {
			all = append(all, key{[]byte(value), k, []webhook.Finding{f}, rankOf(k) + rankChange})
		}
	}
	if hasPrefix {
		add(rest, common, newFinding(CodeNoPrefix))
	} else {
		add(secretPrefix+text, common, newFinding(CodePrefixAdded))
	}
	add(lenientBase64(rest), common, newFinding(CodeSecretDecoded, "base64"))
	add(lenientBase64(text), rare, newFinding(CodeSecretDecoded, "base64, whsec_ included"))
	add(lenientBase64(strings.ReplaceAll(text, "_", "")), rare, newFinding(CodeSecretDecoded, "base64, whsec_ included"))
	if decoded, err := hex.DecodeString(rest); err == nil {
		add(string(decoded), rare, newFinding(CodeSecretDecoded, "hex"))
	}
	add(text+"\n", common, newFinding(CodeSecretSpace, "a line feed after it"))
	add(text+"\r\n", rare, newFinding(CodeSecretSpace, "a line break after it"))
	add(text+" ", rare, newFinding(CodeSecretSpace, "a space after it"))
	add(" "+text, rare, newFinding(CodeSecretSpace, "a space before it"))
	if hasPrefix {
		add(rest+"\n", rare, newFinding(CodeSecretSpace, "a line feed after it and without whsec_"))
	}
	if trimmed := strings.TrimSpace(text); trimmed != text {
		add(trimmed, common, newFinding(CodeSecretSpace, "the white space around it removed"))
	}
	add(`"`+text+`"`, rare, newFinding(CodeSecretQuoted))
	add(`'`+text+`'`, rare, newFinding(CodeSecretQuoted))
	return all
}

// secretPrefix begins every secret of Vidiking (docs: Webhooks).
const secretPrefix = "whsec_"

// lenientBase64 decodes as Node and PHP do: it accepts both alphabets and skips all other characters.
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

package signature

import (
	"fmt"
	"slices"
	"strings"
	"sync"

	"github.com/vidiking/vidiking-cli/internal/webhook"
)

// The codes of findings. They do not change; docs/signatures.md lists them.
const (
	CodeMissing      = "header_missing"
	CodeOtherHeader  = "header_other"
	CodeEmpty        = "header_empty"
	CodePlaceholder  = "header_placeholder"
	CodeHeaderSecret = "header_secret"
	CodePrefix       = "header_prefix"
	CodeQuoted       = "header_quoted"
	CodeSpace        = "header_space"
	CodeList         = "header_list"
	CodeBase64       = "header_base64"
	CodeBase64Hex    = "header_base64_hex"
	CodeTruncated    = "header_truncated"
	CodeLonger       = "header_longer"
	CodeZeros        = "header_zeros"
	CodeChanged      = "header_changed"
	CodeMalformed    = "header_malformed"

	CodeAlgorithm = "algorithm"
	CodePlainHash = "plain_hash"
	CodeJoined    = "joined_hash"
	CodeSwapped   = "swapped"

	CodeOtherSecret   = "other_secret"
	CodeCheckedOther  = "checked_with_another"
	CodeNoPrefix      = "secret_without_prefix"
	CodePrefixAdded   = "secret_prefix_added"
	CodeSecretDecoded = "secret_decoded"
	CodeSecretSpace   = "secret_space"
	CodeSecretQuoted  = "secret_quoted"
	CodeSecretUnset   = "secret_unset"

	CodeNewlineAdded    = "body_newline_added"
	CodeNewlineRemoved  = "body_newline_removed"
	CodeTrimmed         = "body_trimmed"
	CodeLineEnds        = "body_line_ends"
	CodeBOMAdded        = "body_bom_added"
	CodeBOMRemoved      = "body_bom_removed"
	CodeBodyEmpty       = "body_empty"
	CodeBodyPlaceholder = "body_placeholder"
	CodeBodyCut         = "body_cut"
	CodeBodyIncomplete  = "body_incomplete"
	CodeBodyQuoted      = "body_quoted"
	CodeBodyBase64      = "body_base64"
	CodeBodyZipped      = "body_compressed"
	CodeBodyCharset     = "body_charset"
	CodeBodyPrefixed    = "body_prefixed"
	CodeRewritten       = "body_rewritten"

	CodeUnknown = "changed_or_other_secret"
)

const (
	signSent   = "Sign the bytes that are sent, exactly as they are sent."
	takeSecret = "Take the secret as it is for the key, whsec_ included, and decode nothing."
)

// entry is what is said of a code. A %s in the cause stands for what differs from case to case.
type entry struct{ code, cause, mend string }

// catalogue is every finding there is, in the order of the documentation. It is put together when it is first asked for.
var catalogue = sync.OnceValue(func() []entry {
	return slices.Concat(headerEntries(), keyEntries(), bodyEntries())
})

func headerEntries() []entry {
	const name = webhook.SignatureHeader
	return []entry{
		{CodeMissing, "It came without " + name + ".", "Send the signature in " + name + ": sha256= and the HMAC-SHA256 of the body in hex."},
		{CodeOtherHeader, "The signature came in %s, not in " + name + ".", "Send it in " + name + "."},
		{CodeEmpty, name + " is empty.", "See what the sender's signing gave back: there was nothing to send."},
		{CodePlaceholder, name + " holds a placeholder.", "See what the sender's signing gave back: it was no signature."},
		{CodeHeaderSecret, name + " holds the secret itself.", "Replace the secret, since it was sent. Send the HMAC-SHA256 of the body instead, in hex."},
		{CodePrefix, "Something else than sha256= stands before the signature.", "Write sha256= before it, in lower case and once, or nothing."},
		{CodeQuoted, "The signature stands in quotes.", "Take the quotes off."},
		{CodeSpace, "White space stands around the signature.", "Take it off."},
		{CodeList, "Several values stand in one " + name + ".", "Send one, or a header line for each."},
		{CodeBase64, "The signature is written in base64.", "Write it in hex."},
		{CodeBase64Hex, "The signature's hex is written in base64 once more.", "Send the hex as it is."},
		{CodeTruncated, "The signature is cut short: %s.", "Send all of it. See whether a field or a variable was too short."},
		{CodeLonger, "Something stands behind the signature.", "Send nothing behind it."},
		{CodeZeros, "Zeros are missing in the signature's hex.", "Write each byte as two digits."},
		{CodeChanged, "A few digits of the signature are wrong.", "Copy it again."},
		{CodeMalformed, name + " is neither sha256=<hex> nor <hex>.", "Send sha256= and the HMAC-SHA256 of the body in hex, which is 64 digits."},
	}
}

func keyEntries() []entry {
	return []entry{
		{CodeAlgorithm, "It was signed with %s.", "Sign with HMAC-SHA256."},
		{CodePlainHash, "It is the plain %s of the body, without the secret.", "Use HMAC-SHA256, with the secret for the key."},
		{CodeJoined, "It is the %s of secret and body put together.", "Use HMAC-SHA256, with the secret for the key."},
		{CodeSwapped, "Key and message are swapped: the secret was signed, with the body for the key.", "Swap the arguments: the secret is the key, the body the message."},

		{CodeOtherSecret, "It was signed with another secret, %s.", "Sign with the secret in use, or check with that one."},
		{CodeCheckedOther, "It is valid with the secret in use here; it was checked with another.", "Give both sides the same secret, then send it again."},
		{CodeNoPrefix, "The key was the secret without whsec_.", "Take the whole secret for the key, whsec_ included."},
		{CodePrefixAdded, "The key was the secret with whsec_ before it.", "Take the secret as it is for the key, and put nothing before it."},
		{CodeSecretDecoded, "The key was the secret decoded from %s.", takeSecret},
		{CodeSecretSpace, "The key was the secret with %s.", "Take off what is around the secret when it is read: white space counts."},
		{CodeSecretQuoted, "The key was the secret with quotes around it.", "Take the quotes off: whoever reads the sender's settings keeps them."},
		{CodeSecretUnset, "The key was %s, not the secret.", "Give the sender the secret: it found none where it looked."},
	}
}

func bodyEntries() []entry {
	return []entry{
		{CodeNewlineAdded, "It was signed with %s behind the body.", "Sign without it: echo adds one, printf '%s' does not."},
		{CodeNewlineRemoved, "It was signed without the line feed at the end of the body.", signSent},
		{CodeTrimmed, "It was signed without the white space around the body.", signSent},
		{CodeLineEnds, "It was signed with %s, and came with other line ends.", "Sign and send the same bytes: text modes, editors and git change line ends."},
		{CodeBOMAdded, "It was signed with a byte order mark before the body.", "Sign without the mark, or send it too."},
		{CodeBOMRemoved, "It was signed without the byte order mark that stands before the body.", "Send without the mark, or sign it too."},
		{CodeBodyEmpty, "Nothing was signed: the body was empty for the one who signed.", "Sign the body's bytes. Someone read them before, or they were not there yet."},
		{CodeBodyPlaceholder, "It was signed over %s, not over the body.", "Sign the body's bytes, not what a parser or a conversion left of them."},
		{CodeBodyCut, "It was signed over the first %s only.", "Sign the whole body: see what reads only a part of it."},
		{CodeBodyIncomplete, "The body's JSON ends in the middle, so the rest of it did not arrive.", "Send the whole body: see what cut it short."},
		{CodeBodyQuoted, "It was signed over the body as a JSON string: it was encoded twice.", "Sign the text itself, which is JSON already."},
		{CodeBodyBase64, "It was signed over the body %s base64.", signSent},
		{CodeBodyZipped, "It was signed over the body before it was compressed.", "Sign what is sent: compress first."},
		{CodeBodyCharset, "It was signed over the body in another encoding, %s.", "Sign the bytes that are sent, which are not text yet."},
		{CodeBodyPrefixed, "It was signed with a time stamp before the body, as Stripe and Standard Webhooks do.", "Sign the body alone."},
		{CodeRewritten, "It was signed over the body written again%s.", "Sign the bytes that are sent, and let nothing parse and write them again on the way."},

		{CodeUnknown, "Changed after signing, or signed with another secret.", "Give both sides the same secret, and let nothing change the body on its way."},
	}
}

// Catalogue lists the codes there are, with the cause and the mend that go with each; … stands for what differs from case to case.
func Catalogue() []webhook.Finding {
	var all []webhook.Finding
	for _, e := range catalogue() {
		all = append(all, webhook.Finding{Code: e.code, Cause: strings.NewReplacer("%s.", "…", "%s", "…").Replace(e.cause), Fix: e.mend})
	}
	return all
}

// found is a finding that is certain. What differs from case to case is put into its cause.
func found(code string, differs ...any) webhook.Finding {
	for _, e := range catalogue() {
		if e.code == code {
			if len(differs) > 0 {
				e.cause = fmt.Sprintf(e.cause, differs...)
			}
			return webhook.Finding{Code: code, Cause: e.cause, Fix: e.mend, Certainty: webhook.Certain}
		}
	}
	return webhook.Finding{Code: code, Certainty: webhook.Certain}
}

// sure is the finding, as sure as that.
func sure(f webhook.Finding, c webhook.Certainty) webhook.Finding {
	f.Certainty = c
	return f
}

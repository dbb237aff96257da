package signature

import (
	"fmt"
	"slices"
	"sync"

	"github.com/vidiking/vidiking-cli/internal/webhook"
)

// Codes of findings. They are stable; docs/signatures.md lists them.
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

	CodeEncodingASCII       = "encoding_ascii"
	CodeEncodingReplacement = "encoding_replacement"
	CodeEncodingUTF16       = "encoding_utf16"
	CodeEncodingDropped     = "encoding_dropped"

	CodeBodyPrefixed = "body_prefixed"
	CodeRewritten    = "body_rewritten"

	CodeUnknown = "changed_or_other_secret"
)

const (
	signSentBytes      = "Sign exactly the bytes that are sent."
	signText           = "Sign the bytes that are sent, not decoded text. In .NET, use Encoding.UTF8."
	useSecretUnchanged = "Use the secret unchanged as the key, including whsec_. Do not decode it."
)

// entry is the text for a code. A %s in the cause is replaced by details of the case.
type entry struct{ code, cause, fix string }

// catalog contains every finding, in the order of the documentation.
var catalog = sync.OnceValue(func() []entry {
	return slices.Concat(headerEntries(), keyEntries(), bodyEntries())
})

func headerEntries() []entry {
	const name = webhook.SignatureHeader
	return []entry{
		{CodeMissing, "The " + name + " header is missing.", "Send the signature in " + name + ": sha256= followed by the HMAC-SHA256 of the body in hex."},
		{CodeOtherHeader, "The signature is in %s instead of " + name + ".", "Send it in " + name + "."},
		{CodeEmpty, name + " is empty.", "Check what the sender's signing function returned: there was nothing to send."},
		{CodePlaceholder, name + " contains a placeholder.", "Check what the sender's signing function returned: it was not a signature."},
		{CodeHeaderSecret, name + " contains the secret itself.", "Replace the secret, because it was sent. Send the HMAC-SHA256 of the body in hex instead."},
		{CodePrefix, "The prefix of the signature is not sha256=.", "Write sha256= in front of the signature, once and in lower case, or no prefix."},
		{CodeQuoted, "The signature is in quotes.", "Remove the quotes."},
		{CodeSpace, "There is white space around the signature.", "Remove the white space."},
		{CodeList, "A single " + name + " header contains several values.", "Send one value, or a separate header line for each."},
		{CodeBase64, "The signature is encoded in base64.", "Encode it in hex."},
		{CodeBase64Hex, "The hex signature is encoded again in base64.", "Send the hex without further encoding."},
		{CodeTruncated, "The signature is truncated: %s.", "Send all of it. Check for a field or a variable that is too short."},
		{CodeLonger, "There is extra text after the signature.", "Send nothing after the signature."},
		{CodeZeros, "The signature's hex lacks zeros.", "Write each byte as two hex digits."},
		{CodeChanged, "A few digits of the signature are wrong.", "Copy the signature again."},
		{CodeMalformed, name + " is neither sha256=<hex> nor <hex>.", "Send sha256= followed by the HMAC-SHA256 of the body in hex (64 digits)."},
	}
}

func keyEntries() []entry {
	return []entry{
		{CodeAlgorithm, "The body was signed with %s.", "Sign with HMAC-SHA256."},
		{CodePlainHash, "The signature is the plain %s of the body, without the secret.", "Use HMAC-SHA256 with the secret as the key."},
		{CodeJoined, "The signature is the plain %s of the secret and the body joined together.", "Use HMAC-SHA256 with the secret as the key."},
		{CodeSwapped, "The key and the message are swapped: the secret was signed with the body as the key.", "Swap the arguments: the secret is the key, and the body is the message."},

		{CodeOtherSecret, "The body was signed with a different secret, %s.", "Sign with the active secret, or verify with that one."},
		{CodeCheckedOther, "The signature is valid with the active secret, but it was checked with a different one.", "Use the same secret on both sides, then send the delivery again."},
		{CodeNoPrefix, "The key was the secret without whsec_.", "Use the whole secret as the key, including whsec_."},
		{CodePrefixAdded, "The key was the secret with an extra whsec_ in front.", "Use the secret unchanged as the key."},
		{CodeSecretDecoded, "The key was the secret decoded from %s.", useSecretUnchanged},
		{CodeSecretSpace, "The key was the secret with %s.", "Remove the white space around the secret when you read it: every character counts."},
		{CodeSecretQuoted, "The key was the secret in quotes.", "Remove the quotes: some programs keep them when they read a settings file."},
		{CodeSecretUnset, "The key was %s instead of the secret.", "Give the sender the secret: it did not find one."},
	}
}

func bodyEntries() []entry {
	return []entry{
		{CodeNewlineAdded, "The signed body ended with %s that was not sent.", "Sign the body without it: echo adds one, printf '%s' does not."},
		{CodeNewlineRemoved, "The line feed at the end of the body was not signed.", signSentBytes},
		{CodeTrimmed, "The white space around the body was not signed.", signSentBytes},
		{CodeLineEnds, "The body was signed with %s line endings, but sent with different ones.", "Sign and send the same bytes: text modes, editors and git change line endings."},
		{CodeBOMAdded, "The signed body began with a byte order mark that was not sent.", "Sign the body without the mark, or send the mark."},
		{CodeBOMRemoved, "The byte order mark in front of the body was not signed.", "Send the body without the mark, or sign the mark."},
		{CodeBodyEmpty, "An empty body was signed.", "Sign the bytes of the body. They had been read before, or had not arrived yet."},
		{CodeBodyPlaceholder, "The text %s was signed instead of the body.", "Sign the bytes of the body, not the result of a parser or a conversion."},
		{CodeBodyCut, "Only the first %s were signed.", "Sign the whole body: look for code that reads only part of it."},
		{CodeBodyIncomplete, "The body is incomplete: its JSON ends in the middle.", "Send the whole body: look for what truncates it."},
		{CodeBodyQuoted, "The body was encoded as a JSON string before it was signed.", "Sign the text itself, which is already JSON."},
		{CodeBodyBase64, "The body was %s base64 before it was signed.", signSentBytes},
		{CodeBodyZipped, "The body was compressed after it was signed.", "Sign the bytes that are sent: compress the body first."},
		{CodeBodyCharset, "The body was signed in a different encoding: %s.", "Sign the bytes that are sent, not decoded text."},
		{CodeEncodingASCII, "The body was signed as text in %s.", signText},
		{CodeEncodingReplacement, "The body was signed as text in %s.", signText},
		{CodeEncodingUTF16, "The body was signed as text in %s.", signText},
		{CodeEncodingDropped, "The body was signed as text in %s.", signText},
		{CodeBodyPrefixed, "The body was signed with a timestamp in front, as Stripe and Standard Webhooks do.", "Sign only the body."},
		{CodeRewritten, "The body was re-serialized before it was signed%s.", "Sign exactly the bytes that are sent. Do not parse the body and serialize it again."},

		{CodeUnknown, "The body was modified after signing, or signed with a different secret.", "Use the same secret on both sides, and make sure that nothing modifies the body in transit."},
	}
}

// newFinding returns a certain finding. The arguments replace the %s in its cause.
func newFinding(code string, details ...any) webhook.Finding {
	for _, e := range catalog() {
		if e.code == code {
			if len(details) > 0 {
				e.cause = fmt.Sprintf(e.cause, details...)
			}
			return webhook.Finding{Code: code, Cause: e.cause, Fix: e.fix, Certainty: webhook.Certain}
		}
	}
	return webhook.Finding{Code: code, Certainty: webhook.Certain}
}

// withCertainty returns the finding with a different certainty.
func withCertainty(f webhook.Finding, c webhook.Certainty) webhook.Finding {
	f.Certainty = c
	return f
}

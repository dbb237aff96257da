package conformance

import (
	"crypto/sha1" //nolint:gosec // of handlers that accept it by mistake
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"strings"

	"github.com/vidiking/vidiking-cli/internal/signature"
	"github.com/vidiking/vidiking-cli/internal/webhook"
)

const (
	bothForms   = `Strip a "sha256=" prefix if there is one, before comparing.`
	refuseThem  = "Refuse a delivery unless its signature is correct, before you do anything with it."
	compareSafe = "Compare the lengths first, then the bytes in constant time: both must be 64 hex digits."
	wrong4xx    = "400, 401 or 403"
	noCrash     = "400, 401 or 403, and no 5xx"
)

func signatureCases() []Case {
	return slices.Concat(unsignedCases(), damagedCases(), otherDigestCases(), headerCases())
}

// unsignedCases are about the form of the signature, and deliveries without a correct one.
func unsignedCases() []Case {
	return []Case{
		{
			ID: "sig.bare", Title: "accepts the signature as <hex>", Weight: Should, Source: SourceVidiking,
			Why:   "Vidiking's documentation shows both forms of the header. A handler that accepts both works, whichever one is sent.",
			Sends: "a correct delivery whose signature is <hex>", Expects: "2xx", Fix: bothForms,
			try: func(t *trial) {
				body := t.complete()
				t.accept("a signature without sha256=", t.with(body, t.digits(body)))
			},
		},
		{
			ID: "sig.prefixed", Title: "accepts the signature as sha256=<hex>", Weight: Should, Source: SourceVidiking,
			Why:   "Vidiking's documentation shows both forms of the header. A handler that accepts both works, whichever one is sent.",
			Sends: "a correct delivery whose signature is sha256=<hex>", Expects: "2xx", Fix: bothForms,
			try: func(t *trial) {
				body := t.complete()
				t.accept("a signature with sha256=", t.with(body, prefix+t.digits(body)))
			},
		},
		{
			ID: "sig.missing", Title: "refuses a delivery without a signature", Weight: Must, Source: SourceStandard,
			Why:   "Anyone can send a delivery without a signature.",
			Sends: "a delivery without the signature header", Expects: wrong4xx, Fix: refuseThem,
			try: func(t *trial) { t.refuse("a delivery without a signature", t.with(t.complete())) },
		},
		{
			ID: "sig.empty", Title: "refuses an empty signature", Weight: Must, Source: SourceStandard,
			Why:   "Code that checks the signature only if there is one often takes an empty header for none.",
			Sends: "a delivery with an empty signature header", Expects: wrong4xx, Fix: refuseThem,
			try: func(t *trial) { t.refuse("an empty signature", t.with(t.complete(), "")) },
		},
		{
			ID: "sig.tampered-body", Title: "refuses a body that was changed after signing", Weight: Must, Source: SourceStandard,
			Why:   "The signature protects the body only if the handler hashes the whole body of each delivery.",
			Sends: "a correct delivery; then the same with one byte of data changed and the same signature", Expects: "2xx; then " + wrong4xx,
			Fix: "Hash the whole body of each delivery, and don't remember signatures that were correct before.",
			try: func(t *trial) {
				body := t.complete()
				r := t.signed(body)
				if !t.accept("the delivery before it was changed", r) {
					return
				}
				changed := strings.Replace(string(body), `"id":"job_`, `"id":"jov_`, 1)
				r.Body = []byte(changed)
				t.refuse("a body that was changed after signing", r)
			},
		},
		{
			ID: "sig.wrong-secret", Title: "refuses a signature with another secret", Weight: Must, Source: SourceStandard,
			Why:   "A handler without a secret often signs with an empty key, and so can anyone.",
			Sends: "deliveries signed with another secret, and with an empty key", Expects: wrong4xx,
			Fix: "Refuse to start without a secret, and compare the whole signature.",
			try: func(t *trial) {
				for _, key := range []struct{ name, value string }{{"another secret", "whsec_another_secret_of_the_test"}, {"an empty key", ""}} {
					body := t.complete()
					t.refuse("a signature with "+key.name, t.with(body, t.inForm(hex.EncodeToString(digest(sha256.New, key.value, body)))))
				}
			},
		},
	}
}

// damagedCases are about signatures that are not 64 hex digits.
func damagedCases() []Case {
	return []Case{
		{
			ID: "sig.truncated", Title: "refuses half a signature", Weight: Must, Source: SourceOwn,
			Why:   "A comparison that throws if the lengths differ turns every wrong signature into a crash. One that compares only what was sent accepts a few digits.",
			Sends: "the first 32 digits of the correct signature", Expects: noCrash, Fix: compareSafe,
			try: func(t *trial) {
				body := t.complete()
				t.refuseCleanly("half a signature", t.with(body, t.inForm(t.digits(body)[:32])))
			},
		},
		{
			ID: "sig.prefix-only", Title: "refuses a signature that is only sha256=", Weight: Must, Source: SourceOwn,
			Why:   "Without its prefix, this signature is empty.",
			Sends: "sha256= without digits", Expects: noCrash, Fix: compareSafe,
			try: func(t *trial) { t.refuseCleanly("sha256= without digits", t.with(t.complete(), prefix)) },
		},
		{
			ID: "sig.not-hex", Title: "refuses a signature that is not hex", Weight: Must, Source: SourceOwn,
			Why:   "Decoding what is not hex throws in some languages and gives no bytes in others.",
			Sends: "64 letters that are not hex, and 32 characters that are not ASCII", Expects: noCrash, Fix: compareSafe,
			try: func(t *trial) {
				t.refuseCleanly("a signature of other letters", t.with(t.complete(), t.inForm(strings.Repeat("z", 64))))
				t.refuseCleanly("a signature of other than ASCII", t.with(t.complete(), t.inForm(strings.Repeat("é", 32))))
			},
		},
	}
}

// otherDigestCases are about digests other than the HMAC-SHA256 with the whole secret.
func otherDigestCases() []Case {
	return []Case{
		{
			ID: "sig.other-alg", Title: "refuses another algorithm", Weight: Must, Source: SourceOwn,
			Why:   "A handler that lets the sender choose the algorithm is as safe as the weakest of them.",
			Sends: "sha1= and a correct HMAC-SHA1", Expects: wrong4xx, Fix: "Always compute an HMAC-SHA256, whatever the header says.",
			try: func(t *trial) {
				body := t.complete()
				sum := digest(sha1.New, t.run.options.Secret.Reveal(), body)
				t.refuse("an HMAC-SHA1", t.with(body, "sha1="+hex.EncodeToString(sum)))
			},
		},
		{
			ID: "sig.plain-hash", Title: "refuses a hash without the secret", Weight: Must, Source: SourceOwn,
			Why:   "Anyone can compute the SHA-256 of a body. Only an HMAC needs the secret.",
			Sends: "the SHA-256 of the body", Expects: wrong4xx, Fix: "Compute an HMAC with the secret as its key.",
			try: func(t *trial) {
				body := t.complete()
				sum := sha256.Sum256(body)
				t.refuse("a SHA-256 without the secret", t.with(body, t.inForm(hex.EncodeToString(sum[:]))))
			},
		},
		{
			ID: "sig.stripped-secret", Title: "refuses a signature with a part of the secret", Weight: Must, Source: SourceVidiking,
			Why:   "The key is the whole secret, whsec_ included. A handler that also accepts a decoded one was made for another provider, and has two keys.",
			Sends: "deliveries signed with the secret without whsec_, and with the secret decoded from base64", Expects: wrong4xx, Fix: useSecret,
			try: trySecretParts,
		},
	}
}

// headerCases are about the header.
func headerCases() []Case {
	return []Case{
		{
			ID: "sig.header-case", Title: "accepts the header's name in upper case", Weight: Must, Source: SourceHTTP,
			Why:   "The names of headers are case-insensitive, and proxies change their case.",
			Sends: "a correct delivery with the header X-VIDIKING-SIGNATURE", Expects: "2xx",
			Fix: "Read the header through your framework, or compare its name without regard to case.",
			try: func(t *trial) {
				r := t.signed(t.complete())
				r.Shape.UpperCase = webhook.SignatureHeader
				t.accept("the header X-VIDIKING-SIGNATURE", r)
			},
		},
		{
			ID: "sig.uppercase-hex", Title: "does not crash on hex in upper case", Weight: Info, Source: SourceOwn,
			Why:   "Vidiking sends lower case. Both accepting and refusing upper case are correct.",
			Sends: "the correct signature in upper case", Expects: "any code below 500", Fix: compareSafe,
			try: func(t *trial) {
				body := t.complete()
				t.either("hex in upper case", t.with(body, t.inForm(strings.ToUpper(t.digits(body)))))
			},
		},
		{
			ID: "sig.two-headers", Title: "does not crash on two signatures", Weight: Info, Source: SourceOwn,
			Why:   "Frameworks join two headers of one name, or take the first or the last. All are correct.",
			Sends: "a wrong and the correct signature in two headers", Expects: "any code below 500", Fix: refuseThem,
			try: func(t *trial) {
				body := t.complete()
				wrong := signature.Sign(webhook.SecretFrom("whsec_another_secret_of_the_test"), body, t.run.form)
				t.either("a wrong and a correct signature", t.with(body, wrong, t.inForm(t.digits(body))))
			},
		},
	}
}

func trySecretParts(t *trial) {
	secret := t.run.options.Secret.Reveal()
	bare := strings.TrimPrefix(secret, "whsec_")
	keys := decodedKeys(secret, bare)
	if bare != secret {
		keys = append([]decodedKey{{"whsec_", bare}}, keys...)
	}
	if len(keys) == 0 {
		t.skipped = "does not apply: the secret does not begin with whsec_, and nothing can be decoded"
	}
	for _, key := range keys {
		name := "a signature with the secret decoded from " + key.from
		if key.from == "whsec_" {
			name = "a signature with the secret without whsec_"
		}
		body := t.complete()
		t.refuse(name, t.with(body, t.inForm(hex.EncodeToString(digest(sha256.New, key.key, body)))))
	}
}

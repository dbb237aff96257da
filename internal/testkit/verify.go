package testkit

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"io"
	"net/http"
	"strings"
)

// VerifyPrefixed responds like a handler that compares the signature against sha256=<hex> of the raw body: 200 or 401.
func VerifyPrefixed(secret string) http.Handler { return verify(secret, "sha256=") }

// VerifyBare responds like Vidiking's documented samples, which compare the signature against the bare <hex>.
func VerifyBare(secret string) http.Handler { return verify(secret, "") }

// verify doesn't use internal/signature, because tests use it to check that package.
func verify(secret, prefix string) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		mac := hmac.New(sha256.New, []byte(secret))
		_, _ = io.Copy(mac, r.Body)
		want := prefix + hex.EncodeToString(mac.Sum(nil))
		if !hmac.Equal([]byte(want), []byte(r.Header.Get("X-Vidiking-Signature"))) {
			w.WriteHeader(http.StatusUnauthorized)
			_, _ = io.WriteString(w, `{"error":"invalid signature"}`)
			return
		}
		_, _ = io.WriteString(w, `{"received":true}`)
	})
}

// VerifyEither responds as a correct handler does: it accepts POST with a payload that is signed in either form of the header.
func VerifyEither(secret string) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method != http.MethodPost {
			w.WriteHeader(http.StatusMethodNotAllowed)
			return
		}
		body, err := io.ReadAll(r.Body)
		if err != nil {
			return // the client disconnected
		}
		mac := hmac.New(sha256.New, []byte(secret))
		_, _ = mac.Write(body)
		given := strings.TrimPrefix(r.Header.Get("X-Vidiking-Signature"), "sha256=")
		w.Header().Set("Content-Type", "application/json")
		switch {
		case !hmac.Equal([]byte(hex.EncodeToString(mac.Sum(nil))), []byte(given)):
			w.WriteHeader(http.StatusUnauthorized)
			_, _ = io.WriteString(w, `{"error":"invalid signature"}`)
		case !json.Valid(body):
			w.WriteHeader(http.StatusBadRequest)
			_, _ = io.WriteString(w, `{"error":"not JSON"}`)
		default:
			_, _ = io.WriteString(w, `{"received":true}`)
		}
	})
}

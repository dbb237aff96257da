package testkit

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"io"
	"net/http"
)

// VerifyPrefixed answers as a handler that compares the signature with sha256=<hex> of the raw body: 200, or 401.
func VerifyPrefixed(secret string) http.Handler { return verify(secret, "sha256=") }

// VerifyBare answers as Vidiking's documented samples do, which compare the signature with the bare <hex>.
func VerifyBare(secret string) http.Handler { return verify(secret, "") }

// verify is written apart from internal/signature, and so can prove it.
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

package demo

import (
	"crypto/subtle"
	"io"
	"net/http"
	"strings"
	"sync/atomic"

	"github.com/vidiking/vidiking-cli/internal/signature"
	"github.com/vidiking/vidiking-cli/internal/webhook"
)

// handler is a typical handler: it reads the raw body, computes the signature and compares it. If compareBareHex is set, it compares
// the whole header against the bare hex, as the samples in Vidiking's documentation do.
type handler struct {
	secret         webhook.Secret
	compareBareHex atomic.Bool
}

func (h *handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(io.LimitReader(r.Body, 1<<20))
	if err != nil {
		http.Error(w, "bad body", http.StatusBadRequest)
		return
	}
	got := r.Header.Get(webhook.SignatureHeader)
	if !h.compareBareHex.Load() {
		got = strings.TrimPrefix(got, "sha256=")
	}
	want := signature.Sign(h.secret, body, signature.StyleBare)
	if subtle.ConstantTimeCompare([]byte(got), []byte(want)) != 1 {
		http.Error(w, "invalid signature", http.StatusUnauthorized)
		return
	}
	_, _ = io.WriteString(w, `{"received":true}`)
}

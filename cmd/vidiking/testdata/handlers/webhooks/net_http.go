// Package webhooks receives Vidiking's deliveries.
package webhooks

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"strings"
)

// Handler returns a handler that accepts deliveries signed with the secret:
//
//	http.Handle("POST /webhooks/vidiking", webhooks.Handler(os.Getenv("VIDIKING_WEBHOOK_SECRET")))
func Handler(secret string) http.Handler {
	if secret == "" {
		panic("webhooks: the secret is empty")
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, 1<<20))
		if err != nil {
			http.Error(w, "unreadable body", http.StatusBadRequest)
			return
		}
		if !isSigned(secret, body, r.Header.Get("X-Vidiking-Signature")) {
			http.Error(w, "invalid signature", http.StatusUnauthorized)
			return
		}

		var payload struct {
			Event string         `json:"event"`
			Data  map[string]any `json:"data"`
		}
		if err := json.Unmarshal(body, &payload); err != nil {
			http.Error(w, "not JSON", http.StatusBadRequest)
			return
		}
		// Hand long work to a queue: Vidiking waits 10 seconds.
		slog.Info("delivery", "event", payload.Event, "id", payload.Data["id"])
		_ = json.NewEncoder(w).Encode(map[string]string{"received": payload.Event})
	})
}

func isSigned(secret string, body []byte, header string) bool {
	mac := hmac.New(sha256.New, []byte(secret))
	mac.Write(body)
	expected := hex.EncodeToString(mac.Sum(nil))
	return hmac.Equal([]byte(strings.TrimPrefix(header, "sha256=")), []byte(expected))
}

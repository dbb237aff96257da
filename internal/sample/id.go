package sample

import (
	"encoding/binary"
	"fmt"
	"io"
	"strings"

	"github.com/vidiking/vidiking-cli/internal/webhook"
)

const (
	idAlphabet = "0123456789abcdefghijklmnopqrstuvwxyz"
	idLength   = 6 // job_abc123, img_abc123 (docs: Render, AI Image Generation)
)

// idPrefix is how the id of what an event is about begins; empty where it is about no job.
func idPrefix(event string) string {
	switch event {
	case webhook.EventWalletLowBalance, webhook.EventWalletDeposit:
		return ""
	}
	if strings.HasPrefix(event, "ai.") {
		return "img_"
	}
	return "job_"
}

// newID draws an id. Eight bytes for 31 bits leave every character as likely, and no reader can make it draw for ever.
func newID(prefix string, random io.Reader) (string, error) {
	var drawn [8]byte
	if _, err := io.ReadFull(random, drawn[:]); err != nil {
		return "", fmt.Errorf("draw an id for a sample: %w", err)
	}
	n := binary.LittleEndian.Uint64(drawn[:])
	var id [idLength]byte
	for i := range id {
		id[i] = idAlphabet[n%uint64(len(idAlphabet))]
		n /= uint64(len(idAlphabet))
	}
	return prefix + string(id[:]), nil
}

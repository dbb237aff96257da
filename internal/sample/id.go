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

// idPrefix returns the id prefix for an event, or "" if the event is not about a job.
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

// newID draws an id. Reducing 64 bits to 31 makes all characters practically equally likely, with a single read.
func newID(prefix string, random io.Reader) (string, error) {
	var drawn [8]byte
	if _, err := io.ReadFull(random, drawn[:]); err != nil {
		return "", fmt.Errorf("draw a sample id: %w", err)
	}
	n := binary.LittleEndian.Uint64(drawn[:])
	var id [idLength]byte
	for i := range id {
		id[i] = idAlphabet[n%uint64(len(idAlphabet))]
		n /= uint64(len(idAlphabet))
	}
	return prefix + string(id[:]), nil
}

package config

import (
	"fmt"
	"math"
	"strconv"
	"strings"

	"github.com/vidiking/vidiking-cli/internal/webhook"
)

// largestBody is the most that max_body can be: a body is held in memory whole, and several may come at once.
const maxBodyLimit = 512 << 20

// parseBytes reads a size: a whole number with its unit (kB, MB, GB of 1000; KiB, MiB, GiB of 1024; B), or without one for bytes.
func parseBytes(s string) (int64, *problem) {
	const form = "a whole number and its unit, like 10MiB, 10MB, 512KiB or 1048576"
	digits := len(s) - len(strings.TrimLeft(s, "0123456789"))
	factor, ok := webhook.UnitOfBytes(s[digits:])
	if digits == 0 || !ok {
		return 0, &problem{fmt.Sprintf("can't be %q", s), form}
	}
	n, err := strconv.ParseInt(s[:digits], 10, 64)
	if err != nil || n > math.MaxInt64/factor {
		return 0, &problem{fmt.Sprintf("is too large: %q", s), form}
	}
	return n * factor, nil
}

func checkMaxBody(value string) *problem {
	n, p := parseBytes(value)
	switch {
	case p != nil:
		return p
	case n == 0:
		return &problem{"must be more than 0", ""}
	case n > maxBodyLimit:
		return &problem{fmt.Sprintf("can't be more than 512MiB, as %q is", value), "a body is held in memory, whole"}
	}
	return nil
}

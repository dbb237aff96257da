package config

import (
	"fmt"
	"math"
	"strconv"
	"strings"

	"github.com/vidiking/vidiking-cli/internal/webhook"
)

// maxBodyLimit is the upper limit of max_body: each body is held in memory, and several may arrive at once.
const maxBodyLimit = 512 << 20

// parseBytes reads a size: a whole number with a unit (B; kB, MB, GB of 1000; KiB, MiB, GiB of 1024), or without one for bytes.
func parseBytes(s string) (int64, *problem) {
	const hint = "use a whole number with a unit, such as 10MiB, 10MB, 512KiB or 1048576"
	digits := len(s) - len(strings.TrimLeft(s, "0123456789"))
	factor, ok := webhook.UnitOfBytes(s[digits:])
	if digits == 0 || !ok {
		return 0, invalidValue(s, hint)
	}
	n, err := strconv.ParseInt(s[:digits], 10, 64)
	if err != nil || n > math.MaxInt64/factor {
		return 0, newProblem(fmt.Sprintf("is too large: %q", s), hint)
	}
	return n * factor, nil
}

func checkMaxBody(value string) *problem {
	n, p := parseBytes(value)
	switch {
	case p != nil:
		return p
	case n == 0:
		return newProblem("must be more than 0", "")
	case n > maxBodyLimit:
		return newProblem(fmt.Sprintf("must be at most 512MiB, not %q", value), "each body is held in memory")
	}
	return nil
}
